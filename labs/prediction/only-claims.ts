import {
  answers,
  formatPorts,
  intersect,
  isEmpty,
  pairwise,
  openPorts,
  openProtocols,
  subtract,
  type Decision,
  type Endpoint,
  type PairParts,
  type PortSet,
  type State,
} from "../../packages/reach/src";
import type { LabContext } from "../model";
import { impostors, laterPods, laterPodText } from "./later-pods";

/**
 * "And nothing else": what a step leaves closed around one end must stay closed, on every port and protocol. Taken from the
 * step's own solution, so the list is the same whatever a learner writes; tighter than the solution is fine.
 */
export interface OnlyClaim {
  /** As the evaluator names it, or a pod that nobody has made yet. */
  end: string;
  /** `in`: what reaches it; `out`: what it reaches, apart from ends that a claim `in` is about. */
  way: "in" | "out";
  /** What the step opens there. */
  reason: string;
}

/** A claim as people read it. */
export function onlyText({ end, way }: Pick<OnlyClaim, "end" | "way">): string {
  const who = laterPodText(end);
  return way === "in" ? `nothing else reaches ${who}` : `${who} reaches nothing else`;
}

/** What is open and should not be. */
export interface Excess {
  from: Endpoint;
  to: Endpoint;
  protocol: string;
  ports: PortSet;
  /** What lets it through at each end. */
  egress: Decision;
  ingress: Decision;
}

export interface AnsweredOnly extends OnlyClaim {
  holds: boolean;
  excess: Excess[];
}

type Pair = readonly [Endpoint, Endpoint];

/** A state with its ends, and two ways to its answers: for all pairs, and for a few. */
interface Asked {
  ends: ReadonlyMap<string, Endpoint>;
  around: readonly Endpoint[];
  answer: (a: Endpoint, b: Endpoint) => PairParts;
  one: (a: Endpoint, b: Endpoint) => PairParts;
}

/** The claims "and nothing else" of one step. */
export class OnlyClaims {
  readonly list: readonly OnlyClaim[];
  private readonly split = new Map<string, State>();
  private readonly asked = new WeakMap<State, Asked>();

  /**
   * @param solution the step's own state
   * @param before the state before the step, where its other claims hold already: then pods that come later are looked at
   */
  constructor(
    private readonly solution: State,
    private readonly context: LabContext,
    before?: State,
  ) {
    this.list = [...this.ofEnds(), ...(before === undefined ? [] : this.ofLaterPods(before))];
  }

  /** What holds of these claims in a state of the same workloads. */
  answer(state: State): AnsweredOnly[] {
    return this.list.map((claim) => {
      const excess = this.excess(state, claim);
      return { ...claim, holds: excess.length === 0, excess };
    });
  }

  /** What is open beyond the solution around the end of one claim. */
  excess(state: State, claim: OnlyClaim): Excess[] {
    return this.pairsOf(state, claim).flatMap(([from, to]) => this.between(state, from, to, "answer"));
  }

  /** Whether one thing that was open beyond the solution still is. */
  still(state: State, { from, to, protocol }: Pick<Excess, "from" | "to" | "protocol">): boolean {
    const [a, b] = [from, to].map(({ name }) => this.of(state).ends.get(name));
    if (a === undefined || b === undefined) return false;
    return this.between(state, a, b, "one").some((e) => e.protocol === protocol);
  }

  private between(state: State, from: Endpoint, to: Endpoint, by: "answer" | "one"): Excess[] {
    const [now, right] = [this.of(state), this.of(this.solutionFor(state))];
    const [a, b] = [right.ends.get(from.name), right.ends.get(to.name)];
    if (a === undefined || b === undefined) return [];
    return beyond(now[by](from, to), right.answer(a, b), to).map((e) => ({ ...e, from, to }));
  }

  private of(state: State): Asked {
    let asked = this.asked.get(state);
    if (asked === undefined) {
      let answer: Asked["answer"] | undefined;
      asked = {
        ends: new Map(this.ends(state).map((e) => [e.name, e])),
        around: around(state),
        answer: (a, b) => (answer ??= answers(state))(a, b),
        one: pairwise(state),
      };
      this.asked.set(state, asked);
    }
    return asked;
  }

  private solutionFor(state: State): State {
    const key = state.namedNets.join();
    let right = this.split.get(key);
    if (right === undefined) this.split.set(key, (right = this.solution.splitAt(state.namedNets)));
    return right;
  }

  /** Everything that may send or receive, pods that come later too. */
  private ends(state: State): Endpoint[] {
    const spaces = Object.values(this.context.namespaces);
    return [...around(state), ...laterPods(state, spaces), ...impostors(state, spaces)];
  }

  private pairsOf(state: State, { end, way }: OnlyClaim): Pair[] {
    const { ends, around: all } = this.of(state);
    const subject = ends.get(end);
    if (subject === undefined) return [];
    const others = all.filter((e) => e !== subject);
    if (way === "in") return others.map((from) => [from, subject]);
    const claimed = new Set(this.list.filter((c) => c.way === "in").map((c) => c.end));
    return others.filter((to) => !claimed.has(to.name)).map((to) => [subject, to]);
  }

  private ofEnds(): OnlyClaim[] {
    const { solution } = this;
    const answer = answers(solution);
    const ends = around(solution);
    const spaces = new Set(Object.values(this.context.namespaces));
    const own = ends.filter((e) => e.type === "host" || spaces.has(e.namespace ?? ""));
    const closedBy = (way: "ingress" | "egress", a: Endpoint, b: Endpoint): boolean =>
      a !== b && answer(a, b).some(({ part }) => part[way].verdict === "deny");
    const entered = own.filter((to) => ends.some((from) => closedBy("ingress", from, to)));
    const left = own.filter((from) =>
      ends.some((to) => !entered.includes(to) && closedBy("egress", from, to)),
    );
    return [
      ...entered.map((to): OnlyClaim => ({
        end: to.name,
        way: "in",
        reason: opens(ends.flatMap((from) => (from === to ? [] : [[from, answer(from, to)]]))),
      })),
      ...left.map((from): OnlyClaim => ({
        end: from.name,
        way: "out",
        reason: opens(
          ends.flatMap((to) => (to === from || entered.includes(to) ? [] : [[to, answer(from, to)]])),
        ),
      })),
    ];
  }

  /** Pods that nobody has made yet, where the step changes what becomes of them. */
  private ofLaterPods(before: State): OnlyClaim[] {
    const { solution } = this;
    const old = before.splitAt(solution.namedNets);
    const [was, is] = [pairwise(old), pairwise(solution)];
    const others = around(solution);
    const oldEnds = new Map(this.ends(old).map((e) => [e.name, e]));
    return this.ends(solution)
      .slice(others.length)
      .flatMap((pod) =>
        (["in", "out"] as const).flatMap((way): OnlyClaim[] => {
          const closes = others.some((other) => {
            const [a, b] = way === "in" ? [other, pod] : [pod, other];
            const [c, d] = [oldEnds.get(a.name), oldEnds.get(b.name)];
            return c !== undefined && d !== undefined && beyond(was(c, d), is(a, b), b).length > 0;
          });
          if (!closes) return [];
          const answer = others.map((o): [Endpoint, PairParts] => [
            o,
            way === "in" ? is(o, pod) : is(pod, o),
          ]);
          return [{ end: pod.name, way, reason: opens(answer) }];
        }),
      );
  }
}

function around(state: State): Endpoint[] {
  const nodes = state.hosts.filter((h) => h.interfaces.length > 0).map((h) => h.node);
  return [...state.workloads.filter((w) => w.type !== "outside"), ...nodes, ...state.outside];
}

/** Open in one state and closed in the other. Names may be asked for a step early: DNS is not counted. */
function beyond(now: PairParts, right: PairParts, to: Endpoint): Omit<Excess, "from" | "to">[] {
  if (now === right) return [];
  return openProtocols(now).flatMap((protocol) => {
    const more = subtract(openPorts(now, protocol), openPorts(right, protocol));
    const asked =
      to.namespace === "kube-system" && /^(TCP|UDP)$/.test(protocol) ? subtract(more, [[53, 53]]) : more;
    const first = now.find(
      ({ part, ports }) =>
        part.protocol === protocol && part.verdict !== "deny" && !isEmpty(intersect(ports, asked)),
    );
    if (first === undefined) return [];
    return [{ protocol, ports: asked, egress: first.part.egress, ingress: first.part.ingress }];
  });
}

/** Who may, and on which ports, in few words. */
function opens(answer: readonly (readonly [Endpoint, PairParts] | [Endpoint, PairParts])[]): string {
  const open = answer.flatMap(([end, parts]) => {
    const texts = openProtocols(parts).flatMap((protocol) => {
      const ports = openPorts(parts, protocol);
      return isEmpty(ports) ? [] : [{ protocol, text: formatPorts(ports) }];
    });
    if (texts.length === 0) return [];
    const whole = texts.length > 2 && texts.every(({ text }) => text === "all" || text.startsWith("0-"));
    const what = whole ? "everything" : texts.map(({ protocol, text }) => `${protocol} ${text}`).join(", ");
    return [{ name: end.name, what }];
  });
  const by = new Map<string, string[]>();
  for (const { name, what } of open) by.set(what, [...(by.get(what) ?? []), name]);
  const groups = [...by].map(
    ([what, names]) =>
      `${names.slice(0, 2).join(", ")}${names.length > 2 ? ` and ${names.length - 2} more` : ""}: ${what}`,
  );
  return groups.length === 0
    ? "the step opens nothing there"
    : `the step opens there ${groups.slice(0, 3).join("; ")}${groups.length > 3 ? "; …" : ""}`;
}
