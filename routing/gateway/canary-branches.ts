import type { Strategy } from "../canary/canary";
import { pcre } from "../canary/precedence";
import type { BackendRef, HeaderMatch } from "./objects";
import { isRe2 } from "./precedence";

/** Requests of one match that go together: those with these headers, to these backends. */
export interface Branch {
  headers: HeaderMatch[];
  backendRefs: BackendRef[];
}

/**
 * A canary in the words of the Gateway API: a rule for each header and cookie that decides, and weights for the rest.
 * A cookie has no match of its own there: an expression over the header `Cookie` takes its place.
 */
export function branches(
  { header: asked, cookie, weight }: Strategy,
  primary: readonly BackendRef[],
  canary: readonly BackendRef[],
): Branch[] {
  const to = (headers: HeaderMatch[], refs: readonly BackendRef[]): Branch => ({
    headers,
    backendRefs: [...refs],
  });
  // nginx takes '-' and '_' of the rule for the same, and drops request headers with '_'.
  const header = asked && { ...asked, name: asked.name.replaceAll("_", "-") };
  const found: Branch[] = [];
  if (header?.value !== undefined) found.push(to([{ name: header.name, value: header.value }], canary));
  // An expression that cannot be run: nginx sends such requests to the primary, and one in a route breaks the whole route.
  else if (header?.pattern !== undefined && isRe2(header.pattern) && pcre(header.pattern) !== undefined)
    found.push(
      to([{ type: "RegularExpression", name: header.name, value: `.*(?:${header.pattern}).*` }], canary),
    );
  else if (header !== undefined && header.pattern === undefined)
    found.push(
      to([{ name: header.name, value: "always" }], canary),
      to([{ name: header.name, value: "never" }], primary),
    );
  if (cookie !== undefined) {
    const says = (value: string): HeaderMatch[] => [
      { type: "RegularExpression", name: "Cookie", value: `(?:.*;\\s*)?${cookie.name}=${value}(?:;.*)?` },
    ];
    found.push(to(says("always"), canary), to(says("never"), primary));
  }
  return [...found, to([], shared(weight, primary, canary))];
}

function shared(
  weight: Strategy["weight"],
  primary: readonly BackendRef[],
  canary: readonly BackendRef[],
): readonly BackendRef[] {
  const total = Math.max(100, weight?.total ?? 100);
  const share = Math.min(total, Math.max(0, weight?.weight ?? 0));
  if (share === 0) return primary;
  if (share === total) return canary;
  const weighted = (refs: readonly BackendRef[], w: number) => refs.map((r) => ({ ...r, weight: w }));
  return [...weighted(primary, total - share), ...weighted(canary, share)];
}
