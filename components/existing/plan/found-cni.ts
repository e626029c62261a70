import type { CniFacts, Dataplane, PoolFacts } from "../../../kube/cluster-facts";
import type { KubeObject } from "../../../kube/objects";
import { isOurs } from "../../owner-label";
import { answerOf, type ClusterAnswers, type ClusterQuestion } from "./cluster-questions";
import { found, type Found } from "./found-fact";
import type { FoundNodes } from "./found-nodes";
import { dataOf } from "./found-ranges";

export const CNI_QUESTIONS: readonly ClusterQuestion[] = ["nodes", "daemonSets", "installation"];

export type InstalledCni = "none" | "calico" | "aws" | "other";

/** A Calico that is not this stack's, as far as it says how it was set up. */
export interface FoundCalico {
  by: "operator" | "manifest";
  version?: string;
  /** Whether `projectcalico.org/v3` is served: what policies of the labs are written in. */
  api: boolean;
  pools?: readonly PoolFacts[];
  bgp?: boolean;
  dataplane?: Dataplane;
  encapsulation?: CniFacts["encapsulation"];
}

/** DaemonSets by which a CNI is known, and who gives addresses then. */
const KNOWN: readonly (readonly [name: RegExp, cni: InstalledCni, title: string])[] = [
  [/^aws-node$/, "aws", "the AWS VPC CNI"],
  [/^canal$/, "other", "Canal"],
  [/^cilium$/, "other", "Cilium"],
  [/^kube-flannel(-ds.*)?$/, "other", "Flannel"],
  [/^kindnet$/, "other", "kindnet"],
  [/^weave-net$/, "other", "Weave Net"],
  [/^antrea-agent$/, "other", "Antrea"],
  [/^kube-router$/, "other", "kube-router"],
  [/^kube-ovn-cni$/, "other", "Kube-OVN"],
  [/^ovnkube-node$/, "other", "OVN-Kubernetes"],
  [/^azure-cns$/, "other", "Azure's CNI"],
  [/^netd$/, "other", "GKE's CNI"],
];

/** Who gives pods their addresses; undefined where it cannot be told. This stack's own Calico counts as none. */
export function installedCni(
  answers: ClusterAnswers,
  nodes: FoundNodes | undefined,
  cluster: string,
): Found<InstalledCni> | undefined {
  if (answers.objects.daemonSets === undefined) return undefined;
  const running = answerOf(answers, "daemonSets").filter(runs);
  const known = running.flatMap((d) =>
    KNOWN.filter(([name]) => name.test(d.metadata.name)).map(([, cni, title]) =>
      found(cni, `${title}, by DaemonSet ${d.metadata.namespace ?? ""}/${d.metadata.name}`),
    ),
  );
  const [cloud] = known;
  if (cloud !== undefined) return cloud;
  const auto = answerOf(answers, "nodes").find(
    (n) => n.metadata.labels?.["eks.amazonaws.com/compute-type"] === "auto",
  );
  if (auto !== undefined) return found("aws", `EKS Auto Mode, by node ${auto.metadata.name}`);
  const flannel = answerOf(answers, "nodes").find(
    (n) => n.metadata.annotations?.["flannel.alpha.coreos.com/backend-type"] !== undefined,
  );
  if (flannel !== undefined)
    return found("other", `Flannel, by an annotation of node ${flannel.metadata.name}`);
  if (isOwnCalico(answers, cluster)) return found("none", "Calico here is this stack's own");
  const calico = foundCalico(answers, cluster);
  if (calico !== undefined) return found("calico", `Calico${versionText(calico)} by ${calico.by}`);
  if (nodes === undefined) return undefined;
  return nodes.ready ? undefined : found("none", "no DaemonSet of a CNI runs, and no node is Ready");
}

export const versionText = ({ version }: FoundCalico): string => (version === undefined ? "" : ` ${version}`);

const isOwnCalico = (answers: ClusterAnswers, cluster: string): boolean => {
  const [namespace] = answerOf(answers, "operatorNamespace");
  return namespace !== undefined && isOurs(namespace, cluster);
};

interface InstallationParts {
  spec?: { calicoNetwork?: NetworkParts };
  status?: { calicoVersion?: string; computed?: { calicoNetwork?: NetworkParts } };
}
interface NetworkParts {
  bgp?: string;
  linuxDataplane?: string;
}

/** Calico of somebody else, as CNI or for policy alone. */
export function foundCalico(answers: ClusterAnswers, cluster: string): FoundCalico | undefined {
  if (isOwnCalico(answers, cluster)) return undefined;
  const [installation] = answerOf(answers, "installation") as unknown as InstallationParts[];
  const node = answerOf(answers, "daemonSets").find(
    (d) =>
      d.metadata.name === "calico-node" &&
      ["kube-system", "calico-system"].includes(d.metadata.namespace ?? ""),
  );
  if (installation === undefined && node === undefined) return undefined;
  const network = installation?.status?.computed?.calicoNetwork ?? installation?.spec?.calicoNetwork;
  const backend = dataOf(answerOf(answers, "calicoConfig")[0])["calico_backend"];
  const pools = foundPools(answers);
  const version = installation?.status?.calicoVersion ?? versionOf(node);
  const bgp =
    installation === undefined
      ? backend === undefined
        ? undefined
        : backend === "bird"
      : network?.bgp === undefined
        ? undefined
        : network.bgp === "Enabled";
  const dataplane = installation === undefined ? byEnvironment(node) : dataplaneOf(network?.linuxDataplane);
  const encapsulation = pools?.[0]?.encapsulation as CniFacts["encapsulation"] | undefined;
  return {
    by: installation === undefined ? "manifest" : "operator",
    api: answerOf(answers, "calicoApi").length > 0,
    ...(version === undefined ? {} : { version }),
    ...(pools === undefined ? {} : { pools }),
    ...(bgp === undefined ? {} : { bgp }),
    ...(dataplane === undefined ? {} : { dataplane }),
    ...(encapsulation === undefined ? {} : { encapsulation }),
  };
}

interface PoolParts {
  spec?: {
    cidr?: string;
    ipipMode?: string;
    vxlanMode?: string;
    natOutgoing?: boolean;
    disabled?: boolean;
    allowedUses?: string[];
  };
}

/** Pools that pods get addresses from; a disabled one gives none any more. */
function foundPools(answers: ClusterAnswers): PoolFacts[] | undefined {
  const served = answerOf(answers, "pools");
  const objects = served.length > 0 ? served : answerOf(answers, "storedPools");
  const pools = objects.flatMap((o): PoolFacts[] => {
    const { spec } = o as unknown as PoolParts;
    const forPods = spec?.allowedUses === undefined || spec.allowedUses.includes("Workload");
    if (spec?.cidr === undefined || spec.disabled === true || !forPods) return [];
    return [
      {
        name: o.metadata.name,
        cidr: spec.cidr,
        encapsulation: wrapping(spec.ipipMode, spec.vxlanMode),
        natOutgoing: spec.natOutgoing ?? false,
      },
    ];
  });
  return pools.length === 0 ? undefined : pools;
}

function wrapping(ipip = "Never", vxlan = "Never"): string {
  const [name, mode] = vxlan === "Never" ? ["IPIP", ipip] : ["VXLAN", vxlan];
  if (mode === "Never") return "None";
  return mode === "CrossSubnet" ? `${name}CrossSubnet` : name;
}

const dataplaneOf = (name: string | undefined): Dataplane | undefined =>
  name === "Iptables" || name === "Nftables" || name === "BPF" ? name : undefined;

interface DaemonSetParts {
  spec?: {
    template?: { spec?: { containers?: { image?: string; env?: { name: string; value?: string }[] }[] } };
  };
  status?: { desiredNumberScheduled?: number };
}

/** Turned off by a selector that no node has, as docs/existing.md says, it has no pod; just made, nobody knows yet. */
const runs = (d: KubeObject): boolean =>
  (d as unknown as DaemonSetParts).status?.desiredNumberScheduled !== 0;

const nodeContainer = (d: KubeObject | undefined) =>
  (d as unknown as DaemonSetParts | undefined)?.spec?.template?.spec?.containers?.[0];

const versionOf = (d: KubeObject | undefined): string | undefined =>
  /:(v\d+\.\d+\.\d+[^@]*)/.exec(nodeContainer(d)?.image ?? "")?.[1];

function byEnvironment(d: KubeObject | undefined): Dataplane | undefined {
  const container = nodeContainer(d);
  if (container === undefined) return undefined;
  const value = (name: string) => container.env?.find((e) => e.name === name)?.value;
  if (value("FELIX_BPFENABLED") === "true") return "BPF";
  return value("FELIX_NFTABLESMODE") === "Enabled" ? "Nftables" : "Iptables";
}
