import type { KubeObject } from "../../kube/objects";
import { answerText, statusOf, whyOf } from "../answer-text";
import { makesSecret, uncovered } from "../secrets";
import { bareHost, type Answer, type ClaimedRequest } from "../request";
import { answerFrom } from "./answer";
import { readTable, type NginxTable } from "./table";

/** What the objects give for a claimed request, and where that differs from the claim. A claim of nothing differs too. */
export function proveRequest(
  objects: readonly KubeObject[],
  className: string,
  claim: ClaimedRequest,
  httpsPort = 443,
): { answer: Answer; problems: string[] } {
  const table = readTable(objects, className);
  const got = answerFrom(table, claim, httpsPort);
  return {
    answer: got,
    problems: [...differences(claim, got), ...certificateProblems(table, objects, claim)],
  };
}

/** HTTPS that the host's own certificate should carry, and nothing makes it. */
function certificateProblems(
  { servers }: NginxTable,
  objects: readonly KubeObject[],
  { host, scheme }: ClaimedRequest,
): string[] {
  const secret = scheme === "https" ? servers.get(bareHost(host))?.secret : undefined;
  if (secret === undefined) return [];
  const [namespace = "", name = ""] = secret.split("/");
  if (!makesSecret(objects, namespace, name))
    return [`shows the controller's own certificate: nothing makes Secret ${secret}`];
  return uncovered(objects, namespace, name, [bareHost(host)]).map(
    (h) => `shows a certificate that does not stand for ${h}: Secret ${secret} is made for other names`,
  );
}

/** Where an answer differs from a claim, whoever gives it. */
export function differences(claim: ClaimedRequest, got: Answer): string[] {
  const out: string[] = [];
  if (claim.backends === undefined && claim.status === undefined)
    out.push("claims neither backends nor a status");
  if (claim.backends !== undefined) {
    if (got.kind !== "backends")
      out.push(`must be answered by ${sharesText(claim.backends)}, but is ${wordOf(got)}${because(got)}`);
    else if (!sameShares(claim.backends, got.shares))
      out.push(`must be answered by ${sharesText(claim.backends)}, but is by ${sharesText(got.shares)}`);
    else if (claim.seen !== undefined && claim.seen !== got.path)
      out.push(`must reach the backend as ${claim.seen}, but it sees ${got.path}`);
  }
  if (claim.status !== undefined && !statusFits(claim, claim.status, got))
    out.push(
      `must be ${claim.status}, but is ${got.kind === "backends" ? `answered by ${sharesText(got.shares)}` : wordOf(got)}`,
    );
  if (claim.location !== undefined) {
    const location = got.kind === "redirect" ? got.location : "none";
    if (location !== claim.location) out.push(`must lead to ${claim.location}, but leads to ${location}`);
  }
  return out;
}

const wordOf = (got: Answer): string | number => statusOf(got) ?? answerText(got);

/** Answers that the controller gives itself; with a claim of backends they are the backend's own. */
const CONTROLLER = new Set([308, 404, 503]);

/** What a backend answers cannot be foretold: any status fits, but for the controller's own. */
function statusFits(claim: ClaimedRequest, status: number, got: Answer): boolean {
  if (got.kind !== "backends") return statusOf(got) === status;
  return claim.backends !== undefined || !CONTROLLER.has(status);
}

const because = (got: Answer): string => {
  const why = whyOf(got);
  return why === undefined ? "" : ` (${why})`;
};

/** `shop/web`, or `80 % shop/web and 20 % shop/next`. */
function sharesText(shares: Readonly<Record<string, number>>): string {
  const parts = Object.entries(shares).filter(([, share]) => share > 0);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only[0];
  return (
    parts.map(([name, share]) => `${Math.round(share * 10000) / 100} % ${name}`).join(" and ") || "nobody"
  );
}

const sameShares = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every(
    (k) => Math.abs((a[k] ?? 0) - (b[k] ?? 0)) < 1e-9,
  );
