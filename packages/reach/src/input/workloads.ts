import { parseNet, type Family, type Net } from "../../../../kube/ip";
import type { Addresses } from "../addresses";
import { PROTOCOLS, type Endpoint, type HostPort, type NamedPort } from "../reach-model";
import { isUnknown } from "../selector";
import { controllerLabels } from "./controller-labels";
import { dikastesAt, meshOf, sidecarOf, type Sidecar } from "./dikastes";
import type { Fields } from "./object-fields";

/** A pod, or the pods of a controller's template, before labels are inherited. */
export interface PodSource {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Of the pod or the template, as answers show them. */
  readonly labels: Record<string, string>;
  /** What the controller adds; `UNKNOWN` values where only a cluster knows them. */
  readonly added: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly hostNetwork: boolean;
  readonly ports: readonly NamedPort[];
  readonly hostPorts: readonly HostPort[];
  readonly addresses: readonly Net[];
  /** It has addresses, and none of the family that is asked about. */
  readonly otherFamily?: boolean;
  /** Where it runs; empty where that is not known. */
  readonly nodes: readonly string[];
  /** How many pods the controller keeps; undefined where that depends on the cluster. */
  readonly replicas: number | undefined;
  /** Number of the first pod of a StatefulSet. */
  readonly firstOrdinal: number;
  /** The pod that stands for others like it, where pods of one controller are told apart. */
  readonly replica?: string;
  /** Names of the pods that were gathered into it. */
  readonly aliases?: readonly string[];
  /** Controllers that own it, nearest first. */
  readonly owners: readonly { kind: string; name: string }[];
  readonly sidecar: Sidecar;
  /** Succeeded or failed: it holds no address any more. */
  readonly finished: boolean;
}

/** Where the pod template stands in each kind. */
const TEMPLATES: Readonly<Record<string, string>> = {
  Deployment: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  ReplicaSet: "spec.template",
  ReplicationController: "spec.template",
  DeploymentConfig: "spec.template",
  Rollout: "spec.template",
  Job: "spec.template",
  CronJob: "spec.jobTemplate.spec.template",
  Pod: "",
};

interface Named {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export function podSource(named: Named, root: Fields): PodSource {
  const path = (TEMPLATES[named.kind] ?? "").split(".").filter((p) => p !== "");
  const template = path.reduce((fields, key) => fields.object(key), root);
  if (path.length > 0 && !template.has("spec") && !template.unknown())
    root.report((TEMPLATES[named.kind] ?? "") + ".spec", undefined, "is needed", "add the pod template");
  const metadata = template.object("metadata");
  const spec = template.object("spec");
  const status = named.kind === "Pod" ? root.object("status") : undefined;
  const node = spec.string("nodeName");
  return {
    ...named,
    labels: metadata.map("labels"),
    added: controllerLabels(named.kind, named.name, root),
    ...scale(named.kind, root),
    serviceAccount: spec.string("serviceAccountName") ?? spec.string("serviceAccount") ?? "default",
    hostNetwork: spec.boolean("hostNetwork") ?? false,
    ports: [...spec.objects("containers"), ...spec.objects("initContainers")].flatMap(containerPorts),
    hostPorts: spec.objects("containers").flatMap(hostPorts),
    addresses: status === undefined ? [] : podAddresses(root, status),
    nodes: node === undefined ? [] : [node],
    owners: root
      .object("metadata")
      .objects("ownerReferences")
      .map((owner) => ({ kind: owner.string("kind") ?? "", name: owner.string("name") ?? "" })),
    sidecar: sidecarOf(metadata, spec, status?.has("phase") === true),
    finished: ["Succeeded", "Failed"].includes(status?.string("phase") ?? ""),
  };
}

function scale(kind: string, root: Fields): Pick<PodSource, "replicas" | "firstOrdinal"> {
  const spec = root.object("spec");
  const firstOrdinal = spec.object("ordinals").integer("start", 0, 2 ** 31) ?? 0;
  if (kind === "Pod" || kind === "CronJob") return { replicas: 1, firstOrdinal };
  if (kind === "DaemonSet") return { replicas: undefined, firstOrdinal };
  const key = kind === "Job" ? "parallelism" : "replicas";
  const replicas = spec.unknown(key) ? undefined : (spec.integer(key, 0, 2 ** 31) ?? 1);
  return { replicas, firstOrdinal };
}

function containerPorts(container: Fields): NamedPort[] {
  return container.objects("ports").flatMap((port) => {
    const name = port.string("name");
    const protocol = PROTOCOLS[port.choice("protocol", "TCP", "UDP", "SCTP") ?? "TCP"] ?? 6;
    const number = port.integer("containerPort", 1, 65535);
    return name === undefined || isUnknown(name) ? [] : [{ name, protocol, port: number }];
  });
}

function hostPorts(container: Fields): HostPort[] {
  return container.objects("ports").flatMap((entry) => {
    const containerPort = entry.integer("containerPort", 1, 65535);
    // 0 is how the API says that there is none.
    const port = entry.integer("hostPort", 0, 65535);
    const protocol = PROTOCOLS[entry.choice("protocol", "TCP", "UDP", "SCTP") ?? "TCP"] ?? 6;
    const ip = entry.string("hostIP") ?? "";
    if (port === undefined || port === 0 || containerPort === undefined) return [];
    return [{ protocol, port, containerPort, address: ["", "0.0.0.0", "::"].includes(ip) ? undefined : ip }];
  });
}

/** Status first, then what the CNI plugins note on the pod (getPodIPs in libcalico-go/lib/backend/k8s/conversion). */
function podAddresses(root: Fields, status: Fields): Net[] {
  const annotations = root.object("metadata").map("annotations");
  const lists = [
    status.objects("podIPs").map((entry) => entry.string("ip") ?? ""),
    [status.string("podIP") ?? ""],
    (annotations["cni.projectcalico.org/podIPs"] ?? "").split(","),
    [annotations["cni.projectcalico.org/podIP"] ?? ""],
    (annotations["vpc.amazonaws.com/pod-ips"] ?? "").split(","),
  ];
  const texts = lists
    .map((list) => list.filter((t) => t !== "" && !isUnknown(t)))
    .find((list) => list.length > 0);
  return (texts ?? []).flatMap((text) => {
    const net = parseNet(text);
    if (net === undefined) status.report("podIP", text, "is no IP address");
    return net ?? [];
  });
}

export interface Inherited {
  /** Labels of namespaces by name. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Labels of service accounts by `ns/name`. */
  readonly serviceAccounts: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Where addresses of pods lie that are not known one by one. */
  readonly pods: Addresses;
}

/** What Calico's conversion makes of a pod: own labels, Calico's own, and the inherited ones. */
export function workload(source: PodSource, name: string, inherited: Inherited): Endpoint {
  // Several pods are one workload: what holds for all their addresses holds for it, what differs is unknown.
  const addresses: Addresses =
    source.addresses.length > 0 || source.otherFamily === true
      ? { exact: true, nets: source.addresses }
      : inherited.pods;
  const ofNamespace = inherited.namespaces.get(source.namespace) ?? {};
  return {
    type: "workload",
    name,
    kind: source.kind,
    namespace: source.namespace,
    serviceAccount: source.serviceAccount,
    labels: source.labels,
    selectable: selectableLabels(source, inherited),
    addresses,
    families: familiesOf(addresses),
    ports: source.ports,
    dikastes: dikastesAt(source.sidecar, ofNamespace),
    ...meshOf(source.sidecar, source.labels, source.namespace, ofNamespace),
    ...(source.hostPorts.length === 0 ? {} : { hostPorts: source.hostPorts }),
    ...(source.nodes.length === 0 ? {} : { nodes: source.nodes }),
    ...(source.aliases === undefined ? {} : { aliases: source.aliases }),
    ...(source.replica === undefined ? {} : { replica: source.replica }),
    several: (source.replicas ?? 2) > 1 || (source.aliases?.length ?? 0) > 1,
  };
}

export function selectableLabels(
  source: Pick<PodSource, "labels" | "added" | "namespace" | "serviceAccount">,
  inherited: Inherited,
): Map<string, string> {
  const { namespace, serviceAccount } = source;
  const result = new Map(namespaceLabels(namespace, inherited.namespaces));
  const account = inherited.serviceAccounts.get(`${namespace}/${serviceAccount}`) ?? {};
  for (const [label, value] of Object.entries(account)) result.set(`pcsa.${label}`, value);
  result.set("pcsa.projectcalico.org/name", serviceAccount);
  // Own labels win over inherited ones, and Calico's over those.
  for (const [label, value] of Object.entries({ ...source.labels, ...source.added }))
    result.set(label, value);
  result.set("projectcalico.org/namespace", namespace);
  result.set("projectcalico.org/orchestrator", "k8s");
  // Longer names do not fit a label and are left out (podToDefaultWorkloadEndpoint).
  if (serviceAccount.length < 63) result.set("projectcalico.org/serviceaccount", serviceAccount);
  return result;
}

/** What pods and network sets inherit from their namespace; every namespace carries its name as a label. */
export function namespaceLabels(namespace: string, namespaces: Inherited["namespaces"]): Map<string, string> {
  const labels = { "kubernetes.io/metadata.name": namespace, ...namespaces.get(namespace) };
  const result = new Map(Object.entries(labels).map(([label, value]) => [`pcns.${label}`, value]));
  return result.set("pcns.projectcalico.org/name", namespace);
}

export function familiesOf(addresses: Addresses): Family[] {
  return [...new Set(addresses.nets.map((n) => n.family))].sort((a, b) => a - b);
}
