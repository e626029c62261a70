import type { KubeObject } from "../../../kube/objects";
import { answerOf, type ClusterAnswers } from "./cluster-questions";
import { foundCalico, installedCni, type FoundCalico, type InstalledCni } from "./found-cni";
import { found, type Found } from "./found-fact";
import { foundNodes, type FoundNodes } from "./found-nodes";
import { normalised, podRanges, serviceRanges } from "./found-ranges";
import {
  apiServerAddress,
  balancer,
  kubeProxyMode,
  servedByUnknown,
  type Balancer,
  type KubeProxyMode,
} from "./found-services";

/** What a cluster that is there tells of itself; a fact that it does not tell is absent. */
export interface FoundCluster {
  answers: ClusterAnswers;
  platform: string;
  nodes?: FoundNodes;
  cni?: Found<InstalledCni>;
  /** Of somebody else, as CNI or for policy. */
  calico?: FoundCalico;
  podCidrs?: Found<string[]>;
  serviceCidrs?: Found<string[]>;
  kubeProxyMode?: Found<KubeProxyMode>;
  apiServer?: Found<{ host: string; port: number }>;
  loadBalancer?: Found<Balancer>;
  /** A Service with an address from somebody that is not known. */
  served?: string;
  dns?: string;
  controlPlaneReachesPods?: Found<boolean>;
}

/** Reads a cluster's facts from what its API server answered. `cluster`: the stack's name of it, by which it knows its own. */
export function foundCluster(answers: ClusterAnswers, cluster: string): FoundCluster {
  const nodes = answers.objects.nodes === undefined ? undefined : foundNodes(answers.objects.nodes);
  const eks = answers.version.includes("-eks-");
  const cni = installedCni(answers, nodes, cluster);
  const calico = foundCalico(answers, cluster);
  const dns = answerOf(answers, "dns")[0] as { spec?: { clusterIP?: string } } | undefined;
  return defined({
    answers,
    platform: platformOf(answers, answerOf(answers, "nodes")),
    nodes,
    cni,
    calico,
    podCidrs: podCidrsOf(answers, calico, cni?.value),
    serviceCidrs: serviceRanges(answers),
    kubeProxyMode: kubeProxyMode(answers),
    apiServer: apiServerAddress(answers),
    loadBalancer: balancer(answers, nodes?.cloud, eks),
    served: servedByUnknown(answers),
    dns: dns?.spec?.clusterIP,
    // EKS' control plane is outside the cluster, and knows only addresses of the VPC; other CNIs may give such.
    controlPlaneReachesPods:
      eks && (cni?.value === "calico" || cni?.value === "none")
        ? found(false, "EKS, and Calico's own network")
        : undefined,
  });
}

/** Where a Calico gives the addresses, its pools say which; what the control plane was told may be another range. */
function podCidrsOf(
  answers: ClusterAnswers,
  calico: FoundCalico | undefined,
  cni: InstalledCni | undefined,
): Found<string[]> | undefined {
  // Addresses of the AWS VPC CNI come from the subnets, of which the cluster knows nothing.
  if (cni === "aws") return undefined;
  const pools = cni === "calico" ? calico?.pools : undefined;
  return pools === undefined
    ? podRanges(answers)
    : found(
        pools.map((p) => normalised(p.cidr)),
        `IPPools ${pools.map((p) => p.name).join(", ")}`,
      );
}

/** For people alone: no fact hangs on it. */
function platformOf({ version, objects }: ClusterAnswers, nodes: readonly KubeObject[]): string {
  const [distribution] = [
    ["-eks-", "EKS"],
    ["+k3s", "k3s"],
    ["+rke2", "RKE2"],
    ["-gke.", "GKE"],
  ].filter(([mark = ""]) => version.includes(mark));
  if (distribution?.[1] !== undefined) return distribution[1];
  if (nodes.some((n) => "kops.k8s.io/instancegroup" in (n.metadata.labels ?? {}))) return "kops";
  if (nodes.some((n) => String((n["spec"] as { providerID?: string }).providerID).startsWith("kind://")))
    return "kind";
  return (objects.kubeadm ?? []).length > 0 ? "kubeadm" : "unknown";
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

const defined = <T extends object>(o: T): Defined<T> =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as Defined<T>;
