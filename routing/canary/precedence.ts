import type { Strategy } from "./canary";

/**
 * How ingress-nginx 1.15.1 decides for one request (rootfs/etc/nginx/lua/balancer.lua, route_to_alternative_balancer):
 * header, then cookie, then weight; the first that has an opinion wins.
 */
export interface CanaryRequest {
  headers?: Readonly<Record<string, string>>;
  cookies?: Readonly<Record<string, string>>;
}

export interface Decision {
  /** Probability from 0 to 1 that the canary answers. */
  canary: number;
  by: "header" | "cookie" | "weight" | "nothing";
}

export function decide(strategy: Strategy, request: CanaryRequest): Decision {
  const header = byHeader(strategy, request);
  if (header !== undefined) return { canary: header ? 1 : 0, by: "header" };
  const cookie = byCookie(strategy, request);
  if (cookie !== undefined) return { canary: cookie ? 1 : 0, by: "cookie" };
  const weight = strategy.weight?.weight ?? 0;
  if (strategy.weight === undefined) return { canary: 0, by: "nothing" };
  // balancer.lua takes the total only when it is above 100; math.random(total) <= weight.
  const total = Math.max(100, strategy.weight.total ?? 100);
  return { canary: Math.min(1, Math.max(0, weight / total)), by: "weight" };
}

/** Share of each side for a request; the two add up to 1. */
export function shareOf(strategy: Strategy, request: CanaryRequest): { primary: number; canary: number } {
  const { canary } = decide(strategy, request);
  return { primary: 1 - canary, canary };
}

function byHeader({ header }: Strategy, request: CanaryRequest): boolean | undefined {
  if (header === undefined) return undefined;
  const value = headerOf(request, header.name);
  if (value === undefined) return undefined;
  // With a value or pattern, always and never mean nothing; what does not match leaves it to the next rule.
  if (header.value !== undefined && header.value !== "") return header.value === value ? true : undefined;
  if (header.pattern !== undefined && header.pattern !== "") return matches(header.pattern, value);
  return alwaysNever(value);
}

function byCookie({ cookie }: Strategy, request: CanaryRequest): boolean | undefined {
  if (cookie === undefined) return undefined;
  // nginx finds $cookie_NAME whatever its case.
  const found = Object.entries(request.cookies ?? {}).find(
    ([name]) => name.toLowerCase() === cookie.name.toLowerCase(),
  );
  return found === undefined ? undefined : alwaysNever(found[1]);
}

const alwaysNever = (value: string) => (value === "always" ? true : value === "never" ? false : undefined);

/** `$http_name`: case and '-' or '_' do not matter in the rule; nginx drops request headers with '_' in their name. */
function headerOf(request: CanaryRequest, name: string): string | undefined {
  const variable = (n: string) => n.toLowerCase().replaceAll("-", "_");
  const found = Object.entries(request.headers ?? {}).find(
    ([n]) => !n.includes("_") && variable(n) === variable(name),
  );
  return found?.[1];
}

/** An expression that nginx cannot run counts as "not the canary", and ends the search. */
function matches(pattern: string, value: string): boolean | undefined {
  const regex = pcre(pattern);
  if (regex === undefined) return false;
  return regex.test(value) ? true : undefined;
}

/** What PCRE has and JavaScript has not, or means otherwise. */
const FOREIGN = /\\[AzZKGRhHVNXCQEpPaelLuUgo]|\[\[:|[*+?}]\+|\(\?(?![:=!<]|$)|\(\*/;

/** A PCRE expression for JavaScript; undefined where the two differ or it does not parse. `(?i)` in front is understood. */
export function pcre(pattern: string): RegExp | undefined {
  const inline = /^\(\?i\)/.exec(pattern);
  const body = inline === null ? pattern : pattern.slice(inline[0].length);
  if (FOREIGN.test(body)) return undefined;
  try {
    return new RegExp(body, inline === null ? "" : "i");
  } catch {
    return undefined;
  }
}
