import { containsCidr, overlapCidr } from "cidr-tools";
import type { Problem } from "../../../policies/problems";
import type { CniFacts } from "../../facts";
import { calicoCrdManifest, type VersionSet } from "../../versions";

/** What a target says about the place where Calico is to run. */
export interface CalicoSite {
  /** Who gives pods their addresses. With a cloud's CNI, Calico only enforces policy. */
  cni: "calico" | "aws" | "other";
  /** Operator's name of the platform; left out, the operator finds out by itself. */
  provider?: "EKS";
  /** Whether nodes can speak BGP to each other; if not, why. */
  bgp: { possible: true } | { possible: false; reason: string };
  /** Whether packets with pod addresses may go unwrapped within a subnet; if not, why. @default possible */
  crossSubnet?: { possible: false; reason: string };
  podCidrs: readonly string[];
  serviceCidr?: string;
  /** Other ranges that pods must stay out of: name → CIDR. */
  taken?: readonly { what: string; cidr: string }[];
  kubeProxyMode: "iptables" | "ipvs" | "nftables" | "none";
  /** Worker nodes when Calico is installed; 0: they come later, or never. */
  nodesAtInstall: number;
  /** Worker nodes planned. */
  workers: number;
}

export interface CalicoWish {
  install: boolean;
  pools?: readonly PoolWish[];
  bgp?: boolean;
  dataplane?: "Iptables" | "Nftables";
  wireguard: boolean;
  containerIpForwarding: boolean;
  crds?: "operator" | "apply";
}

export interface PoolWish {
  name?: string;
  cidr: string;
  encapsulation: "None" | "VXLAN" | "VXLANCrossSubnet" | "IPIP" | "IPIPCrossSubnet";
  blockSize: number;
  natOutgoing: boolean;
  nodeSelector: string;
}

export interface CalicoPlan {
  install: boolean;
  version: string;
  api: "v3" | "v1";
  cni: CniFacts;
  bgp: boolean;
  dataplane: "Iptables" | "Nftables";
  wireguard: boolean;
  containerIpForwarding: boolean;
  provider?: "EKS";
  pools: readonly (PoolWish & { name: string })[];
  crds: { by: "operator" | "apply"; source: string };
  /** Nodes come after Calico is installed: nothing of it can be waited for until then. */
  nodesLater: boolean;
  controlPlaneReplicas: number;
}

/** Decides how Calico is installed; collects everything that cannot work, with its reason, before anything is made. */
export function planCalico(
  wish: CalicoWish,
  site: CalicoSite,
  versions: VersionSet,
  mirror?: string,
): { plan: CalicoPlan; problems: Problem[] } {
  const problems: Problem[] = [];
  const bgp = wish.bgp ?? (site.cni === "calico" && site.bgp.possible);
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
  const dataplane = wish.dataplane ?? (site.kubeProxyMode === "nftables" ? "Nftables" : "Iptables");
  // kube-proxy and Calico must write to the same kernel tables, else one hides the other (Calico 3.33 docs, nftables).
  if ((dataplane === "Nftables") !== (site.kubeProxyMode === "nftables") && site.kubeProxyMode !== "none") {
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
  const pools = planPools(wish, site, bgp, problems);
  const by = wish.crds ?? (site.nodesAtInstall > 0 ? "operator" : "apply");
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
    plan: {
      install: wish.install,
      version: versions.calico,
      api: versions.calicoApi,
      bgp,
      dataplane,
      wireguard: wish.wireguard,
      containerIpForwarding: wish.containerIpForwarding,
      ...(site.provider === undefined ? {} : { provider: site.provider }),
      pools,
      crds: { by, source: mirror ?? calicoCrdManifest(versions) },
      nodesLater: site.nodesAtInstall === 0 && site.workers > 0,
      controlPlaneReplicas: site.workers > 2 ? 2 : 1,
      cni: cniFacts(site, bgp, wish.install, pools),
    },
  };
}

function cniFacts(
  site: CalicoSite,
  bgp: boolean,
  install: boolean,
  pools: readonly (PoolWish & { name: string })[],
): CniFacts {
  if (site.cni !== "calico")
    return { type: site.cni, bgp: false, encapsulation: "cloud", podsRoutable: true };
  return {
    type: "calico",
    bgp,
    encapsulation: pools[0]?.encapsulation ?? "VXLANCrossSubnet",
    // Of a Calico that is there already we know nothing.
    ...(install ? { pools: pools.map(({ name, cidr }) => ({ name, cidr })) } : {}),
    podsRoutable: false,
  };
}

function planPools(
  wish: CalicoWish,
  site: CalicoSite,
  bgp: boolean,
  problems: Problem[],
): (PoolWish & { name: string })[] {
  if (site.cni !== "calico") {
    if ((wish.pools ?? []).length > 0) {
      problems.push({
        path: "calico.pools",
        message: "pools need Calico's own CNI; here another CNI gives pods their addresses",
        fix: "remove calico.pools",
      });
    }
    return [];
  }
  const wished = wish.pools ?? site.podCidrs.map((cidr): PoolWish => defaultPool(cidr, site));
  const pools = wished.map((p, i) => ({
    ...p,
    name: p.name ?? (i === 0 ? "default-ipv4-ippool" : `pool-${i + 1}`),
  }));
  if (wish.install && pools.length === 0) {
    problems.push({
      path: "calico.pools",
      message: "Calico needs at least one pool, and the cluster's pod CIDR is not known",
      fix: "set calico.pools, or describe existing.podCidrs",
    });
  }
  pools.forEach((pool, i) => {
    checkPool(pool, `calico.pools.${i}`, site, bgp, problems);
    for (const other of pools.slice(0, i)) {
      if (other.name === pool.name)
        problems.push({
          path: `calico.pools.${i}.name`,
          value: pool.name,
          message: "is the name of another pool",
          fix: "give each pool a name of its own",
        });
      if (overlapCidr(pool.cidr, other.cidr))
        problems.push({
          path: `calico.pools.${i}.cidr`,
          value: pool.cidr,
          message: `overlaps pool ${other.name} (${other.cidr})`,
          fix: "split the range",
        });
    }
  });
  return pools;
}

/** One pool over a pod CIDR; small ranges get smaller blocks. */
function defaultPool(cidr: string, site: CalicoSite): PoolWish {
  const prefix = prefixOf(cidr);
  return {
    cidr,
    encapsulation: site.crossSubnet === undefined ? "VXLANCrossSubnet" : "VXLAN",
    blockSize: Math.min(32, Math.max(26, prefix + 2)),
    natOutgoing: true,
    nodeSelector: "all()",
  };
}

function checkPool(pool: PoolWish, path: string, site: CalicoSite, bgp: boolean, problems: Problem[]): void {
  if (site.podCidrs.length > 0 && !site.podCidrs.some((c) => containsCidr(c, pool.cidr))) {
    problems.push({
      path: `${path}.cidr`,
      value: pool.cidr,
      message: `is outside the cluster's pod CIDR (${site.podCidrs.join(", ")}); the operator refuses such a pool`,
      fix: `choose a range inside ${site.podCidrs[0] ?? ""}`,
    });
  }
  if (site.serviceCidr !== undefined && overlapCidr(site.serviceCidr, pool.cidr)) {
    problems.push({
      path: `${path}.cidr`,
      value: pool.cidr,
      message: `overlaps the Service range ${site.serviceCidr}`,
      fix: "choose a range that is free",
    });
  }
  for (const { what, cidr } of site.taken ?? []) {
    if (overlapCidr(cidr, pool.cidr))
      problems.push({
        path: `${path}.cidr`,
        value: pool.cidr,
        message: `overlaps ${what} (${cidr})`,
        fix: "choose a range that is free",
      });
  }
  // tigera/operator pkg/controller/installation/validation.go: with BIRD routing, both need BGP.
  if (!bgp && (pool.encapsulation === "None" || pool.encapsulation.startsWith("IPIP"))) {
    problems.push({
      path: `${path}.encapsulation`,
      value: pool.encapsulation,
      message: "needs BGP, which is off",
      fix: site.bgp.possible ? "set calico.bgp to true, or use VXLAN" : "use VXLAN",
    });
  }
  if (site.crossSubnet !== undefined && pool.encapsulation === "VXLANCrossSubnet") {
    problems.push({
      path: `${path}.encapsulation`,
      value: pool.encapsulation,
      message: `does not work here: ${site.crossSubnet.reason}`,
      fix: "use VXLAN",
    });
  }
  const prefix = prefixOf(pool.cidr);
  if (pool.blockSize < prefix) {
    problems.push({
      path: `${path}.blockSize`,
      value: pool.blockSize,
      message: `a /${pool.blockSize} block does not fit a /${prefix} pool`,
      fix: `use ${prefix} to 32, or a larger pool`,
    });
  } else if (
    pool.nodeSelector === "all()" &&
    2 ** (pool.blockSize - prefix) < site.workers + 1 &&
    site.workers > 0
  ) {
    problems.push({
      path: `${path}.blockSize`,
      value: pool.blockSize,
      message: `the pool holds ${2 ** (pool.blockSize - prefix)} blocks, and ${site.workers + 1} nodes each need one`,
      fix: `use a block size of ${prefix + Math.ceil(Math.log2(site.workers + 1))} or more, or a larger pool`,
    });
  }
}

const prefixOf = (cidr: string): number => Number(cidr.split("/")[1]);
