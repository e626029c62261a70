import type { Decision } from "../../../packages/reach/src";
import type { FlowCheck, Observation, Prediction, Result } from "./check-model";
import { NO_ROUTE } from "./web-probe";

/** What the probes of one check saw, as one result. A flow is open only where every pod behind its end answers. */
export function compareFlow(check: FlowCheck, observations: readonly Observation[]): Result {
  const detail = observations.map((o) => o.detail).join("; ");
  const done = (status: Result["status"], text = detail): Result => ({
    check,
    status,
    detail: text,
    rules: status === "fail" ? rulesFor(check) : [],
  });
  const { predicted, verdict } = check;
  if (contradicts(check))
    return done(
      "error",
      `the lab claims ${word(verdict)}, but its own objects make it ${word(predicted?.verdict ?? "unknown")}; seen: ${detail}`,
    );
  const wanted = wants(check);
  const against = observations.filter((o) => o.saw !== "unclear" && o.saw !== wanted);
  if (against.length > 0) return done("fail");
  const other = otherHand(check, observations);
  if (other !== undefined) return done("fail", `${detail}; ${other}`);
  if (observations.length === 0 || observations.some((o) => o.saw === "unclear"))
    return done("error", detail === "" ? "no probe came back" : detail);
  return done(
    "pass",
    predicted === undefined || predicted.verdict === "unknown" || predicted.verdict === verdict
      ? detail
      : `${detail}; by the stack's objects it would be ${word(predicted.verdict)}`,
  );
}

/** Closed, but not by whom the objects say: a proxy that answers 403, or the network, which is silent. */
function otherHand({ predicted, http }: FlowCheck, observations: readonly Observation[]): string | undefined {
  if (http === undefined || predicted?.verdict !== "deny") return undefined;
  const { egress, ingress } = predicted;
  const decision = egress.verdict === "deny" ? egress : ingress;
  const wanted = decision.at ?? "network";
  const seen = observations.flatMap(({ by }) => by ?? []).find((by) => by !== wanted);
  return seen === undefined ? undefined : `closed by the ${seen}, and it should be the ${wanted}`;
}

/** Whether a lab's claim is not what its own objects give: a mistake in the lab. */
export const contradicts = ({
  predicted,
  verdict,
  step,
}: Pick<FlowCheck, "predicted" | "verdict" | "step">): boolean =>
  step !== undefined && predicted !== undefined && predicted.verdict !== verdict;

export const wants = (check: Pick<FlowCheck, "verdict">): "open" | "closed" =>
  check.verdict === "allow" ? "open" : "closed";

export const word = (verdict: Prediction["verdict"]): string =>
  verdict === "allow" ? "open" : verdict === "deny" ? "closed" : "unknown";

/** The rules that were expected to decide: for a closed flow whatever closes it, for an open one both directions. */
export function rulesFor({ predicted, reason, step }: FlowCheck): string[] {
  const claimed = reason === "" ? [] : [`${step === undefined ? "the intent" : "the lab"}: ${reason}`];
  if (predicted === undefined) return claimed;
  const sides = [
    ["egress", predicted.egress],
    ["ingress", predicted.ingress],
  ] as const;
  const deciding = sides.filter(([, d]) => predicted.verdict === "allow" || d.verdict === predicted.verdict);
  return [...deciding.map(([side, d]) => `${side} ${decision(d)}`), ...claimed];
}

/** The reason often names policy and tier itself; what it leaves out stands behind it. */
function decision({ verdict, reason, policy, tier }: Decision): string {
  const rest = [
    ...(policy === null || reason.includes(policy) ? [] : [`policy ${policy}`]),
    ...(tier === null || tier === "default" || reason.includes(`tier ${tier}`) ? [] : [`tier ${tier}`]),
  ];
  return `${word(verdict)}: ${reason}${rest.length === 0 ? "" : ` (${rest.join(", ")})`}`;
}

/**
 * Silence proves a closed flow only where an answer would have come. Of an address outside the cluster nobody knows:
 * it counts where another probe, or this machine, got an answer from it.
 */
export function outsideDoubt(results: readonly Result[], answered: boolean, address: string): Result[] {
  const outward = (r: Result): boolean => r.check.kind === "flow" && r.check.to === "internet";
  const proved = answered || results.some((r) => outward(r) && sawOpen(r));
  if (proved) return [...results];
  return results.map((r) =>
    outward(r) && (r.status === "pass" || r.status === "fail" || r.detail.includes(NO_ROUTE))
      ? {
          ...r,
          status: "skip" as const,
          rules: [],
          detail: `nothing got an answer from ${address}, this machine neither: whether policies stop it is not known (--internet names another address)`,
        }
      : r,
  );
}

function sawOpen({ check, status }: Result): boolean {
  if (check.kind !== "flow") return false;
  return (status === "pass" && check.verdict === "allow") || (status === "fail" && check.verdict === "deny");
}
