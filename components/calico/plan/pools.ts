import { covers, netOf, overlaps, prefixOf } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { CalicoConfig, PoolConfig } from "../calico-config";
import type { CalicoSite } from "./calico-site";

export type PlannedPool = PoolConfig & { name: string; blockSize: number };

/** The pools that Calico allocates from; every one that cannot work is reported. */
export function planPools(
  config: Pick<CalicoConfig, "install" | "pools">,
  site: CalicoSite,
  bgp: boolean,
  problems: Problem[],
): PlannedPool[] {
  if (site.cni !== "calico") {
    if ((config.pools ?? []).length > 0) {
      problems.push({
        path: "calico.pools",
        message: "pools need Calico's own CNI; here another CNI gives pods their addresses",
        fix: "remove calico.pools",
      });
    }
    return [];
  }
  const given = config.pools ?? site.podCidrs.map((cidr): PoolConfig => defaultPool(cidr, site));
  const pools = given.map((p, i): PlannedPool => {
    const { family } = netOf(p.cidr);
    const first = given.findIndex((other) => netOf(other.cidr).family === family) === i;
    return {
      ...p,
      blockSize: p.blockSize ?? usualBlock(p.cidr),
      name: p.name ?? (first ? `default-ipv${family}-ippool` : `pool-${i + 1}`),
    };
  });
  if (config.install && pools.length === 0) {
    problems.push({
      path: "calico.pools",
      message: "Calico needs at least one pool, and the cluster's pod CIDR is not known",
      fix: "set calico.pools, or describe existing.podCidrs",
    });
  }
  if (config.pools !== undefined)
    for (const family of [4, 6] as const) {
      const range = site.podCidrs.find((c) => netOf(c).family === family);
      if (range === undefined || pools.some((p) => netOf(p.cidr).family === family)) continue;
      problems.push({
        path: "calico.pools",
        message: `has no IPv${family} pool, and pods of this cluster get IPv${family} addresses`,
        fix: `add { cidr: ${range} }`,
      });
    }
  pools.forEach((pool, i) => {
    checkPool(pool, `calico.pools.${i}`, site, bgp, problems);
    for (const other of pools.slice(0, i)) {
      if (other.name === pool.name)
        problems.push({
          path: `calico.pools.${i}.name`,
          value: pool.name,
          message: "is already the name of another pool",
          fix: "give each pool a name of its own",
        });
      if (overlaps(pool.cidr, other.cidr))
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

/** Block sizes that Calico takes, and the usual one (its docs, IPPool). */
const BLOCKS = { 4: { from: 20, to: 32, usual: 26 }, 6: { from: 116, to: 128, usual: 122 } } as const;

/** Small ranges get smaller blocks. */
function usualBlock(cidr: string): number {
  const { usual, to } = BLOCKS[netOf(cidr).family];
  return Math.min(to, Math.max(usual, prefixOf(cidr) + 2));
}

/** One pool over a pod CIDR. */
function defaultPool(cidr: string, site: CalicoSite): PoolConfig {
  return {
    cidr,
    encapsulation: site.crossSubnet === undefined ? "VXLANCrossSubnet" : "VXLAN",
    natOutgoing: true,
    nodeSelector: "all()",
  };
}

function checkPool(
  pool: PlannedPool,
  path: string,
  site: CalicoSite,
  bgp: boolean,
  problems: Problem[],
): void {
  const { family } = netOf(pool.cidr);
  if (site.podCidrs.length > 0 && !site.podCidrs.some((c) => covers(c, pool.cidr))) {
    const range = site.podCidrs.find((c) => netOf(c).family === family);
    problems.push({
      path: `${path}.cidr`,
      value: pool.cidr,
      message: `is outside the cluster's pod CIDR (${site.podCidrs.join(", ")}); the operator refuses such a pool`,
      fix: range === undefined ? "remove the pool" : `choose a range inside ${range}`,
    });
  }
  for (const services of site.serviceCidrs ?? []) {
    if (!overlaps(services, pool.cidr)) continue;
    problems.push({
      path: `${path}.cidr`,
      value: pool.cidr,
      message: `overlaps the Service range ${services}`,
      fix: "choose a range that is free",
    });
  }
  for (const { what, cidr } of site.taken ?? []) {
    if (overlaps(cidr, pool.cidr))
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
  const unwrapped =
    pool.encapsulation === "VXLANCrossSubnet" ||
    (site.crossSubnet?.unwrapped === true && ["None", "IPIPCrossSubnet"].includes(pool.encapsulation));
  if (site.crossSubnet !== undefined && unwrapped) {
    problems.push({
      path: `${path}.encapsulation`,
      value: pool.encapsulation,
      message: `does not work here: ${site.crossSubnet.reason}`,
      fix:
        site.crossSubnet.unwrapped === true ? "use VXLAN or IPIP, or ec2.sourceDestCheck: off" : "use VXLAN",
    });
  }
  const { from, to } = BLOCKS[family];
  if (family === 6 && pool.encapsulation.startsWith("IPIP")) {
    problems.push({
      path: `${path}.encapsulation`,
      value: pool.encapsulation,
      message: "carries IPv4 only, and the pool is IPv6",
      fix: bgp ? "use None or VXLAN" : "use VXLAN",
    });
  }
  const prefix = prefixOf(pool.cidr);
  if (pool.blockSize < from || pool.blockSize > to) {
    problems.push({
      path: `${path}.blockSize`,
      value: pool.blockSize,
      message: `Calico takes /${from} to /${to} for IPv${family}`,
      fix: "remove it, and the usual size is taken",
    });
  } else if (pool.blockSize < prefix) {
    problems.push({
      path: `${path}.blockSize`,
      value: pool.blockSize,
      message: `a /${pool.blockSize} block does not fit a /${prefix} pool`,
      fix: `use ${prefix} to ${to}, or a larger pool`,
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
