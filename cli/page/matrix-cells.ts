import { answers, type Decision, type PairFlows, type State } from "../../packages/reach/src";
import type { PageAnswer, PageDecision } from "./page-data";
import { pairsAndNodes } from "./node-ports";
import { pairsOf } from "./pair-flows";

/** Answers for all pairs of a lab's states, each answer and each decision kept once. */
export class Cells {
  readonly decisions: PageDecision[] = [];
  readonly answers: PageAnswer[][] = [];
  private readonly decisionOf = new Map<string, number>();
  private readonly answerOf = new Map<string, number>();
  private readonly at: ReadonlyMap<string, number>;

  /** `hosts`: whether nodes are among them. */
  constructor(
    private readonly ids: readonly string[],
    private readonly hosts: boolean,
  ) {
    this.at = new Map(ids.map((id, i) => [id, i]));
  }

  /** Index of the answer for `from * ids.length + to`; -1 where no packet can go. */
  of(state: State): number[] {
    const cells = new Array<number>(this.ids.length ** 2).fill(-1);
    // The evaluator gives the same list for pairs that no rule tells apart.
    const seen = new Map<unknown, number>();
    const decided = new Map<Decision, number>();
    const listed = this.hosts ? pairsAndNodes(state) : pairsOf(state);
    for (const { from, to, parts } of [...listed, ...ownServices(state)]) {
      const [i, j] = [this.at.get(from.name), this.at.get(to.name)];
      if (i === undefined || j === undefined || parts.length === 0) continue;
      let answer = seen.get(parts);
      if (answer === undefined) {
        answer = this.answer(
          parts.map(({ part, ports }) => ({
            protocol: part.protocol,
            text: part.ports,
            ports: ports.map(([a, b]) => [a, b] as const),
            verdict: part.verdict,
            ...(part.family === undefined ? {} : { family: part.family }),
            egress: this.decision(part.egress, decided),
            ingress: this.decision(part.ingress, decided),
          })),
        );
        seen.set(parts, answer);
      }
      cells[i * this.ids.length + j] = answer;
    }
    return cells;
  }

  private answer(parts: PageAnswer[]): number {
    return intern(this.answerOf, JSON.stringify(parts), () => this.answers.push(parts) - 1);
  }

  private decision(decision: Decision, decided: Map<Decision, number>): number {
    const known = decided.get(decision);
    if (known !== undefined) return known;
    const { verdict, tier, policy, rule, reason } = decision;
    const plain: PageDecision = { verdict, tier, policy, rule, reason };
    const index = intern(this.decisionOf, JSON.stringify(plain), () => this.decisions.push(plain) - 1);
    decided.set(decision, index);
    return index;
  }
}

/** A pod to itself by way of a Service: the packet leaves it, so policies count. */
function ownServices(state: State): PairFlows[] {
  const answer = answers(state);
  const backends = new Set([...state.services.values()].flatMap((service) => service.backends));
  return [...backends]
    .filter((pod) => pod.type === "workload" && pod.several !== true)
    .map((pod) => ({ from: pod, to: pod, parts: answer(pod, pod) }));
}

function intern(known: Map<string, number>, key: string, make: () => number): number {
  let index = known.get(key);
  if (index === undefined) known.set(key, (index = make()));
  return index;
}
