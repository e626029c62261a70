import type { Change, Difference } from "../../packages/reach/src";

/** Flows between sets of workloads that change alike. */
export interface FlowGroup {
  what: (typeof WHATS)[number];
  from: string[];
  to: string[];
  /** `TCP 80; UDP 53`, or `all`. */
  opened: string;
  closed: string;
}

/** `may`: it depends on what is not known before deployment, such as which node a pod runs on. */
const WHATS = ["opens", "may open", "closes", "may close", "changes", "is sure to be open"] as const;

/** Protocols that most pairs differ in at once: said as one word. */
const COMMON = ["TCP", "UDP", "SCTP", "ICMP"];

/**
 * Changes as a reviewer reads them: one for each pair of workloads, then pairs that change alike together. A default
 * deny closes hundreds of flows; what it says is one sentence. A workload that stands on both sides of a group is
 * not meant with itself, nor are two names of `outside`.
 */
export function groupFlows(found: Difference, outside: ReadonlySet<string> = new Set()): FlowGroup[] {
  const pairs = new Map<string, { from: string; to: string; changes: Change[] }>();
  for (const change of [...found.added, ...found.removed, ...found.changed]) {
    const key = JSON.stringify([change.from, change.to]);
    const pair = pairs.get(key) ?? { from: change.from, to: change.to, changes: [] };
    pair.changes.push(change);
    pairs.set(key, pair);
  }
  const single = [...pairs.values()].map(({ from, to, changes }): FlowGroup => {
    const opened = ports(changes, "opened");
    const closed = ports(changes, "closed");
    return { what: whatOf(changes, opened, closed), from: [from], to: [to], opened, closed };
  });
  // First who calls the same, then who is called by the same, is put together; another way may give fewer.
  const ways = [
    join(join(single, "from"), "to"),
    join(join(single, "to"), "from"),
    join(join(mutual(join(single, "from"), "to", outside), "to"), "from"),
    join(join(mutual(join(single, "to"), "from", outside), "from"), "to"),
  ];
  return ways
    .reduce((a, b) => (b.length < a.length ? b : a))
    .sort((x, y) => WHATS.indexOf(x.what) - WHATS.indexOf(y.what) || (key(x) < key(y) ? -1 : 1));
}

function whatOf(changes: readonly Change[], opened: string, closed: string): FlowGroup["what"] {
  const unknown = changes.some((c) => c.after.some((p) => p.verdict === "unknown"));
  if (opened !== "" && closed !== "") return "changes";
  if (opened !== "") return unknown ? "may open" : "opens";
  if (closed !== "") return "closes";
  return unknown ? "may close" : "is sure to be open";
}

/** Groups that would be the same if each workload also called itself: no such flow is ever reported. */
function mutual(groups: readonly FlowGroup[], end: "from" | "to", outside: ReadonlySet<string>): FlowGroup[] {
  const other = end === "from" ? "to" : "from";
  const filled = new Map<string, FlowGroup[]>();
  const seen = new Set(groups.flatMap((g) => [...g.from, ...g.to]).filter((n) => outside.has(n)));
  const whole = (g: FlowGroup): string[] => {
    const [self = ""] = g[end];
    return [...new Set([...g[other], self, ...(outside.has(self) ? seen : [])])].sort();
  };
  for (const g of groups) {
    const rest = JSON.stringify({ ...g, [end]: [], [other]: whole(g) });
    filled.set(rest, [...(filled.get(rest) ?? []), g]);
  }
  return [...filled.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined || same.length === 1
      ? same
      : [{ ...first, [other]: whole(first), [end]: same.flatMap((g) => g[end]).sort() }];
  });
}

const key = (g: FlowGroup): string => JSON.stringify([g.from, g.to]);

/** Puts groups together that differ only in one end. */
function join(groups: readonly FlowGroup[], end: "from" | "to"): FlowGroup[] {
  const joined = new Map<string, FlowGroup>();
  for (const g of groups) {
    const rest = JSON.stringify({ ...g, [end]: [] });
    const same = joined.get(rest);
    joined.set(rest, same === undefined ? g : { ...same, [end]: [...same[end], ...g[end]] });
  }
  return [...joined.values()].map((g) => ({ ...g, from: g.from.sort(), to: g.to.sort() }));
}

function ports(changes: readonly Change[], what: "opened" | "closed"): string {
  const some = changes
    .filter((c) => c[what] !== "")
    .sort((a, b) => COMMON.indexOf(a.protocol) - COMMON.indexOf(b.protocol));
  const said = some.map((c) => `${c.protocol} ${c[what]}`).join("; ");
  if (!COMMON.every((protocol) => some.some((c) => c.protocol === protocol))) return said;
  // What was or is open beside it, where that is all the rest.
  const rest = some.map((c) => (c[what] === "all" ? "" : exception(c, what)));
  if (rest.includes(undefined)) return said;
  const but = rest.filter((r) => r !== "").join("; ");
  return but === "" ? "all" : `all but ${but}`;
}

/** `TCP 80` where everything else of the protocol opened or closed. */
function exception(c: Change, what: "opened" | "closed"): string | undefined {
  const [whole, part] = what === "closed" ? [c.before, c.after] : [c.after, c.before];
  if (!whole.every((p) => p.ports === "all" && p.verdict !== "deny")) return undefined;
  const open = part.filter((p) => p.verdict !== "deny").map((p) => p.ports);
  return `${c.protocol} ${open.join(",")}`;
}
