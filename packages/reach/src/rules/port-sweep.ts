import type { Decision } from "../reach-model";
import type { PortSet } from "../port-sets";
import { evaluate, type EntryTruth } from "./evaluate-rules";
import { matchPorts, type Packet, portSpace, staticPorts } from "./rule-ports";
import type { Entry } from "./rule-entries";
import type { RuleList } from "./rule-lists";
import { both, FALSE, TRUE } from "./entities";
import { runsOf, type Run, type Runs } from "./port-runs";

/** An entry that packets of one protocol and family may match, with its ports where they depend on no endpoint. */
interface Candidate {
  readonly entry: Entry;
  readonly index: number;
  readonly ports: PortSet | undefined;
}

/**
 * The same answer as `evaluate` over a protocol's whole port space, for pairs by the thousand: entries take the ports
 * that no earlier one has taken, which costs a little for each port boundary rather than for each pair of port sets.
 */
export class PortSweep {
  private readonly plans = new Map<number, readonly Candidate[]>();

  constructor(private readonly list: RuleList) {}

  run(matches: EntryTruth, packet: Packet): Runs {
    const whole = portSpace(packet.protocol);
    const taken: { entry: Entry; index: number; ports: PortSet }[] = [];
    let from = 0;
    for (const { entry, index, ports } of this.plan(packet)) {
      if (index < from) continue;
      const truth = both(entry.certain, matches(entry, index));
      if (truth === FALSE) continue;
      const matched =
        ports === undefined && entry.rule !== undefined ? matchPorts(entry.rule, packet) : undefined;
      // What may or may not match has two outcomes to compare: rare, and left to the general way.
      if (truth !== TRUE || (matched !== undefined && matched.maybe.length > 0))
        return runsOf(evaluate(this.list, matches, packet, whole));
      const sure = ports ?? matched?.sure ?? whole;
      if (sure.length === 0) continue;
      taken.push({ entry, index, ports: sure });
      if (sure !== whole) continue;
      // Every port that came so far is decided here, but for those that an entry of this tier passed on.
      const onward =
        passes(this.list, entry) || taken.some((t) => passes(this.list, t.entry) && t.entry.next > index);
      if (!onward) break;
      from = entry.next;
    }
    const [only] = taken;
    const [space] = whole;
    if (only !== undefined && taken.length === 1 && only.ports === whole && space !== undefined)
      return [{ first: space[0], last: space[1], decision: only.entry.decision }];
    return fill(this.list, taken);
  }

  private plan({ protocol, family }: Packet): readonly Candidate[] {
    const key = protocol * 8 + family;
    let plan = this.plans.get(key);
    if (plan === undefined) {
      const whole = portSpace(protocol);
      plan = this.list.entries.flatMap((entry, index): Candidate[] => {
        if (entry.rule === undefined) return [{ entry, index, ports: whole }];
        const ports = staticPorts(entry.rule, protocol, family);
        return ports?.length === 0 ? [] : [{ entry, index, ports }];
      });
      this.plans.set(key, plan);
    }
    return plan;
  }
}

function passes(list: RuleList, entry: Entry): boolean {
  return entry.action === "Pass" && entry.next < list.entries.length;
}

function fill(list: RuleList, taken: readonly { entry: Entry; index: number; ports: PortSet }[]): Runs {
  const edges = boundaries(taken);
  const cells = Math.max(0, edges.length - 1);
  const decisions: (Decision | undefined)[] = new Array<undefined>(cells).fill(undefined);
  // Where a cell goes on after a Pass, and the next cell that is still free.
  const skip = new Int32Array(cells);
  const next = Int32Array.from({ length: cells + 1 }, (_, i) => i);
  const free = (at: number): number => {
    let root = at;
    while (next[root] !== root) root = next[root] ?? root;
    for (let i = at; i !== root;) {
      const after = next[i] ?? root;
      next[i] = root;
      i = after;
    }
    return root;
  };
  for (const { entry, index, ports } of taken) {
    const passing = passes(list, entry);
    for (const [first, last] of ports) {
      const end = position(edges, last + 1);
      for (let cell = free(position(edges, first)); cell < end; cell = free(cell + 1)) {
        if ((skip[cell] ?? 0) > index) continue;
        if (passing) {
          skip[cell] = entry.next;
        } else {
          decisions[cell] = entry.decision;
          next[cell] = cell + 1;
        }
      }
    }
  }
  return joinCells(edges, decisions);
}

function boundaries(taken: readonly { ports: PortSet }[]): Int32Array {
  const all: number[] = [];
  for (const { ports } of taken) for (const [first, last] of ports) all.push(first, last + 1);
  return Int32Array.from(new Set(Int32Array.from(all).sort()));
}

function position(edges: Int32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joinCells(edges: Int32Array, decisions: readonly (Decision | undefined)[]): Runs {
  const runs: Run[] = [];
  for (let i = 0; i < decisions.length;) {
    const decision = decisions[i];
    let end = i + 1;
    while (end < decisions.length && decisions[end] === decision) end++;
    const first = edges[i];
    const after = edges[end];
    if (decision !== undefined && first !== undefined && after !== undefined)
      runs.push({ first, last: after - 1, decision });
    i = end;
  }
  return runs;
}
