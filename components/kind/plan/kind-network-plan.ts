import { addressAt, overlaps, prefixOf } from "../../../kube/ip";
import type { OutsideHost } from "../../../kube/cluster-facts";
import type { Problem } from "../../../kube/problems";
import type { KindNetworkConfig } from "../kind-config";
import { ROUTER_IMAGE } from "../../versions";
import { kindFootprint } from "../machine-objects";

/** Docker network of a cluster's own, so that addresses on it are known before it exists. */
export interface KindNetworkPlan {
  name: string;
  subnet: string;
  /** Docker's own end; the last address but one, so that nodes get the first ones. */
  gateway: string;
  /** Docker gives addresses from here to whatever asks for none. */
  range: string;
  host1?: HostPlan;
}

/** A container beside the nodes: client and BGP router. */
export interface HostPlan {
  container: string;
  address: string;
  image: string;
  /** FRR's configuration. */
  config: string;
}

export function planKindNetwork(
  cluster: string,
  spec: KindNetworkConfig,
  taken: readonly { what: string; cidr: string }[],
  image: string = ROUTER_IMAGE,
): { plan: KindNetworkPlan; outside?: OutsideHost; problems: Problem[] } {
  const problems: Problem[] = [];
  const prefix = prefixOf(spec.subnet);
  if (prefix > 24)
    problems.push({
      path: "kind.network.subnet",
      value: spec.subnet,
      message: "is too small to keep nodes, gateway and host1 apart",
      fix: "use a /24 or larger",
    });
  for (const { what, cidr } of taken.filter((t) => overlaps(t.cidr, spec.subnet)))
    problems.push({
      path: "kind.network.subnet",
      value: spec.subnet,
      message: `overlaps ${what} ${cidr}`,
      fix: "choose a range that is free",
    });
  const { host1, network } = kindFootprint(cluster);
  const container = host1.name;
  const address = addressAt(spec.subnet, -2);
  const plan: KindNetworkPlan = {
    name: network.name,
    subnet: spec.subnet,
    gateway: addressAt(spec.subnet, -3),
    range: `${addressAt(spec.subnet, 0)}/${Math.max(prefix + 1, 24)}`,
    ...(spec.host1 ? { host1: { container, address, image, config: frrConfig(address, spec) } } : {}),
  };
  if (!spec.host1) return { plan, problems };
  return {
    plan,
    outside: { address, network: spec.subnet, gateway: plan.gateway, asNumber: spec.asNumber, container },
    problems,
  };
}

/**
 * The router waits for the nodes, whose addresses are not known here, and takes whoever comes from its network. It is
 * a route reflector, so nodes learn each other's routes from it where they do not peer among themselves.
 */
function frrConfig(address: string, spec: KindNetworkConfig): string {
  return `frr defaults datacenter
hostname host1
log stdout informational
router bgp ${spec.asNumber}
 bgp router-id ${address}
 no bgp default ipv4-unicast
 neighbor nodes peer-group
 neighbor nodes remote-as ${spec.asNumber}
 bgp listen range ${spec.subnet} peer-group nodes
 address-family ipv4 unicast
  neighbor nodes activate
  neighbor nodes route-reflector-client
 exit-address-family
`;
}
