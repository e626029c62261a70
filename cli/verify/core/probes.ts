import { isIP } from "node:net";
import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { Inventory, LivePod, LiveService } from "./inventory";
import type { HttpRequest } from "../../../packages/reach/src";
import type { FlowCheck } from "./check-model";

/** Where a probe is sent from. */
export type Source =
  /** A probe pod like this pod. */
  | { kind: "pod"; key: string; like: LivePod }
  /** A probe pod in a node's own network. */
  | { kind: "node"; key: string; node: string }
  /** The machine that verify runs on. */
  | { kind: "here"; key: string }
  /** A container beside the nodes: host1. */
  | { kind: "container"; key: string; container: string };

export interface ProbeTarget {
  address: string;
  port: number;
  /**
   * What stands between: then a refusal, or a connection that is only accepted, is the middle's word and not the
   * pod's. Services without pods are refused; docker's proxy accepts before it asks.
   */
  through?: "service" | "proxy";
  /** Of a request: the name that it asks for. @default the address */
  host?: string;
}

/** One attempt to reach one address. A check has several where several pods stand behind its end. */
export interface Probe {
  /** Unique in a run; a word, because a shell prints it. */
  id: string;
  check: string;
  source: Source;
  target: ProbeTarget;
  protocol: "TCP" | "UDP";
  /** What is sent, in place of connecting alone. */
  http?: HttpRequest;
}

export interface Unprobed {
  check: string;
  status: "error" | "skip";
  reason: string;
}

export interface ProbePlan {
  probes: Probe[];
  unprobed: Unprobed[];
}

export interface ProbeSite {
  facts: Pick<ClusterFacts, "hostPorts" | "outside" | "loadBalancer">;
  /** Stands for `internet` as a destination. */
  internet: string;
  /** Whether this machine has a way to the nodes' addresses: not where Docker runs in a virtual machine. */
  nodesReachable: boolean;
}

const NO_NODES = "this machine has no way to the nodes' own addresses";

/** Pods of one workload that are tried, at most: policies do not tell replicas apart. */
const REPLICAS = 3;

/** Decides what is sent from where to where; what cannot be probed is said, with the reason. */
export function planProbes(checks: readonly FlowCheck[], inventory: Inventory, site: ProbeSite): ProbePlan {
  const plan: ProbePlan = { probes: [], unprobed: [] };
  for (const check of checks) {
    const made = probesOf(check, inventory, site);
    if ("reason" in made) plan.unprobed.push({ check: check.id, ...made });
    else
      for (const target of made.targets)
        plan.probes.push({
          id: `p${plan.probes.length}`,
          check: check.id,
          source: made.source,
          target,
          protocol: made.protocol,
          ...(check.http === undefined ? {} : { http: check.http }),
        });
  }
  return plan;
}

type No = { status: "error" | "skip"; reason: string };
const skip = (reason: string): No => ({ status: "skip", reason });
const wrong = (reason: string): No => ({ status: "error", reason });

function probesOf(
  check: FlowCheck,
  inventory: Inventory,
  site: ProbeSite,
): { source: Source; targets: ProbeTarget[]; protocol: Probe["protocol"] } | No {
  const { protocol = "TCP", port } = check;
  if (check.staged === true)
    return skip("it is about staged policies, which stop no packet: Whisker shows their verdict as pending");
  if (port === undefined) return skip("without a port there is nothing to try: give the intent one");
  if (protocol !== "TCP" && !(protocol === "UDP" && port === 53))
    return skip(
      protocol === "UDP"
        ? "of UDP only DNS answers, so silence on another port would prove nothing"
        : `${protocol} is not probed`,
    );
  const asked = { ...check, protocol, port };
  const source = sourceOf(check.from, inventory, site);
  if ("reason" in source) return source;
  if (check.http === undefined && protocol === "TCP" && source.kind === "pod" && inMesh(source.like))
    return skip(ACCEPTS);
  const toNode = inventory.nodes.some((n) => n.name === check.to);
  if (source.kind === "here" && toNode && !site.nodesReachable) return skip(NO_NODES);
  const targets =
    source.kind === "here" && inventory.workloads.has(check.to)
      ? fromOutside(asked, inventory, site)
      : targetsOf(asked, inventory, site);
  return "reason" in targets ? targets : { source, targets, protocol };
}

function sourceOf(from: string, inventory: Inventory, { facts }: ProbeSite): Source | No {
  const { outside } = facts;
  if (from === "internet" || from === outside?.gateway) return { kind: "here", key: "this machine" };
  if (outside !== undefined && from === outside.address)
    return { kind: "container", key: outside.container, container: outside.container };
  const node = inventory.nodes.find((n) => n.name === from);
  if (node !== undefined) return { kind: "node", key: `node ${node.name}`, node: node.name };
  if (isAddress(from)) return skip(`nothing here can send from ${from}`);
  const workload = inventory.workloads.get(from);
  if (workload === undefined) return wrong(`${from} is not on the cluster`);
  const like = workload.pods.find((p) => p.ready) ?? workload.pods.find((p) => p.node !== "");
  if (like === undefined) return wrong(`${from} has no pod on a node`);
  return { kind: "pod", key: from, like };
}

interface Asked {
  readonly to: string;
  readonly port: number;
  readonly protocol: string;
  readonly http?: HttpRequest;
}

function targetsOf(check: Asked, inventory: Inventory, site: ProbeSite): ProbeTarget[] | No {
  const { to, port } = check;
  if (to === "internet") return [{ address: site.internet, port }];
  const node = inventory.nodes.find((n) => n.name === to);
  if (node !== undefined) {
    const [address] = [...node.internal, ...node.external];
    return address === undefined ? wrong(`node ${to} has no address`) : [{ address, port }];
  }
  if (isIP(to) !== 0) return isReserved(to) ? skip(reserved(to)) : [{ address: to, port }];
  if (isAddress(to)) return isReserved(to) ? skip(reserved(to)) : skip(`${to} is a range, no host`);
  const service = inventory.services.find((s) => `service/${s.namespace}/${s.name}` === to);
  if (service !== undefined)
    return service.clusterIPs.length === 0
      ? skip(`${to} has no address of its own: name the workload behind it`)
      : service.clusterIPs.map((address) => ({ address, port, through: "service", host: hostOf(service) }));
  const workload = inventory.workloads.get(to);
  if (workload === undefined) return wrong(`${to} is not on the cluster`);
  const named = check.http === undefined ? [] : byName(check, inventory);
  if (named.length > 0) return named;
  const pods = workload.pods.filter((p) => p.ready && p.ips.length > 0).slice(0, REPLICAS);
  if (pods.length === 0) return wrong(`${to} has no pod that is ready`);
  // Of a pod with both families each is a way of its own: policies may close one of them.
  return pods.flatMap((p) => p.ips.map((address) => ({ address, port })));
}

const reserved = (to: string): string =>
  `${to} is reserved for documentation (RFC 5737, RFC 3849): no host answers there, so silence would prove nothing`;

/** A pod is reached from this machine by a Service that leads to it. */
function fromOutside(
  check: Asked,
  inventory: Inventory,
  { facts, nodesReachable }: ProbeSite,
): ProbeTarget[] | No {
  const pods = inventory.workloads.get(check.to)?.pods ?? [];
  const leads = leadingTo(check, inventory);
  for (const { service, port } of leads) {
    const [address] = service.loadBalancer;
    const inReach = facts.loadBalancer !== "container" || nodesReachable;
    if (address !== undefined && inReach) return [{ address, port, through: "proxy" }];
  }
  for (const { service, nodePort } of leads) {
    const open = facts.hostPorts.find((h) => h.nodePort === nodePort && h.protocol === check.protocol);
    // A mapped port leads to one node, which with `Local` need not be one that answers.
    if (open !== undefined && (!service.onlyLocal || inventory.nodes.length === 1))
      return [{ address: local(open.listenAddress), port: open.hostPort, through: "proxy" }];
  }
  // Node ports are reached at the nodes themselves where the network lets us.
  for (const { service, nodePort } of leads) {
    const [node] = inventory.nodes
      .filter((n) => !service.onlyLocal || pods.some((p) => p.ready && p.node === n.name))
      .flatMap((n) => [...n.external, ...n.internal]);
    if (nodePort === undefined || node === undefined) continue;
    return nodesReachable ? [{ address: node, port: nodePort, through: "proxy" }] : skip(NO_NODES);
  }
  return skip("no Service leads there from outside: this machine has no way to try it");
}

/** Services that lead to a port of a workload. */
function leadingTo(
  { to, port, protocol }: Asked,
  { workloads, services }: Inventory,
): { service: LiveService; nodePort: number | undefined; port: number }[] {
  const pods = workloads.get(to)?.pods ?? [];
  const [namespace = ""] = to.split("/");
  return services
    .filter((s) => s.namespace === namespace && pods.some((p) => selects(s, p)))
    .flatMap((s) =>
      s.ports
        // A named port is taken for the claimed one where it is the Service's only one.
        .filter((p) => p.targetPort === port || (typeof p.targetPort === "string" && s.ports.length === 1))
        .filter((p) => p.protocol === protocol)
        .map((p) => ({ service: s, nodePort: p.nodePort, port: p.port })),
    );
}

/** Requests go by a Service: to a pod's own address a sidecar sends in plain text, and no waypoint is on the way. */
function byName(asked: Asked, inventory: Inventory): ProbeTarget[] {
  const lead = leadingTo(asked, inventory).find(({ service }) => service.clusterIPs.length > 0);
  if (lead === undefined) return [];
  const { service, port } = lead;
  return service.clusterIPs.map((address) => ({ address, port, through: "service", host: hostOf(service) }));
}

const hostOf = ({ name, namespace }: LiveService): string => `${name}.${namespace}`;

/** What Istio's injector and its node agent note on pods. */
const inMesh = ({ annotations }: LivePod): boolean =>
  "sidecar.istio.io/status" in annotations || annotations["ambient.istio.io/redirection"] === "enabled";
const ACCEPTS =
  "the pod's own proxy accepts every connection, so connecting proves nothing: claim a request (http)";

const selects = (s: LiveService, p: LivePod): boolean =>
  Object.keys(s.selector).length > 0 && Object.entries(s.selector).every(([k, v]) => p.labels[k] === v);

/** Where a listener on all addresses is reached. */
const local = (listen: string): string =>
  listen === "0.0.0.0" || listen === "" ? "127.0.0.1" : listen === "::" ? "::1" : listen;

const isAddress = (end: string): boolean => isIP(end.split("/")[0] ?? "") !== 0;
const isReserved = (end: string): boolean => /^(192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:/i.test(end);
