import { controllerStandIn } from "../../../labs/controller-stand-in";
import {
  labAt,
  objectKey,
  type FlowExpectation,
  type LabSelection,
  type RequestExpectation,
} from "../../../labs/model";
import { siteOf } from "../../../labs/ingress";
import type { KubeObject } from "../../../kube/objects";
import { UserError } from "../../../kube/problems";
import { API_SERVER, CORE_DNS, explain, load, type State } from "../../../packages/reach/src";
import type { StackPlan } from "../../../stacks/stack-plan";
import type { Check, CheckHead, FlowCheck, Prediction, RequestCheck } from "./check-model";

type Planned = Pick<StackPlan, "facts" | "labs" | "ingress">;

/** Every object that stands at the step, and what the cluster brings, as the evaluator reads them. */
export function stepObjects(plan: Planned): KubeObject[] {
  const all = [
    ...CORE_DNS,
    ...API_SERVER,
    ...(plan.ingress === undefined ? [] : controllerStandIn(plan.ingress.site.onHostNetwork)),
    ...plan.labs.flatMap((s) => s.lab.surroundings?.(s.context) ?? []),
    ...plan.labs.flatMap((s) => {
      const { objects, patches } = labAt(s);
      return [...objects, ...patches];
    }),
  ];
  // A lab may declare what the stack declares too.
  return [...new Map(all.map((o) => [objectKey(o), o])).values()];
}

export function flowClaims(s: LabSelection): FlowExpectation[] {
  return claims(s).filter((c): c is FlowExpectation => c.kind === "flow");
}

function claims(s: LabSelection) {
  return s.lab.steps[s.step]?.expect(s.context) ?? [];
}

/** State for questions about these labs; the address space is split at what they name. */
export function stateOf(objects: readonly KubeObject[], plan: Planned): State {
  const ends = plan.labs.flatMap(flowClaims).flatMap((c) => [c.from, c.to]);
  return load(objects, {
    podCidrs: plan.facts.podCidrs,
    splitAt: ends.filter((end) => /^\d/.test(end)),
  });
}

/** What is to be checked: the claims of each lab's step, each flow with what its objects predict. */
export function checksOf(plan: Planned): Check[] {
  const state = stateOf(stepObjects(plan), plan);
  const seen = new Set<string>();
  return plan.labs.flatMap((s) =>
    claims(s).flatMap((claim) => {
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
    expected: verdict,
    ...(predicted === undefined ? {} : { predicted }),
  };
}

export const flowTitle = (f: Pick<FlowCheck, "from" | "to" | "port" | "protocol">): string =>
  `${f.from} → ${f.to} ${f.protocol} ${f.port}`;

/** What the state says of a flow; undefined where it does not know an end. */
export function predict(
  state: State,
  { from, to, port, protocol = "TCP" }: Pick<FlowExpectation, "from" | "to" | "port" | "protocol">,
): Prediction | undefined {
  try {
    const flows = explain(state, { from, to, port, protocol });
    const [first] = flows;
    if (first === undefined) return undefined;
    // Ends that policies divide: one answer only where all parts agree.
    const same = flows.every((f) => f.verdict === first.verdict);
    return { verdict: same ? first.verdict : "unknown", egress: first.egress, ingress: first.ingress };
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
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
