import { ANNOTATION } from "../routes/ingress-objects";

/** A value that the controller of today refuses unless it is told not to look, and what it then does. */
export interface Refused {
  annotation: string;
  value: string;
  /** `ingress`: the whole Ingress is left out. `value`: as if the annotation were absent. `paths`: its paths answer 503. */
  loses: "ingress" | "value" | "paths";
  /** `risk`: allow-snippet-annotations and annotations-risk-level; else --enable-annotation-validation. */
  by: "risk" | "validation";
}

const CHARS = "-._~a-zA-Z0-9/:";
const regex = (chars: string): RegExp => new RegExp(`^[${chars}]*$`);
const BASIC = regex(CHARS);
const URL_CHARS = regex(`${CHARS},:?&=`);
const URL_OR_VARIABLE = regex(`${CHARS}, :?&=$`);
const PATH = new RegExp(`^/?[${CHARS}$]*$`);
const EXPRESSION = regex(`${CHARS}^$[\\](){}*+?|&=\\\\`);
const INT = /^[+-]?\d+$/;
const BOOL = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;
const SIZE = /^\d+[bkmg]?$/i;

/** The validators of internal/ingress/annotations at 1.15.1, where a refused value changes an answer. */
const RULES: Readonly<Record<string, readonly [RegExp, Refused["loses"]]>> = {
  "rewrite-target": [PATH, "value"],
  "app-root": [PATH, "value"],
  "mirror-target": [EXPRESSION, "value"],
  "canary-by-header": [BASIC, "value"],
  "canary-by-header-value": [BASIC, "value"],
  "canary-by-header-pattern": [EXPRESSION, "value"],
  "canary-by-cookie": [BASIC, "value"],
  "auth-signin": [URL_OR_VARIABLE, "value"],
  "auth-secret": [BASIC, "paths"],
  "auth-method": [/^(GET|HEAD|POST|PUT|PATCH|DELETE|CONNECT|OPTIONS|TRACE)$/, "paths"],
  "server-alias": [regex(`${CHARS},^$[\\](){}*+?|&=\\\\`), "ingress"],
  "auth-realm": [regex(`${CHARS} `), "ingress"],
  "auth-secret-type": [/auth-file|auth-map/, "ingress"],
  "auth-type": [/basic|digest/, "ingress"],
  "auth-url": [URL_OR_VARIABLE, "ingress"],
  "auth-tls-secret": [BASIC, "ingress"],
  "custom-http-errors": [/^(?:[4,5]\d{2},?)*$/, "ingress"],
  "default-backend": [/^[a-z]([-a-z0-9]*[a-z0-9])?$/, "ingress"],
  "limit-rps": [INT, "ingress"],
  "limit-rpm": [INT, "ingress"],
  "limit-connections": [INT, "ingress"],
  "from-to-www-redirect": [BOOL, "ingress"],
  "temporal-redirect": [URL_CHARS, "ingress"],
  "temporal-redirect-code": [INT, "ingress"],
  "permanent-redirect": [URL_CHARS, "ingress"],
  "permanent-redirect-code": [INT, "ingress"],
  "upstream-hash-by": [/^[A-Za-z0-9\-_${}]*$/, "ingress"],
  "load-balance": [/^(round_robin|chash|chashsubset|sticky_balanced|sticky_persistent|ewma)$/, "ingress"],
  "upstream-vhost": [EXPRESSION, "ingress"],
  "x-forwarded-prefix": [PATH, "ingress"],
  "ssl-passthrough": [BOOL, "ingress"],
  "client-body-buffer-size": [SIZE, "ingress"],
};

/** Spaces do not count in these (the validators' removeSpace). */
const KEEPS_SPACES =
  /^(rewrite-target|app-root|(temporal|permanent)-redirect|auth-realm|canary-by-header-pattern)$/;

/** Annotations of risk Critical: by default (risk level High) the controller leaves out an Ingress that has one. */
const CRITICAL = /^(configuration|server|stream|auth|modsecurity)-snippet$/;

export function refusedValues(all: Readonly<Record<string, string>>): Refused[] {
  return Object.entries(all).flatMap(([full, value]): Refused[] => {
    if (!full.startsWith(`${ANNOTATION}/`) || value === "") return [];
    const annotation = full.slice(ANNOTATION.length + 1);
    if (CRITICAL.test(annotation)) return [{ annotation, value, loses: "ingress", by: "risk" }];
    const rule = Object.hasOwn(RULES, annotation) ? RULES[annotation] : undefined;
    const seen = KEEPS_SPACES.test(annotation) ? value : value.replaceAll(" ", "");
    if (rule === undefined || (rule[0].test(seen) && !/[\r\n]/.test(seen))) return [];
    return [{ annotation, value, loses: rule[1], by: "validation" }];
  });
}

export const SNIPPETS =
  "the administrator allows snippets (allow-snippet-annotations, annotations-risk-level: Critical)";

/** What an answer takes for granted that goes by these values. */
export const allowedBy = (refused: readonly Refused[]): string[] => [
  ...new Set(
    refused.map(({ annotation, by }) =>
      by === "risk"
        ? SNIPPETS
        : `the controller runs with --enable-annotation-validation=false, or it refuses ${annotation}`,
    ),
  ),
];

/** In words, for the report. */
export function refusedText({ annotation, value, loses, by }: Refused): string {
  const what = {
    ingress: "leaves the whole Ingress out",
    value: "takes the annotation for absent",
    paths: "answers 503 for its paths",
  }[loses];
  return by === "risk"
    ? `${annotation} is of risk Critical: unless allow-snippet-annotations is true and annotations-risk-level Critical, the controller (since 1.12) ${what}; the answers take it for allowed`
    : `${annotation} ${value.split("\n")[0] ?? ""}: annotation validation (on by default since 1.12) refuses the value, and the controller ${what}; the answers take validation for off`;
}
