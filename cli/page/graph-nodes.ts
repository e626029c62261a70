import type { FlowClaim, LabSelection } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { parseNet, type Endpoint } from "../../packages/reach/src";
import type { PageNode, PagePort, PageService } from "./page-data";
import { pairsOf } from "./pair-flows";
import type { StateAt } from "../../labs/prediction/lab-states";

/** Every workload, governed node and piece of the outside that any state has, in a fixed order. */
export function pageNodes(states: readonly StateAt[], { context }: LabSelection): PageNode[] {
  const endpoints = new Map<string, Endpoint>();
  for (const { state } of states) {
    for (const w of state.workloads) endpoints.set(w.name, w);
    // Nodes take part only where policies govern them: the pairs know.
    for (const { from } of pairsOf(state)) endpoints.set(from.name, from);
  }
  const own = new Set(Object.values(context.namespaces));
  const claims = claimsOf(states).map((c) => ({ ...c, from: nodeId(c.from), to: nodeId(c.to) }));
  const claimed = new Set(claims.flatMap((c) => [c.from, c.to]));
  const ports = servedPorts(states);
  return [...endpoints.values()]
    .map((e): PageNode => {
      const group = e.namespace ?? "";
      const name = group === "" ? e.name : e.name.slice(group.length + 1);
      const served = ports.get(e.name) ?? [];
      return {
        id: e.name,
        name,
        group,
        kind: e.kind,
        type: e.type,
        labels: { ...e.labels },
        ports: e.type === "outside" ? [] : served.length > 0 ? served : openedOn(claims, e.name),
        ...(e.several === true ? { several: true as const } : {}),
        main: own.has(group) || claimed.has(e.name),
      };
    })
    .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

/** Where the objects tell no port: the ports on which a claim expects an answer. */
function openedOn(claims: readonly FlowClaim[], to: string): PagePort[] {
  const open = claims.filter((c) => c.to === to && c.verdict === "allow");
  return unique(open.map((c) => ({ protocol: c.protocol, port: c.port })));
}

/** How the evaluator names an end of a claim: a single address is a network of one. */
export const nodeId = (end: string): string => parseNet(end)?.text ?? end;

const rank = (n: PageNode): number => (n.type === "outside" ? 0 : n.type === "host" ? 2 : n.main ? 1 : 3);

/** Container ports, and the ports on which Services reach the pods behind them. */
function servedPorts(states: readonly StateAt[]): Map<string, PagePort[]> {
  const found = new Map<string, PagePort[]>();
  const add = (name: string, ports: readonly PagePort[]): void => {
    found.set(name, unique([...(found.get(name) ?? []), ...ports]));
  };
  for (const { objects, state } of states) {
    for (const o of objects) {
      const name = `${o.metadata.namespace ?? "default"}/${o.metadata.name}`;
      add(name, containerPorts(o));
    }
    for (const service of state.services.values()) {
      for (const backend of service.backends) {
        for (const { protocol, target } of service.ports) {
          const number =
            typeof target === "number" ? target : backend.ports.find((p) => p.name === target)?.port;
          if (number !== undefined) add(backend.name, [{ protocol: protocolName(protocol), port: number }]);
        }
      }
    }
  }
  return found;
}

interface PodSpec {
  containers?: { ports?: { containerPort?: number; protocol?: string }[] }[];
}

function containerPorts(object: KubeObject): PagePort[] {
  const spec = object["spec"] as (PodSpec & { template?: { spec?: PodSpec } }) | undefined;
  const pod = spec?.template?.spec ?? spec;
  const containers = Array.isArray(pod?.containers) ? pod.containers : [];
  return containers.flatMap((c) =>
    (c.ports ?? []).flatMap((p) =>
      typeof p.containerPort === "number" ? [{ protocol: p.protocol ?? "TCP", port: p.containerPort }] : [],
    ),
  );
}

/** Services as targets of a question, with the nodes behind them. */
export function pageServices(states: readonly StateAt[], nodes: readonly PageNode[]): PageService[] {
  const at = new Map(nodes.map((n, i) => [n.id, i]));
  const found = new Map<string, PageService>();
  for (const { state } of states) {
    for (const [id, service] of state.services) {
      found.set(id, {
        id,
        ports: service.ports.map((p) => ({
          protocol: protocolName(p.protocol),
          port: p.port,
          target: p.target,
        })),
        backends: service.backends.flatMap((b) => {
          const node = at.get(b.name);
          const named = b.ports.flatMap((p) => (p.port === undefined ? [] : [[p.name, p.port] as const]));
          return node === undefined ? [] : [{ node, named: Object.fromEntries(named) }];
        }),
      });
    }
  }
  return [...found.values()].filter((s) => s.backends.length > 0).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * The flows that the graph draws: what the lab's claims are about. Where a lab claims of nearly every pair that it is
 * closed, only the pairs that some step opens on purpose; the matrix has them all.
 */
export function mainFlows(states: readonly StateAt[], nodes: readonly PageNode[]): number[] {
  const at = new Map(nodes.map((n, i) => [n.id, i]));
  const index = (c: FlowClaim): number[] => {
    const [from, to] = [at.get(nodeId(c.from)), at.get(nodeId(c.to))];
    return from === undefined || to === undefined || from === to ? [] : [from * nodes.length + to];
  };
  const claims = claimsOf(states);
  const all = claims.length === 0 ? served(nodes) : [...new Set(claims.flatMap(index))];
  const many = Math.max(24, nodes.filter((n) => n.main).length * 3);
  if (all.length <= many) return all.sort((a, b) => a - b);
  const opened = claims.filter((c) => c.verdict === "allow").flatMap(index);
  return [...new Set(opened)].sort((a, b) => a - b);
}

/** A lab without claims about flows: every pair of its own whose receiver listens. */
function served(nodes: readonly PageNode[]): number[] {
  const main = nodes.flatMap((n, i) => (n.main || n.id === "internet" ? [i] : []));
  return main.flatMap((from) =>
    main.flatMap((to) =>
      from !== to && (nodes[to]?.ports.length ?? 0) > 0 ? [from * nodes.length + to] : [],
    ),
  );
}

function claimsOf(states: readonly StateAt[]): FlowClaim[] {
  return states.flatMap((s) => s.claims.filter((e): e is FlowClaim => e.kind === "flow"));
}

const NUMBERS: Readonly<Record<number, string>> = { 6: "TCP", 17: "UDP", 132: "SCTP" };
const protocolName = (number: number): string => NUMBERS[number] ?? String(number);

function unique(ports: readonly PagePort[]): PagePort[] {
  return [...new Map(ports.map((p) => [`${p.protocol} ${p.port}`, p])).values()];
}
