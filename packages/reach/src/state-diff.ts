import { answers, insiders } from "./connectivity";
import { portsText, type FlowPart } from "./reach-flows";
import type { PairParts } from "./matrix";
import { protocolName, type Endpoint, type Verdict } from "./reach-model";
import { isEmpty, NO_PORTS, subtract, union, type PortSet } from "./port-sets";
import type { State } from "./reach-state";

/** What became of one protocol between two endpoints; a decision by another rule with the same outcome is no change. */
export interface Change {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  /** Only where the change is not that of both families. */
  readonly family?: "IPv4" | "IPv6";
  /** Open ports: after for what was added or changed, before for what was removed. */
  readonly ports: string;
  readonly verdict: Verdict;
  /** Ports that are open now and were not, and the other way round; empty where none. */
  readonly opened: string;
  readonly closed: string;
  /** Answers before and after, denials included. */
  readonly before: readonly FlowPart[];
  readonly after: readonly FlowPart[];
}

export interface Difference {
  readonly workloads: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Nothing was open between the two before. */
  readonly added: readonly Change[];
  /** Nothing is open any more. */
  readonly removed: readonly Change[];
  /** Open before and after, on other ports or with another verdict. */
  readonly changed: readonly Change[];
}

/** Compares two states by the names of their workloads; the outside is split at the networks of both. */
export function diff(before: State, after: State): Difference {
  const nets = [...before.namedNets, ...after.namedNets];
  const [a, b] = [new Side(before.splitAt(nets)), new Side(after.splitAt(nets))];
  const names = [...new Set([...a.names, ...b.names])].sort();
  const changes = { added: [] as Change[], removed: [] as Change[], changed: [] as Change[] };
  for (const from of names) {
    for (const to of names) {
      // Pods of one workload are a pair, in both states or in neither.
      if (from === to && !a.several(from) && !b.several(from)) continue;
      const old = a.parts(from, to);
      const now = b.parts(from, to);
      if (old === now) continue;
      for (const protocol of new Set([...a.protocols, ...b.protocols])) {
        for (const { kind, change } of comparisons(from, to, protocol, old, now)) changes[kind].push(change);
      }
    }
  }
  const old = new Set(a.workloads);
  const now = new Set(b.workloads);
  return {
    workloads: {
      added: [...now].filter((name) => !old.has(name)),
      removed: [...old].filter((name) => !now.has(name)),
    },
    ...changes,
  };
}

/** One state, asked by names. */
class Side {
  readonly names: readonly string[];
  readonly workloads: readonly string[];
  readonly protocols: readonly number[];
  private readonly byName: ReadonlyMap<string, Endpoint[]>;
  private readonly answer: (from: Endpoint, to: Endpoint) => PairParts;

  constructor(state: State) {
    const inside = insiders(state);
    const byName = new Map<string, Endpoint[]>();
    for (const endpoint of [...inside, ...state.outside])
      byName.set(endpoint.name, [...(byName.get(endpoint.name) ?? []), endpoint]);
    this.byName = byName;
    this.names = [...byName.keys()];
    this.workloads = inside.map((e) => e.name);
    this.protocols = state.protocols;
    this.answer = answers(state);
  }

  several(name: string): boolean {
    return this.byName.get(name)?.[0]?.several === true;
  }

  parts(from: string, to: string): PairParts {
    const [a] = this.byName.get(from) ?? [];
    const [b] = this.byName.get(to) ?? [];
    if (a === undefined || b === undefined || (a.type === "outside" && b.type === "outside")) return NONE;
    return this.answer(a, b);
  }
}
const NONE: PairParts = [];

interface Comparison {
  readonly kind: "added" | "removed" | "changed";
  readonly change: Change;
}

/** One comparison, or one for each family where the answers of the families are not alike. */
function comparisons(
  from: string,
  to: string,
  protocol: number,
  old: PairParts,
  now: PairParts,
): Comparison[] {
  const marked = [...old, ...now].some(({ part }) => part.family !== undefined);
  if (!marked) return [compare(from, to, protocol, old, now) ?? []].flat();
  const [four, six] = (["IPv4", "IPv6"] as const).map((family) => {
    const of = (parts: PairParts): PairParts =>
      parts.filter(({ part }) => part.family === undefined || part.family === family);
    const found = compare(from, to, protocol, of(old), of(now));
    return found === undefined ? undefined : { ...found, change: { ...found.change, family } };
  });
  return [four ?? [], six ?? []].flat();
}

function compare(
  from: string,
  to: string,
  protocol: number,
  old: PairParts,
  now: PairParts,
): Comparison | undefined {
  const name = protocolName(protocol);
  const of = (parts: PairParts): PairParts => parts.filter((p) => p.part.protocol === name);
  const [a, b] = [of(old), of(now)];
  if (same(a, b)) return undefined;
  const [was, is] = [openPorts(a), openPorts(b)];
  if (isEmpty(was) && isEmpty(is)) return undefined;
  const kind = isEmpty(was) ? "added" : isEmpty(is) ? "removed" : "changed";
  const text = (ports: PortSet): string => (isEmpty(ports) ? "" : portsText(protocol, ports));
  const shown = kind === "removed" ? a : b;
  return {
    kind,
    change: {
      from,
      to,
      protocol: name,
      ports: text(kind === "removed" ? was : is),
      verdict: shown.some((p) => p.part.verdict === "unknown") ? "unknown" : "allow",
      opened: text(subtract(is, was)),
      closed: text(subtract(was, is)),
      before: a.map((p) => p.part),
      after: b.map((p) => p.part),
    },
  };
}

/** Same verdict on every port. */
function same(a: PairParts, b: PairParts): boolean {
  return (["allow", "unknown"] as const).every((verdict) => {
    const [x, y] = [portsOf(a, verdict), portsOf(b, verdict)];
    return isEmpty(subtract(x, y)) && isEmpty(subtract(y, x));
  });
}

function portsOf(parts: PairParts, verdict: Verdict): PortSet {
  return parts.reduce((ports, p) => (p.part.verdict === verdict ? union(ports, p.ports) : ports), NO_PORTS);
}

function openPorts(parts: PairParts): PortSet {
  return union(portsOf(parts, "allow"), portsOf(parts, "unknown"));
}
