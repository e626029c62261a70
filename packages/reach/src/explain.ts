import { UserError } from "../../../kube/problems";
import { parseNet, type Family } from "../../../kube/ip";
import { between } from "./explain-ends";
import { toService } from "./explain-service";
import { partKey, withFamily } from "./families";
import type { Flow } from "./reach-flows";
import { PathEvaluator } from "./hosts/path-evaluator";
import { resolve } from "./question-ends";
import { remarks } from "./remarks/remarks";
import type { State } from "./reach-state";
import type { Question, TracedFlow } from "./traced-flow";

/**
 * What happens to one flow, and which rule decided in each direction. One answer for one protocol and port; more where
 * no port is given, or where an end is a CIDR that policies divide.
 * @throws UserError where an end or a port is not known
 */
export function explain(state: State, question: Question): Flow[] {
  const { port, sourcePort } = question;
  for (const [name, value] of Object.entries({ port, "source port": sourcePort })) {
    const icmp = name === "port" && /^icmp/i.test(question.protocol ?? "");
    if (value !== undefined && !(Number.isInteger(value) && value >= (icmp ? 0 : 1) && value <= 65535))
      throw new UserError(`${name} ${value} is out of range: ports go from 1 to 65535.`);
  }
  if (question.request !== undefined) {
    const { request, ...rest } = question;
    return explain(state.withRequest(request), rest);
  }
  const families = state.families();
  if (families.length < 2) return explainIn(state, question);
  const named = [question.from, question.to].flatMap((end) => parseNet(end)?.family ?? []);
  const asked = families.filter((family) => named.every((f) => f === family));
  if (asked.length === 0)
    throw new UserError(
      `No packet can go from ${question.from} to ${question.to}: they share no address family.`,
    );
  return acrossFamilies(asked, (family) => explainIn(state.only(family), question));
}

/** The answers of each family, listed once where they are alike. A family that cannot answer has no part in it. */
function acrossFamilies(families: readonly Family[], answer: (family: Family) => Flow[]): Flow[] {
  const failed: UserError[] = [];
  const answered = families.flatMap((family) => {
    try {
      return [{ family, flows: answer(family) }];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed.push(error);
      return [];
    }
  });
  const [first, second] = answered;
  if (first === undefined) throw failed[0] ?? new UserError("No family can answer.");
  if (second === undefined) return first.flows;
  const key = (flow: Flow): string => JSON.stringify([flow.from, flow.to, partKey(flow)]);
  const [a, b] = [first, second].map(({ flows }) => new Set(flows.map(key)));
  return [
    ...first.flows.map((flow) => (b?.has(key(flow)) === true ? flow : withFamily(flow, first.family))),
    ...second.flows
      .filter((flow) => a?.has(key(flow)) !== true)
      .map((flow) => withFamily(flow, second.family)),
  ];
}

/** The answers of each family with the ways of their packets. @throws UserError where an end is not known */
export function traced(whole: State, question: Question): TracedFlow[] {
  const state = question.request === undefined ? whole : whole.withRequest(question.request);
  const families = state.families();
  if (families.length < 2) return tracedIn(state, question);
  const failed: UserError[] = [];
  const found = families.flatMap((family) => {
    try {
      return tracedIn(state.only(family), question);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed.push(error);
      return [];
    }
  });
  if (found.length === 0 && failed[0] !== undefined) throw failed[0];
  return found;
}

function explainIn(state: State, question: Question): Flow[] {
  const found = tracedIn(state, question);
  if (question.remarks !== true) return found.map(({ flow }) => flow);
  return found.map(({ flow, legs }) => {
    const said = remarks(state, question, flow, legs);
    return said.length === 0 ? flow : { ...flow, remarks: said };
  });
}

function tracedIn(state: State, question: Question): TracedFlow[] {
  const from = resolve(state, question.from);
  if (!("ends" in from)) throw new UserError(`${question.from} is a Service: traffic starts from workloads.`);
  const to = resolve(state, question.to);
  const paths = new PathEvaluator(state);
  const traced = from.ends.flatMap((source) =>
    "ends" in to
      ? to.ends.flatMap((destination) => between(state, paths, question, source, destination))
      : toService(state, paths, question, source, to),
  );
  if (traced.length === 0)
    throw new UserError(
      `No packet can go from ${question.from} to ${question.to}: both are outside, or they share no address family.`,
    );
  return traced;
}
