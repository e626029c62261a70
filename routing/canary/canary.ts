import type { Backend, PathType } from "../routes/routes";

/**
 * A canary as data: some requests of one route go to another Service. How nginx decides is in `precedence.ts`:
 * header, then cookie, then weight.
 */
export interface Canary {
  /** Name of the canary's Ingress, a DNS label. */
  name: string;
  /** Namespace of the route that it branches from. */
  namespace: string;
  /** Host, path and type of the route that it branches from, exactly as there. */
  host?: string;
  path: string;
  type?: PathType;
  /** Backend of that route. */
  primary: Backend;
  /** The other release: a Service of its own, used nowhere else. */
  canary: Backend;
  strategy: Strategy;
}

/** At least one of the three; together they stand in nginx's order. */
export interface Strategy {
  header?: HeaderRule;
  cookie?: CookieRule;
  weight?: WeightRule;
}

export interface HeaderRule {
  /** Name of the request header; case does not matter. */
  name: string;
  /** The value that leads to the canary. Without value and pattern: `always` leads there, `never` away. */
  value?: string;
  /** An expression (PCRE, not anchored) over the value instead. */
  pattern?: string;
}

export interface CookieRule {
  /** Cookie whose value `always` leads to the canary and `never` away. */
  name: string;
}

export interface WeightRule {
  /** Share of the remaining requests: 0 to total. */
  weight: number;
  /** @default 100; nginx ignores less than 100 */
  total?: number;
}

/** `weight` of 100, or of `total`. */
export function byWeight(weight: number, total?: number): Strategy {
  return { weight: total === undefined ? { weight } : { weight, total } };
}

/** A/B test: who sends the header with this value gets B (the canary), everybody else A. */
export function abByHeader(name: string, value: string): Strategy {
  return { header: { name, value } };
}

/** Blue and green: two releases side by side, one of them live. The switch is the primary's backend, no canary. */
export interface BlueGreen {
  blue: Backend;
  green: Backend;
  live: "blue" | "green";
}

export const liveBackend = (b: BlueGreen): Backend => b[b.live];
