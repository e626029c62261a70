import { isIP } from "node:net";
import type { KubeObject } from "../../../kube/objects";
import { workloadNamespace } from "../core/inventory";
import type { Inventory, LiveNode, LivePod, LiveService, LiveWorkload } from "../core/inventory";
import type { FlowCheck } from "../core/check-model";
import { RUN_LABEL } from "../core/probe-pod";
import { ApiError, type ClusterApi } from "../../cluster/api-client";
import { apps, core } from "../../cluster/api-paths";

/** Kinds that a workload may have, the likeliest first. */
const KINDS = [
  ["Deployment", "deployments"],
  ["DaemonSet", "daemonsets"],
  ["StatefulSet", "statefulsets"],
] as const;

/** Finds what the checks name, on the cluster as it is. */
export async function findInventory(
  api: ClusterApi,
  checks: readonly FlowCheck[],
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<Inventory> {
  const ends = [...new Set(checks.flatMap((c) => [c.from, c.to]))];
  const names = ends.filter((end) => workloadNamespace(end) !== undefined);
  const services = ends.flatMap((end) => /^service\/([^/]+)\//.exec(end)?.[1] ?? []);
  const served = [
    ...new Set([...namespaces, ...services, ...names.flatMap((n) => workloadNamespace(n) ?? [])]),
  ];
  const [found, listed, nodes] = await Promise.all([
    Promise.all(names.map(async (name) => [name, await findWorkload(api, name, signal)] as const)),
    Promise.all(served.map((ns) => tolerant(api.list(core(ns, "services"), {}, signal)))),
    // A student may not list nodes; then flows to and from nodes are not on the cluster, as far as can be seen.
    tolerant(api.list(core(undefined, "nodes"), {}, signal)),
  ]);
  const workloads = new Map(found.flatMap(([name, w]) => (w === undefined ? [] : [[name, w] as const])));
  return { workloads, services: listed.flat().map(liveService), nodes: nodes.map(liveNode) };
}

async function findWorkload(
  api: ClusterApi,
  name: string,
  signal?: AbortSignal,
): Promise<LiveWorkload | undefined> {
  const [namespace = "", own = ""] = name.split("/");
  for (const [kind, plural] of KINDS) {
    const object = await absent(api.get(apps(namespace, plural, own), signal));
    if (object === undefined) continue;
    const { selector } = object["spec"] as { selector: Selector };
    const pods = await api.list(core(namespace, "pods"), { labelSelector: selectorText(selector) }, signal);
    return { kind, pods: pods.filter(theirs).map(livePod) };
  }
  const pod = await absent(api.get(core(namespace, "pods", own), signal));
  return pod === undefined ? undefined : { kind: "Pod", pods: [livePod(pod)] };
}

const theirs = (o: KubeObject): boolean => o.metadata.labels?.[RUN_LABEL] === undefined;

async function absent(work: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** What may not be read, or is not served, is nothing. */
export async function tolerant(work: Promise<KubeObject[]>): Promise<KubeObject[]> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 403 || error.code === 404)) return [];
    throw error;
  }
}

interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** A label selector as the API's query takes it. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: Selector): string {
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
  });
  return [...Object.entries(matchLabels).map(([k, v]) => `${k}=${v}`), ...expressions].join(",");
}

interface PodBody {
  spec?: {
    nodeName?: string;
    hostNetwork?: boolean;
    serviceAccountName?: string;
    tolerations?: unknown[];
    imagePullSecrets?: { name: string }[];
  };
  status?: {
    phase?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    conditions?: { type: string; status: string }[];
  };
}

export function livePod(o: KubeObject): LivePod {
  const { spec = {}, status = {} } = o as unknown as PodBody;
  const ready = status.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
  return {
    namespace: o.metadata.namespace ?? "",
    name: o.metadata.name,
    ips: status.podIPs?.map((p) => p.ip) ?? (status.podIP === undefined ? [] : [status.podIP]),
    node: spec.nodeName ?? "",
    ready: ready && status.phase === "Running" && o.metadata["deletionTimestamp"] === undefined,
    labels: o.metadata.labels ?? {},
    annotations: o.metadata.annotations ?? {},
    serviceAccount: spec.serviceAccountName ?? "default",
    hostNetwork: spec.hostNetwork === true,
    tolerations: spec.tolerations ?? [],
    imagePullSecrets: spec.imagePullSecrets ?? [],
  };
}

function liveService(o: KubeObject): LiveService {
  const spec = (o["spec"] ?? {}) as {
    type?: string;
    clusterIP?: string;
    clusterIPs?: string[];
    selector?: Record<string, string>;
    externalTrafficPolicy?: string;
    ports?: { port: number; targetPort?: number | string; protocol?: string; nodePort?: number }[];
  };
  const status = o["status"] as
    { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } } | undefined;
  return {
    namespace: o.metadata.namespace ?? "",
    name: o.metadata.name,
    type: spec.type ?? "ClusterIP",
    clusterIPs: (spec.clusterIPs ?? [spec.clusterIP ?? ""]).filter((ip) => isIP(ip) !== 0),
    selector: spec.selector ?? {},
    ports: (spec.ports ?? []).map((p) => ({
      port: p.port,
      targetPort: p.targetPort ?? p.port,
      protocol: p.protocol ?? "TCP",
      ...(p.nodePort === undefined ? {} : { nodePort: p.nodePort }),
    })),
    onlyLocal: spec.externalTrafficPolicy === "Local",
    loadBalancer: (status?.loadBalancer?.ingress ?? []).flatMap((i) => i.ip ?? i.hostname ?? []),
  };
}

function liveNode(o: KubeObject): LiveNode {
  const status = o["status"] as { addresses?: { type: string; address: string }[] } | undefined;
  const of = (type: string): string[] =>
    (status?.addresses ?? []).filter((a) => a.type === type).map((a) => a.address);
  return { name: o.metadata.name, internal: of("InternalIP"), external: of("ExternalIP") };
}
