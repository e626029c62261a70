import { containerText } from "../../../labs/machine";
import type { Claim, FlowClaim, LabSelection, RequestClaim } from "../../../labs/model";
import type { LabsOnCluster } from "../../../labs/prediction/ambient";
import { claimsOf, decidingFlow, judgedState } from "../../../labs/prediction/claims";
import { isSite, siteFor } from "../../../labs/prediction/requests";
import { predictedState } from "../../../labs/prediction/state";
import { intentTitle, type Flow, type State } from "../../../packages/reach/src";
import type { Check, CheckHead, FlowCheck, Prediction, RequestCheck } from "./check-model";

/** What is to be checked: the claims of each lab's step, each flow with what its objects predict. */
export function checksOf(plan: LabsOnCluster): Check[] {
  const state = predictedState(plan);
  const seen = new Set<string>();
  return plan.labs.flatMap((s) =>
    claimsOf(s).flatMap((claim) => {
      const check = checkOf(s, claim, state);
      // Labs put lists together; the same claim twice is one check.
      if (seen.has(check.id)) return [];
      seen.add(check.id);
      return [check];
    }),
  );
}

function checkOf(s: LabSelection, claim: Claim, state: State): Check {
  switch (claim.kind) {
    case "flow":
      return flowCheck(s, claim, state);
    case "request":
      return requestCheck(s, claim);
    case "container":
      return { ...claim, ...head(s, containerText(claim), claim.reason) };
  }
}

function head(s: LabSelection, title: string, reason: string): CheckHead {
  return {
    id: `${s.instance}: ${title}`,
    lab: s.instance,
    step: `${s.step} ${s.lab.steps[s.step]?.id ?? ""}`,
    reason,
  };
}

function flowCheck(s: LabSelection, claim: FlowClaim, state: State): FlowCheck {
  const decided = decidingFlow(judgedState(state, claim), claim);
  return {
    ...head(s, `${intentTitle(claim)}${claim.staged === true ? " once enforced" : ""}`, claim.reason),
    ...claim,
    ...("flow" in decided ? { predicted: prediction(decided.flow) } : {}),
  };
}

export const prediction = ({ verdict, egress, ingress }: Flow): Prediction => ({ verdict, egress, ingress });

function requestCheck(s: LabSelection, claim: RequestClaim): RequestCheck {
  const {
    host,
    path,
    scheme = "http",
    headers = {},
    cookies = {},
    status,
    location,
    backends,
    gateway,
    reason,
  } = claim;
  const site = siteFor(s.context, claim);
  const cookie = Object.entries(cookies).map(([k, v]) => `${k}=${v}`);
  const sent = { ...headers, ...(cookie.length === 0 ? {} : { cookie: cookie.join("; ") }) };
  const shown = Object.entries(sent).map(([k, v]) => ` ${k}: ${v}`);
  return {
    kind: "request",
    ...head(
      s,
      `${scheme}://${host}${path}${shown.join("")}${gateway === undefined ? "" : ` at Gateway ${gateway}`}`,
      reason,
    ),
    scheme,
    host,
    path,
    headers: sent,
    port: site.ports[scheme],
    ...(gateway === undefined ? {} : { gateway }),
    ...(isSite(s.context, gateway) ? {} : { inside: true as const }),
    ...(status === undefined ? {} : { status }),
    ...(location === undefined ? {} : { location }),
    ...(backends === undefined ? {} : { backends }),
  };
}
