import { locationRegex } from "../nginx/locations";
import type { PathMatchType, PathModifier } from "./objects";

interface PathMatch {
  type: PathMatchType;
  value: string;
}

/** Every path: `/`. Else an expression that fits the whole path, as nginx's fits its beginning, without case. */
export function expression(pattern: string): PathMatch {
  if (/^\/((\.\*|\(\.\*\))\$?)?$/.test(pattern)) return { type: "PathPrefix", value: "/" };
  const whole = (part: string): string => {
    if (/(^|[^\\])\$$/.test(part)) return part.slice(0, -1);
    return /(\.\*|\(\.\*\))$/.test(part) ? part : `${part}.*`;
  };
  // `^` in front holds for the first alternative only: the others may begin anywhere.
  const [first = "", ...others] = alternatives(pattern).map(whole);
  const value = others.length === 0 ? first : `(?:${[first, ...others.map((o) => `.*${o}`)].join("|")})`;
  return { type: "RegularExpression", value: `(?i)${value}` };
}

/** The parts between bars that stand in no group and no class. */
function alternatives(pattern: string): string[] {
  const out = [""];
  let depth = 0;
  let inClass = false;
  for (const token of pattern.match(/\\.|[^]/g) ?? []) {
    if (inClass) inClass = token !== "]";
    else if (token === "[") inClass = true;
    else if (token === "(") depth += 1;
    else if (token === ")") depth -= 1;
    else if (token === "|" && depth === 0) {
      out.push("");
      continue;
    }
    out.push(`${out.pop() ?? ""}${token}`);
  }
  return out;
}

/** The part of an expression that is plain text. */
export const plainBeginning = (pattern: string): string =>
  (/^(?:[-A-Za-z0-9/_~]|\\[.-])+/.exec(pattern)?.[0] ?? "").replaceAll("\\", "");

/**
 * `/api(/|$)(.*)` with `/$2`, and all that comes to the same: tried on paths below the expression's plain beginning,
 * not read from its text.
 * @param rewritten what the backend sees of a path that the expression takes
 */
export function prefixRewrite(
  pattern: string,
  rewritten: (path: string) => string | undefined,
): { path: PathMatch; rewrite?: PathModifier } | undefined {
  const plain = plainBeginning(pattern);
  const rest = pattern.slice(plain.length);
  // A quantifier takes the character before it.
  const base = (/^[?*{]/.test(rest) ? plain.slice(0, -1) : plain).replace(/\/$/, "");
  if (plain === "" || !plain.startsWith("/")) return undefined;
  const regex = locationRegex(pattern);
  const [one, two] = ["/zz9", "/zz9/yy8"].map((tail) => ({
    tail,
    got: regex?.test(`${base}${tail}`) === true ? rewritten(`${base}${tail}`) : undefined,
  }));
  if (one?.got === undefined || two?.got === undefined || !one.got.endsWith(one.tail)) return undefined;
  // Arguments of the rewrite's own have no word.
  if (one.got.includes("?")) return undefined;
  const replaced = one.got.slice(0, -one.tail.length);
  if (two.got !== `${replaced}${two.tail}` || !(replaced === "" || replaced.startsWith("/")))
    return undefined;
  const path: PathMatch = { type: "PathPrefix", value: base === "" ? "/" : base };
  return replaced === base
    ? { path }
    : { path, rewrite: { type: "ReplacePrefixMatch", replacePrefixMatch: replaced === "" ? "/" : replaced } };
}
