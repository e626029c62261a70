import { overlaps, prefixOf } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import type { KindConfig } from "../kind-config";

/** kind's own defaults for IPv6 (its docs, networking). */
const POD6 = "fd00:10:244::/56";
const SERVICE6 = "fd00:10:96::/112";

type Ranges = Pick<KindConfig, "ipFamily" | "podCidr" | "serviceCidr" | "podCidr6" | "serviceCidr6">;

type PodKey = "podCidr" | "podCidr6";
type ServiceKey = "serviceCidr" | "serviceCidr6";

/** A range with the key that sets it. */
export interface KindRange<Key extends string = PodKey | ServiceKey> {
  key: Key;
  cidr: string;
}

/** The ranges of a cluster, IPv4 before IPv6: what is first is the family of Services that name none. */
export function kindRanges(config: Ranges): { pods: KindRange<PodKey>[]; services: KindRange<ServiceKey>[] } {
  const { ipFamily, podCidr, serviceCidr, podCidr6 = POD6, serviceCidr6 = SERVICE6 } = config;
  const has = (six: boolean): boolean => ipFamily === "dual" || (ipFamily === "ipv6") === six;
  const pods: KindRange<PodKey>[] = [
    { key: "podCidr", cidr: podCidr },
    { key: "podCidr6", cidr: podCidr6 },
  ];
  const services: KindRange<ServiceKey>[] = [
    { key: "serviceCidr", cidr: serviceCidr },
    { key: "serviceCidr6", cidr: serviceCidr6 },
  ];
  const wanted = ({ key }: { key: string }): boolean => has(key.endsWith("6"));
  return { pods: pods.filter(wanted), services: services.filter(wanted) };
}

/** What kube-controller-manager and kube-apiserver refuse of a range: prefix lengths by family. */
const NODE = { podCidr: 24, podCidr6: 64 } as const;
/** Of IPv4 at most 2^20 addresses, of IPv6 too; the DNS Service takes the tenth. */
const SERVICES = {
  serviceCidr: { from: 12, to: 28, usual: 16 },
  serviceCidr6: { from: 108, to: 124, usual: 112 },
} as const;

/** Ranges that cannot be, each by its key. */
export function rangeProblems(config: Ranges, nodes: number): Problem[] {
  const { pods, services } = kindRanges(config);
  const problems: Problem[] = [];
  if (config.ipFamily === "ipv4")
    for (const key of ["podCidr6", "serviceCidr6"] as const)
      if (config[key] !== undefined)
        problems.push({
          path: `kind.${key}`,
          value: config[key],
          message: "the cluster has IPv4 only",
          fix: "set kind.ipFamily to dual or ipv6, or remove it",
        });
  for (const service of services)
    for (const pod of pods.filter((p) => overlaps(p.cidr, service.cidr)))
      problems.push({
        path: `kind.${service.key}`,
        value: service.cidr,
        message: `overlaps the pod range ${pod.cidr}`,
        fix: "choose a range that is free",
      });
  for (const { key, cidr } of pods) problems.push(...podProblems(key, cidr, nodes));
  for (const { key, cidr } of services) {
    const { from, to, usual } = SERVICES[key];
    if (prefixOf(cidr) < from || prefixOf(cidr) > to)
      problems.push({
        path: `kind.${key}`,
        value: cidr,
        message: `the API server takes /${from} to /${to}`,
        fix: `use a /${usual}`,
      });
  }
  return problems;
}

/** kube-controller-manager gives every node a part of the pod range; it cuts at most 2^16 of them. */
function podProblems(key: PodKey, cidr: string, nodes: number): Problem[] {
  const [own, size, path] = [NODE[key], prefixOf(cidr), `kind.${key}`];
  const enough = own - Math.ceil(Math.log2(nodes));
  if (size > own)
    return [
      {
        path,
        value: cidr,
        message: `is smaller than the /${own} that each of the ${nodes} nodes takes`,
        fix: `use a /${own - 2} or larger`,
      },
    ];
  if (2 ** (own - size) < nodes)
    return [
      {
        path,
        value: cidr,
        message: `holds ${2 ** (own - size)} ranges of /${own}, and ${nodes} nodes each take one`,
        fix: `use a /${enough} or larger`,
      },
    ];
  return own - size > 16
    ? [
        {
          path,
          value: cidr,
          message: `is too large: parts of /${own} are cut from /${own - 16} at most`,
          fix: `use a /${own - 16} or smaller`,
        },
      ]
    : [];
}
