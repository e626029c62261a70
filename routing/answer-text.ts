import type { Answer, Target } from "./request";

/** The status of an answer that the proxy gives itself; undefined where a backend gives it, or nobody. */
export function statusOf(answer: Answer): number | undefined {
  return "status" in answer ? answer.status : undefined;
}

/** An answer in few words: `ns/service:port`, `split a=80 b=20`, `redirect URL`, `status 404`, `refused`, `unknown`. */
export function answerText(answer: Answer): string {
  switch (answer.kind) {
    case "backends": {
      const [first] = answer.to;
      if (first !== undefined && answer.to.length === 1) return targetText(first);
      return `split ${answer.to.map((t) => `${targetText(t)}=${percent(t.share)}`).join(" ")}`;
    }
    case "redirect":
      return `redirect ${answer.location}`;
    case "refused":
    case "unknown":
      return answer.kind;
    default:
      return `status ${answer.status}`;
  }
}

/** Why an answer is as it is, where it says so. */
export const whyOf = (answer: Answer): string | undefined =>
  "why" in answer
    ? answer.why
    : answer.kind === "unavailable"
      ? `there is no Service ${answer.backend} with this port`
      : undefined;

export const targetText = (t: Target): string => `${t.namespace}/${t.service}:${t.port}`;
const percent = (share: number): number => Math.round(share * 10000) / 100;
