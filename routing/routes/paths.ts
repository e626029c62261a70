import type { Problem } from "../../kube/problems";
import { typeOf, type PathRoute } from "./routes";

/** What may follow a `/` where the path is no expression: ingress-nginx's strict-validate-path-type. */
const PLAIN = /^\/[A-Za-z0-9._\-/]*$/;
/** Sequences that the API server refuses in Prefix and Exact paths. */
const REFUSED = ["//", "/./", "/../"];
/** What the controller's inspector takes for an attempt to break out of its configuration. */
const INSPECTED =
  /alias\s*.*;|root\s*.*;|\/etc\/(passwd|shadow|group|nginx|ingress-controller)|\/var\/run\/secrets|_by_lua/;
/** Characters that annotation validation admits in a rewrite target (RegexPathWithCapture in 1.15.1). */
const TARGET = /^\/[-._~a-zA-Z0-9/:$]*$/;

/** Problems of one path and its rewrite, by itself. */
export function pathProblems(route: PathRoute, at: string): Problem[] {
  const problems: Problem[] = [];
  const say = (message: string, fix: string) =>
    problems.push({ path: `${at}.path`, value: route.path, message, fix });
  const { path } = route;
  const type = typeOf(route);

  if (!path.startsWith("/")) say("a path begins with '/'", `/${path}`);
  else if (INSPECTED.test(path))
    say("the controller refuses this as an attempt to reach its own files", "use another path");
  else if (type === "Regex") {
    if (/["\s{};]/.test(path.replace(/\{\d+,?\d*\}/g, ""))) {
      say("quotes, spaces, ';' and braces would end nginx's directive", "leave them out");
    } else if (groupsOf(path) === undefined)
      say("is no regular expression", "check its brackets and quantifiers");
  } else if (!PLAIN.test(path)) {
    say(`${type} takes letters, digits and '-', '.', '_', '/' only`, "for an expression set type: Regex");
  } else if (REFUSED.some((s) => path.includes(s)) || /\/\.{1,2}$/.test(path)) {
    say("has '//', '/.' or '/..', which the API server refuses", "write the path as a client sends it");
  }
  return [...problems, ...rewriteProblems(route, at)];
}

/** Rewrites that cannot work, and those that reach the hole of CVE-2026-42945, which nginx 1.27.1 keeps for good. */
function rewriteProblems(route: PathRoute, at: string): Problem[] {
  const target = route.rewrite;
  if (target === undefined) return [];
  const where = { path: `${at}.rewrite`, value: target };
  const refs = [...target.matchAll(/\$(\d+|\{\d+\})/g)].map((m) => Number((m[1] ?? "").replace(/\D/g, "")));

  if (target.includes("?")) {
    return refs.length > 0
      ? [
          {
            ...where,
            message:
              "a captured group and '?' in one rewrite overflow nginx's heap (CVE-2026-42945, never patched in ingress-nginx)",
            fix: "leave the '?' and what follows it out: nginx passes the query string on by itself",
          },
        ]
      : [
          {
            ...where,
            message: "annotation validation refuses '?' in a rewrite",
            fix: "nginx passes the query string on by itself",
          },
        ];
  }
  if (!target.startsWith("/")) return [{ ...where, message: "a rewrite begins with '/'", fix: `/${target}` }];
  if (!TARGET.test(target)) {
    return [
      {
        ...where,
        message: "has characters that annotation validation refuses",
        fix: "use letters, digits, '-._~/:' and $1, $2 …",
      },
    ];
  }
  if (/\$(?!\d)/.test(target)) {
    return [
      {
        ...where,
        message: "names a variable of nginx",
        fix: "only groups of the path are allowed: $1, $2 …",
      },
    ];
  }
  if (refs.length === 0) return [];
  if (typeOf(route) !== "Regex") {
    return [
      {
        ...where,
        message: `uses groups, but a ${typeOf(route)} path has none`,
        fix: "set type: Regex and put the groups in brackets",
      },
    ];
  }
  const groups = groupsOf(route.path) ?? 0;
  const missing = refs.filter((n) => n < 1 || n > groups);
  return missing.length === 0
    ? []
    : [
        {
          ...where,
          message: `uses $${missing.join(", $")}, but the path has ${groups} group(s)`,
          fix: "add brackets to the path",
        },
      ];
}

/** Number of capturing groups; undefined when it does not parse. */
export function groupsOf(regex: string): number | undefined {
  try {
    return (new RegExp(`${regex}|`).exec("")?.length ?? 1) - 1;
  } catch {
    return undefined;
  }
}
