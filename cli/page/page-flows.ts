import type { LabPage, PageAnswer, PageHop, PageNode, PagePort, PageState, Verdict } from "./page-data";

/** Questions to a lab's page, without any evaluation: every answer is in the data. Pure; used in the browser too. */

/** One port of a pair, with what becomes of it. */
export interface PortAnswer extends PagePort {
  verdict: Verdict;
  answer: PageAnswer;
}

export interface PairStatus {
  /** `mixed`: some of the ports that count are open. `none`: no packet can go this way. */
  kind: "open" | "mixed" | "closed" | "unknown" | "none";
  /** The ports that count: those on which the destination serves, else whole protocols. */
  ports: PortAnswer[];
  /** Whether anything listens at the destination. */
  served: boolean;
}

/** Answers for a pair, one for each protocol, range of ports and pair of decisions. */
export function answersOf(lab: LabPage, state: PageState, from: number, to: number): readonly PageAnswer[] {
  const cell = state.cells[from * lab.nodes.length + to] ?? -1;
  return lab.answers[cell] ?? [];
}

/** The answer for one port, or one of each family where they differ; for ICMP the port is the type. */
export function answersAt(
  lab: LabPage,
  state: PageState,
  from: number,
  to: number,
  { protocol, port }: PagePort,
): readonly PageAnswer[] {
  const at = isIcmpName(protocol) ? port * 256 : port;
  return answersOf(lab, state, from, to).filter(
    (a) => a.protocol === protocol && a.ports.some(([first, last]) => first <= at && at <= last),
  );
}

export const isIcmpName = (protocol: string): boolean => /^icmp/i.test(protocol);

/** `ports`: one port, or the ports of an answer as it writes them; `family` where the two differ. */
export const remarkKey = (
  pair: number,
  protocol: string,
  ports: string | number,
  family?: PageAnswer["family"],
): string => `${pair} ${protocol} ${ports}${family === undefined ? "" : ` ${family}`}`;

/** What the evaluator remarks of an answer: for the very port where that is known, else for all its ports. */
export function remarksOf(
  lab: LabPage,
  state: PageState,
  from: number,
  to: number,
  { protocol, text, family }: PageAnswer,
  port: number | undefined,
): string[] {
  const pair = from * lab.nodes.length + to;
  const of = (ports: string | number): readonly number[] | undefined =>
    state.remarks[remarkKey(pair, protocol, ports, family)] ??
    state.remarks[remarkKey(pair, protocol, ports)];
  const found = (port === undefined ? undefined : of(port)) ?? of(text) ?? [];
  return found.flatMap((index) => lab.remarks[index] ?? []);
}

/** The ways of packets to a port, with their family where there are two. */
export function walksOf(
  lab: LabPage,
  { walks }: PageState,
  from: number,
  to: number,
  { protocol, port }: PagePort,
): { family?: PageAnswer["family"]; hops: PageHop[] }[] {
  const pair = from * lab.nodes.length + to;
  return ([undefined, "IPv4", "IPv6"] as const).flatMap((family) => {
    const index = walks[remarkKey(pair, protocol, port, family)];
    const hops = index === undefined ? [] : (lab.walks[index] ?? []).flatMap((at) => lab.hops[at] ?? []);
    return hops.length === 0 ? [] : [{ ...(family === undefined ? {} : { family }), hops }];
  });
}

/** The ports of a pair that count: what the destination serves, and what claims expect to be open. */
export function portsOfCell(lab: LabPage, from: number, to: number): PagePort[] {
  const [a, b] = [lab.nodes[from], lab.nodes[to]];
  if (a === undefined || b === undefined) return [];
  const known = claimedPorts(lab);
  const claimed = known.get(`${a.id} ${b.id}`) ?? [];
  const seen = new Set(b.ports.map((p) => `${p.protocol} ${p.port}`));
  const more = claimed.filter((p) => !seen.has(`${p.protocol} ${p.port}`));
  // A claim that nobody gets in where nobody listens makes no port of it.
  return [...b.ports, ...more.filter((p) => b.ports.length === 0 || p.open)];
}

interface ClaimedPort extends PagePort {
  /** Some step claims that it is open. */
  open: boolean;
}

const claimedOf = new WeakMap<LabPage, Map<string, ClaimedPort[]>>();

function claimedPorts(lab: LabPage): Map<string, ClaimedPort[]> {
  let found = claimedOf.get(lab);
  if (found === undefined) {
    found = new Map();
    for (const { from, to, protocol, port, verdict } of lab.steps.flatMap((s) => s.claims)) {
      const ports = found.get(`${from} ${to}`) ?? [];
      const known = ports.find((p) => p.protocol === protocol && p.port === port);
      if (known === undefined) ports.push({ protocol, port, open: verdict === "allow" });
      else known.open ||= verdict === "allow";
      found.set(`${from} ${to}`, ports);
    }
    claimedOf.set(lab, found);
  }
  return found;
}

/** What a reader should see of a pair at a glance. */
export function statusOf(lab: LabPage, state: PageState, from: number, to: number): PairStatus {
  const answers = answersOf(lab, state, from, to);
  if (answers.length === 0) return { kind: "none", ports: [], served: false };
  const ports = portsOfCell(lab, from, to).flatMap((p): PortAnswer[] => {
    return answersAt(lab, state, from, to, p).map((answer) => ({ ...p, verdict: answer.verdict, answer }));
  });
  if (ports.length > 0) return { kind: kindOf(ports.map((p) => p.verdict)), ports, served: true };
  return { kind: kindOf(answers.map((a) => a.verdict)), ports: [], served: false };
}

function kindOf(verdicts: readonly Verdict[]): PairStatus["kind"] {
  const some = (v: Verdict): boolean => verdicts.includes(v);
  if (some("allow")) return some("deny") || some("unknown") ? "mixed" : "open";
  return some("unknown") ? "unknown" : "closed";
}

/** What a step made of a pair, on the ports that count. */
export interface PairChange {
  opened: string[];
  closed: string[];
}

const NO_CHANGE: PairChange = { opened: [], closed: [] };

/** Ports that were closed and are open, and the other way round; `all` where nothing serves at the destination. */
export function changeOf(
  lab: LabPage,
  before: PageState | undefined,
  after: PageState,
  from: number,
  to: number,
): PairChange {
  const at = from * lab.nodes.length + to;
  if (before === undefined || before.cells[at] === after.cells[at]) return NO_CHANGE;
  const was = statusOf(lab, before, from, to);
  const now = statusOf(lab, after, from, to);
  // A workload that the step brings or takes away is no flow that a policy opened.
  if (was.kind === "none" || now.kind === "none") return NO_CHANGE;
  if (!now.served) {
    const [a, b] = [was.kind === "closed", now.kind === "closed"];
    return { opened: a && !b ? ["all"] : [], closed: !a && b ? ["all"] : [] };
  }
  const [opened, closed] = [true, false].map((open) =>
    now.ports.flatMap((p): string[] => {
      if ((p.verdict !== "deny") !== open) return [];
      const old = was.ports.filter((o) => portText(o) === portText(p) && sameFamily(o.answer, p.answer));
      const differ = old.filter((o) => (o.verdict !== "deny") !== open);
      if (old.length > 0 && differ.length === 0) return [];
      // A change in one family only says in which.
      const [only] = differ;
      const family = p.answer.family ?? (differ.length < old.length ? only?.answer.family : undefined);
      return [family === undefined ? portText(p) : `${portText(p)} ${family}`];
    }),
  );
  return { opened: opened ?? [], closed: closed ?? [] };
}

const sameFamily = (a: PageAnswer, b: PageAnswer): boolean =>
  a.family === undefined || b.family === undefined || a.family === b.family;

/** `80`, `53/UDP`, `ICMP 8`: as people write a port. */
export function portText({ protocol, port }: PagePort): string {
  if (isIcmpName(protocol)) return `${protocol} ${port}`;
  return protocol === "TCP" ? String(port) : `${port}/${protocol}`;
}

/** Whether both ends are the very same pod, which always reaches itself. */
export const isItself = (lab: LabPage, from: number, to: number): boolean =>
  from === to && lab.nodes[from]?.several !== true;

export interface Changes {
  opened: Set<number>;
  closed: Set<number>;
}

/** Pairs that a step opened or closed, as `from * nodes.length + to`, of what is drawn. */
export function changes(
  lab: LabPage,
  before: PageState | undefined,
  after: PageState,
  scope: "main" | "all" = "all",
): Changes {
  const found: Changes = { opened: new Set(), closed: new Set() };
  const count = lab.nodes.length;
  const drawn = drawnIn(lab, scope);
  for (const from of drawn) {
    for (const to of drawn) {
      if (isItself(lab, from, to)) continue;
      const change = changeOf(lab, before, after, from, to);
      if (change.opened.length > 0) found.opened.add(from * count + to);
      else if (change.closed.length > 0) found.closed.add(from * count + to);
    }
  }
  return found;
}

/** Nodes to be drawn: the lab's own, or all, but of networks that no step tells apart only the first. */
export function drawnIn(lab: LabPage, scope: "main" | "all"): number[] {
  const { first } = alike(lab);
  return lab.nodes.flatMap((n, i) => (n.main || (scope === "all" && first[i] === i) ? [i] : []));
}

/** How many networks more a drawn one stands for. */
export const moreLike = (lab: LabPage, node: number): number =>
  alike(lab).first.filter((f, i) => f === node && i !== node && lab.nodes[i]?.main !== true).length;

/** For each node the first that is like it in every step: the outside falls into pieces where any policy names a network. */
function alike(lab: LabPage): { first: number[] } {
  let found = alikeOf.get(lab);
  if (found === undefined) {
    const size = lab.nodes.length;
    const known = new Map<string, number>();
    const first = lab.nodes.map((n, i) => {
      if (n.type !== "outside" || n.main) return i;
      const cells = lab.steps.flatMap((s) =>
        lab.nodes.map((_, j) => `${s.cells[i * size + j] ?? -1} ${s.cells[j * size + i] ?? -1}`),
      );
      const key = cells.join();
      const earlier = known.get(key);
      if (earlier === undefined) known.set(key, i);
      return earlier ?? i;
    });
    alikeOf.set(lab, (found = { first }));
  }
  return found;
}
const alikeOf = new WeakMap<LabPage, { first: number[] }>();

/** Nodes that a state has: others come or go with another step. */
export function presentIn(lab: LabPage, state: PageState): boolean[] {
  const count = lab.nodes.length;
  return lab.nodes.map((_, i) =>
    lab.nodes.some(
      (__, j) => (state.cells[i * count + j] ?? -1) >= 0 || (state.cells[j * count + i] ?? -1) >= 0,
    ),
  );
}

/** A node, or a Service: what a question may be about. */
export type PageTarget = { node: number } | { service: number };

/** Finds what a reader typed: a full name, a name that is clear without its namespace, or an IPv4 address. */
export function findTarget(lab: LabPage, text: string, services: boolean): PageTarget | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return undefined;
  const exact = lab.nodes.findIndex((n) => n.id.toLowerCase() === wanted);
  if (exact >= 0) return { node: exact };
  const plain = wanted.replace(/^(service|svc)\//, "");
  const service = lab.services.findIndex((s) => s.id.toLowerCase() === plain);
  if (services && service >= 0) return { service };
  const named = lab.nodes.flatMap((n, i) => (n.name.toLowerCase() === wanted ? [i] : []));
  if (named.length === 1 && named[0] !== undefined) return { node: named[0] };
  const piece = outsideOf(lab.nodes, wanted);
  return piece === undefined ? undefined : { node: piece };
}

/** The piece of the outside that holds an IPv4 address: the smallest network around it, else `internet`. */
function outsideOf(nodes: readonly PageNode[], text: string): number | undefined {
  const address = ipv4(text);
  if (address === undefined) return undefined;
  let best: { index: number; bits: number } | undefined;
  nodes.forEach((n, index) => {
    if (n.type !== "outside") return;
    const [net = "", size] = n.id.split("/");
    const base = n.id === "internet" ? 0 : ipv4(net);
    const bits = n.id === "internet" ? 0 : Number(size ?? 32);
    if (base === undefined) return;
    const inside =
      bits === 0 || Math.floor(address / 2 ** (32 - bits)) === Math.floor(base / 2 ** (32 - bits));
    if (inside && (best === undefined || bits > best.bits)) best = { index, bits };
  });
  return best?.index;
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((p) => !Number.isInteger(p) || p < 0 || p > 255)) return undefined;
  return parts.reduce((sum, p) => sum * 256 + p, 0);
}
