import type { KubeObject } from "../../kube/objects";
import { answerText, statusOf } from "../answer-text";
import type { Answer, ClaimedRequest } from "../request";
import { answer } from "./answer";

/** What the objects give for a claimed request, and where that differs from the claim. A claim of nothing differs too. */
export function proveRequest(
  objects: readonly KubeObject[],
  className: string,
  claim: ClaimedRequest,
  httpsPort = 443,
): { answer: Answer; problems: string[] } {
  const got = answer(objects, className, claim, httpsPort);
  return { answer: got, problems: differences(claim, got) };
}

/** Where an answer differs from a claim, whoever gives it. */
export function differences(claim: ClaimedRequest, got: Answer): string[] {
  const out: string[] = [];
  if (claim.backends === undefined && claim.status === undefined)
    out.push("claims neither backends nor a status");
  if (claim.backends !== undefined) {
    if (got.kind !== "backends") out.push(`claims backends, but the answer is ${wordOf(got)}`);
    else out.push(...shareDifferences(claim.backends, got.shares));
  }
  if (claim.status !== undefined && !statusFits(claim, claim.status, got)) {
    out.push(
      `claims status ${claim.status}, but the answer is ${got.kind === "backends" ? "a backend's" : wordOf(got)}`,
    );
  }
  if (claim.location !== undefined) {
    const location = got.kind === "redirect" ? got.location : "none";
    if (location !== claim.location) out.push(`claims the location ${claim.location}, but it is ${location}`);
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

function shareDifferences(
  claimed: Readonly<Record<string, number>>,
  got: Readonly<Record<string, number>>,
): string[] {
  const keys = [...new Set([...Object.keys(claimed), ...Object.keys(got)])];
  return keys
    .filter((k) => Math.abs((claimed[k] ?? 0) - (got[k] ?? 0)) > 1e-9)
    .map((k) => `claims ${claimed[k] ?? 0} for ${k}, but it is ${got[k] ?? 0}`);
}
