import { combineRuns, type FlowPart } from "./reach-flows";
import type { Decision, Endpoint } from "./reach-model";
import type { PortSet } from "./port-sets";
import { truthAt, type EntryTruth } from "./rules/evaluate-rules";
import type { RuleList } from "./rules/rule-lists";
import type { Entry } from "./rules/rule-entries";
import { both, FALSE, TRUE, type TruthCode } from "./rules/entities";
import { PortSweep } from "./rules/port-sweep";
import type { Runs } from "./rules/port-runs";
import type { State } from "./reach-state";
import type { Group } from "./endpoint-groups";

/** One direction of a pair: what decides on which ports, for each protocol of the state. */
interface Half {
  readonly id: number;
  readonly runs: readonly Runs[];
}

/** One subject's other groups, by kind; each kind is evaluated when it is first asked for. */
interface Row {
  readonly list: RuleList;
  readonly own: Uint8Array;
  readonly kinds: Int32Array;
  readonly halves: Map<number, Half>;
}

/**
 * How many stretches of ports and answers may be kept for reuse before everything kept is dropped: some hundred MiB.
 * Only input in which hardly two pairs are alike comes near it, and there keeping would not help.
 */
const BUDGET = 2_000_000;

/** All answers for a pair of groups: one part per protocol, ports and pair of decisions. */
export type PairParts = readonly { readonly part: FlowPart; readonly ports: PortSet }[];

/**
 * Connectivity of workloads and the outside where no host endpoint interferes. For one subject the other groups fall
 * into a few classes by which entries of its list match them; each class is evaluated once, and each pair of halves
 * combined once. So cost follows what policies distinguish, not the number of pairs.
 */
export class Matrix {
  private readonly interned = new Map<string, Half>();
  private readonly decisions = new Map<Decision, number>();
  private readonly pairs = new Map<number, Map<number, PairParts>>();
  private readonly sweeps = new Map<RuleList, PortSweep>();
  private kept = 0;
  private made = 0;
  private readonly members: Int32Array[];
  private readonly memberTruths: Uint8Array[];
  private readonly rows: Record<"egress" | "ingress", (Row | undefined)[]> = { egress: [], ingress: [] };

  constructor(private readonly state: State) {
    // For each entity the groups that it matches: rows are built by walking matches, not by testing all.
    const { groups } = state;
    const count = groups[0]?.view.truths.length ?? 0;
    this.members = [];
    this.memberTruths = [];
    for (let entity = 0; entity < count; entity++) {
      const ids: number[] = [];
      const truths: number[] = [];
      for (const group of groups) {
        const truth = group.view.truths[entity] ?? FALSE;
        if (truth !== FALSE) {
          ids.push(group.id);
          truths.push(truth);
        }
      }
      this.members.push(Int32Array.from(ids));
      this.memberTruths.push(Uint8Array.from(truths));
    }
  }

  /** Answers for packets from one group to another. */
  pair(from: Group, to: Group): PairParts {
    const egress = this.halfOf(from, "egress", to);
    const ingress = this.halfOf(to, "ingress", from);
    let row = this.pairs.get(egress.id);
    if (row === undefined) this.pairs.set(egress.id, (row = new Map<number, PairParts>()));
    let parts = row.get(ingress.id);
    if (parts === undefined) {
      parts = this.state.protocols.flatMap((protocol, i) =>
        combineRuns(protocol, egress.runs[i] ?? [], ingress.runs[i] ?? []),
      );
      row.set(ingress.id, parts);
      this.keep(parts.length);
    }
    return parts;
  }

  private halfOf(subject: Group, direction: "egress" | "ingress", other: Group): Half {
    const row = (this.rows[direction][subject.id] ??= this.row(subject, direction));
    const kind = row.kinds[other.id] ?? 0;
    let half = row.halves.get(kind);
    if (half === undefined) {
      half = this.half(row, direction, subject, other);
      row.halves.set(kind, half);
    }
    return half;
  }

  private row(subject: Group, direction: "egress" | "ingress"): Row {
    const list = subject.view.list(direction, "normal");
    const own = ownTruths(list, subject, direction);
    return {
      list,
      own,
      kinds: this.classify(list, subject, direction, own),
      halves: new Map<number, Half>(),
    };
  }

  /** Counts what is kept, and drops it all where it grows too much. */
  private keep(count: number): void {
    this.kept += count;
    if (this.kept < BUDGET) return;
    this.kept = 0;
    this.pairs.clear();
    this.interned.clear();
    for (const row of [...this.rows.egress, ...this.rows.ingress]) row?.halves.clear();
  }

  /** Numbers the other groups by the entries that match them; equal numbers get equal answers. */
  private classify(
    list: RuleList,
    subject: Group,
    direction: "egress" | "ingress",
    own: Uint8Array,
  ): Int32Array {
    const { groups } = this.state;
    const kinds = new Int32Array(groups.length);
    const interned = new Map<string, number>();
    for (const group of groups) {
      const key = this.peerKey(list, subject.view.endpoint, group.view.endpoint, direction);
      let kind = interned.get(key);
      if (kind === undefined) interned.set(key, (kind = interned.size));
      kinds[group.id] = kind;
    }
    let next = interned.size;
    for (const [i, entry] of list.entries.entries()) {
      const entity = direction === "egress" ? entry.destination : entry.source;
      if (own[i] === FALSE || entity === -1) continue;
      const members = this.members[entity];
      const truths = this.memberTruths[entity];
      if (members === undefined || truths === undefined) continue;
      const split = new Map<number, number>();
      for (let m = 0; m < members.length; m++) {
        const id = members[m] ?? 0;
        const key = (kinds[id] ?? 0) * 4 + (truths[m] ?? 0);
        let kind = split.get(key);
        if (kind === undefined) split.set(key, (kind = next++));
        kinds[id] = kind;
      }
    }
    return kinds;
  }

  /** What beside the entities may tell peers apart. */
  private peerKey(list: RuleList, subject: Endpoint, peer: Endpoint, direction: string): string {
    const family = subject.families.find((f) => peer.families.includes(f)) ?? 0;
    const ports =
      direction === "egress" && list.byPorts ? JSON.stringify([peer.ports, this.state.serviceKey(peer)]) : "";
    return `${family} ${ports}`;
  }

  private half({ list, own }: Row, direction: "egress" | "ingress", subject: Group, other: Group): Half {
    const { truths } = other.view;
    const matches: EntryTruth = (entry, i) => {
      const mine = truthAt(own, i);
      if (mine === FALSE) return FALSE;
      const entity = direction === "egress" ? entry.destination : entry.source;
      return both(mine, entity === -1 ? TRUE : truthAt(truths, entity));
    };
    let sweep = this.sweeps.get(list);
    if (sweep === undefined) this.sweeps.set(list, (sweep = new PortSweep(list)));
    const [from, to] = direction === "egress" ? [subject, other] : [other, subject];
    const runs: Runs[] = [];
    for (const protocol of this.state.protocols) {
      const packet = this.state.packet(from.view.endpoint, to.view.endpoint, protocol);
      const carried = packet !== undefined && possible(protocol, packet.family);
      runs.push(carried ? sweep.run(matches, packet) : []);
    }
    return this.intern(runs);
  }

  /** Equal halves of different subjects are the same object, where finding that out is cheap. */
  private intern(runs: readonly Runs[]): Half {
    const size = runs.reduce((n, list) => n + list.length, 0);
    this.keep(size);
    if (size > 24) return { id: this.made++, runs };
    const key = runs
      .map((list) => list.map((r) => `${this.decisionId(r.decision)}:${r.first}-${r.last}`).join(";"))
      .join("|");
    let half = this.interned.get(key);
    if (half === undefined) {
      half = { id: this.made++, runs };
      this.interned.set(key, half);
    }
    return half;
  }

  private decisionId(decision: Decision): number {
    let id = this.decisions.get(decision);
    if (id === undefined) this.decisions.set(decision, (id = this.decisions.size));
    return id;
  }
}

/** ICMP is IPv4's, ICMPv6 is IPv6's. */
export function possible(protocol: number, family: 4 | 6): boolean {
  return protocol === 1 ? family === 4 : protocol === 58 ? family === 6 : true;
}

/** How surely the subject's own side of each entry matches. */
function ownTruths(list: RuleList, subject: Group, direction: "egress" | "ingress"): Uint8Array {
  const own = (entry: Entry): TruthCode => {
    const entity = direction === "egress" ? entry.source : entry.destination;
    return entity === -1 ? TRUE : truthAt(subject.view.truths, entity);
  };
  return Uint8Array.from(list.entries, own);
}
