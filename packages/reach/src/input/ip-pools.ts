import { overlaps, parseNet, type Net } from "../../../../kube/ip";
import type { Problem } from "../../../../kube/problems";
import type { Facts } from "../facts";
import type { Endpoint } from "../reach-model";
import type { NodeSource } from "./nodes";
import type { Fields } from "./object-fields";

/** Whether packets to a pod are encapsulated between machines; `crossSubnet`: where these are of different subnets. */
export type Encapsulation = "always" | "crossSubnet" | "never";

/** What an address pool says about the way of packets. */
export interface Pool {
  readonly cidr: Net;
  readonly encapsulation: Encapsulation;
  /** undefined where packets are never encapsulated. */
  readonly tunnel: "ipip" | "vxlan" | undefined;
  /** Pods go behind their node's address to what is in no pool (`natOutgoing`). */
  readonly masquerades: boolean;
}

/** An IPPool, or a pool of the operator's Installation, which has NAT on by default. */
export function readPool(pool: Fields, kind: "IPPool" | "Installation"): Pool | undefined {
  const text = pool.string("cidr");
  const cidr = text === undefined ? undefined : parseNet(text);
  if (text !== undefined && cidr === undefined) pool.report("cidr", text, "is no CIDR");
  if (cidr === undefined || pool.boolean("disabled") === true) return undefined;
  const modes = [pool.string("encapsulation"), pool.string("ipipMode"), pool.string("vxlanMode")];
  const encapsulation = modes.some((m) => m?.endsWith("CrossSubnet"))
    ? "crossSubnet"
    : modes.some((m) => m !== undefined && m !== "Never" && m !== "None")
      ? "always"
      : "never";
  const masquerades =
    kind === "Installation"
      ? pool.string("natOutgoing") !== "Disabled"
      : pool.boolean("natOutgoing") === true;
  const vxlan = modes[2] !== undefined && modes[2] !== "Never";
  const tunnel = vxlan || modes[0]?.startsWith("VXLAN") === true ? "vxlan" : "ipip";
  return {
    cidr,
    encapsulation,
    tunnel: encapsulation === "never" ? undefined : tunnel,
    masquerades,
  };
}

/** The pools that an end's address may be of. */
export function poolsOf(pools: readonly Pool[], endpoint: Endpoint): readonly Pool[] {
  return pools.filter(({ cidr }) => endpoint.addresses.nets.some((net) => overlaps(net, cidr)));
}

/** Where pods lie: as the facts say, else the pools, else the nodes. */
export function podCidrs(
  facts: Facts,
  { pools, nodes }: { pools: readonly Pool[]; nodes: readonly NodeSource[] },
  problems: Problem[],
): Net[] {
  if (facts.podCidrs === undefined)
    return pools.length > 0 ? pools.map((pool) => pool.cidr) : nodes.flatMap((node) => node.podCidrs);
  return facts.podCidrs.flatMap((text) => {
    const net = parseNet(text);
    if (net === undefined) problems.push({ path: "podCidrs", value: text, message: "is not a CIDR" });
    return net ?? [];
  });
}
