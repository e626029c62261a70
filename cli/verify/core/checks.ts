import { siteOf } from "../../../labs/ingress";
import type { FlowExpectation, LabSelection, RequestExpectation } from "../../../labs/model";
import type { LabsOnCluster } from "../../../labs/prediction/ambient";
import { answerClaim, claimsOf } from "../../../labs/prediction/claims";
import { predictedState } from "../../../labs/prediction/state";
import type { State } from "../../../packages/reach/src";
import type { Check, CheckHead, FlowCheck, Prediction, RequestCheck } from "./check-model";

/** What is to be checked: the claims of each lab's step, each flow with what its objects predict. */
export function checksOf(plan: LabsOnCluster): Check[] {
  const state = predictedState(plan);
  const seen = new Set<string>();
  return plan.labs.flatMap((s) =>
    claimsOf(s).flatMap((claim) => {
      const check = claim.kind === "flow" ? flowCheck(s, claim, state) : requestCheck(s, claim);
      // Labs put lists together; the same claim twice is one check.
      if (seen.has(check.id)) return [];
      seen.add(check.id);
      return [check];
    }),
  );
}

function head(s: LabSelection, title: string, reason: string): CheckHead {
  return {
    id: `${s.instance}: ${title}`,
    lab: s.instance,
    step: `${s.step} ${s.lab.steps[s.step]?.id ?? ""}`,
    reason,
  };
}

function flowCheck(s: LabSelection, claim: FlowExpectation, state: State): FlowCheck {
  const { from, to, port, verdict, reason, protocol = "TCP" } = claim;
  const predicted = predict(state, claim);
  return {
    kind: "flow",
    ...head(s, flowTitle({ from, to, port, protocol }), reason),
    from,
    to,
    port,
    protocol,
    verdict,
    ...(predicted === undefined ? {} : { predicted }),
  };
}

export const flowTitle = (f: Pick<FlowCheck, "from" | "to" | "port" | "protocol">): string =>
  `${f.from} → ${f.to} ${f.protocol} ${f.port}`;

/** What the state says of a claimed flow; undefined where it does not know an end. */
function predict(state: State, claim: FlowExpectation): Prediction | undefined {
  const { flow } = answerClaim(state, claim);
  return flow === undefined
    ? undefined
    : { verdict: flow.verdict, egress: flow.egress, ingress: flow.ingress };
}

function requestCheck(s: LabSelection, claim: RequestExpectation): RequestCheck {
  const {
    host,
    path,
    scheme = "http",
    headers = {},
    cookies = {},
    status,
    location,
    backends,
    reason,
  } = claim;
  const cookie = Object.entries(cookies).map(([k, v]) => `${k}=${v}`);
  const sent = { ...headers, ...(cookie.length === 0 ? {} : { cookie: cookie.join("; ") }) };
  const shown = Object.entries(sent).map(([k, v]) => ` ${k}: ${v}`);
  return {
    kind: "request",
    ...head(s, `${scheme}://${host}${path}${shown.join("")}`, reason),
    scheme,
    host,
    path,
    headers: sent,
    port: siteOf(s.context).ports[scheme],
    ...(status === undefined ? {} : { status }),
    ...(location === undefined ? {} : { location }),
    ...(backends === undefined ? {} : { backends }),
  };
}
