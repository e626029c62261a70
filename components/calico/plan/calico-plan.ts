import type { Problem } from "../../../kube/problems";
import type { CniFacts, Dataplane } from "../../../kube/cluster-facts";
import { calicoCrdManifest, type VersionSet } from "../../versions";
import type { CalicoConfig } from "../calico-config";
import type { CalicoSite } from "./calico-site";
import { ebpfNotes, ebpfProblems } from "./ebpf-rules";
import { planPools, type PlannedPool } from "./pools";

export interface CalicoPlan {
  install: boolean;
  version: string;
  api: "v3" | "v1";
  cni: CniFacts;
  bgp: boolean;
  dataplane: Dataplane;
  wireguard: boolean;
  /** Goldmane and Whisker: flow logs and their page. */
  observability: boolean;
  containerIpForwarding: boolean;
  provider?: "EKS";
  /** Felix turns EC2's source/destination check off. */
  sourceDestCheck?: "felix";
  pools: readonly PlannedPool[];
  crds: { by: "operator" | "apply"; source: string };
  /** Nodes come after Calico is installed: nothing of it can be waited for until then. */
  nodesLater: boolean;
  controlPlaneReplicas: number;
}

/** Decides how Calico is installed; collects everything that cannot work, with its reason, before anything is made. */
export function planCalico(
  config: CalicoConfig,
  site: CalicoSite,
  versions: VersionSet,
  mirror?: string,
): { plan: CalicoPlan; problems: Problem[]; notes: string[] } {
  const problems: Problem[] = [];
  const bgp = config.bgp ?? (site.cni === "calico" && site.bgp.possible);
  if (bgp && site.cni !== "calico") {
    problems.push({
      path: "calico.bgp",
      value: true,
      message: "BGP needs Calico's own CNI; here another CNI gives pods their addresses",
      fix: "remove calico.bgp",
    });
  } else if (bgp && !site.bgp.possible) {
    problems.push({
      path: "calico.bgp",
      value: true,
      message: site.bgp.reason,
      fix: "remove calico.bgp, and use a VXLAN pool",
    });
  }
  const dataplane = config.dataplane ?? (site.kubeProxyMode === "nftables" ? "Nftables" : "Iptables");
  if (dataplane === "BPF") problems.push(...ebpfProblems(config, site));
  // kube-proxy and Calico must write to the same kernel tables, else one hides the other (Calico 3.33 docs, nftables).
  else if (
    (dataplane === "Nftables") !== (site.kubeProxyMode === "nftables") &&
    site.kubeProxyMode !== "none"
  ) {
    problems.push({
      path: "calico.dataplane",
      value: dataplane,
      message: `does not go with kube-proxy in ${site.kubeProxyMode} mode`,
      fix:
        dataplane === "Nftables"
          ? "set kubeProxyMode to nftables, or remove calico.dataplane"
          : "remove calico.dataplane",
    });
  }
  const observability = config.observability ?? false;
  if (observability && !config.install) {
    problems.push({
      path: "calico.observability",
      value: true,
      message: "is part of a Calico that this stack installs, and calico.install is false",
      fix: "remove calico.observability, and turn Goldmane and Whisker on where Calico was installed",
    });
  }
  const pools = planPools(config, site, bgp, problems);
  const by = config.crds ?? (site.nodesAtInstall > 0 ? "operator" : "apply");
  if (by === "operator" && site.nodesAtInstall === 0) {
    problems.push({
      path: "calico.crds",
      value: "operator",
      message: "no node could run the operator when the CRDs are needed",
      fix: "set calico.crds to apply",
    });
  }
  return {
    problems,
    notes: dataplane === "BPF" ? ebpfNotes(site, pools) : [],
    plan: {
      install: config.install,
      version: versions.calico,
      api: versions.calicoApi,
      bgp,
      dataplane,
      wireguard: config.wireguard,
      observability,
      containerIpForwarding: config.containerIpForwarding,
      ...(site.provider === undefined ? {} : { provider: site.provider }),
      ...(site.sourceDestCheck === undefined ? {} : { sourceDestCheck: site.sourceDestCheck }),
      pools,
      crds: { by, source: mirror ?? calicoCrdManifest(versions) },
      nodesLater: site.nodesAtInstall === 0 && site.workers > 0,
      controlPlaneReplicas: site.workers > 2 ? 2 : 1,
      cni: {
        ...cniFacts(site, bgp, config.install, pools),
        ...(config.install ? { observability, dataplane } : {}),
      },
    },
  };
}

function cniFacts(site: CalicoSite, bgp: boolean, install: boolean, pools: readonly PlannedPool[]): CniFacts {
  if (site.cni === "weave") return { type: "weave", bgp: false, encapsulation: "VXLAN", podsRoutable: false };
  // Of a Calico that is there already we know what it tells.
  const { bgp: itsBgp = bgp, dataplane, pools: itsPools, encapsulation } = install ? {} : (site.there ?? {});
  if (site.cni !== "calico")
    return {
      type: site.cni,
      bgp: false,
      encapsulation: "cloud",
      ...(dataplane === undefined ? {} : { dataplane }),
      podsRoutable: true,
    };
  return {
    type: "calico",
    bgp: itsBgp,
    encapsulation: encapsulation ?? pools[0]?.encapsulation ?? "VXLANCrossSubnet",
    ...(dataplane === undefined ? {} : { dataplane }),
    ...(itsPools === undefined ? {} : { pools: itsPools }),
    ...(install
      ? {
          pools: pools.map(({ name, cidr, encapsulation, natOutgoing }) => ({
            name,
            cidr,
            encapsulation,
            natOutgoing,
          })),
        }
      : {}),
    podsRoutable: false,
  };
}
