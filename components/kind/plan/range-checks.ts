import { overlaps } from "../../../kube/ip";
import type { MachineFacts, MachineJudgement, WantedCluster } from "../machine-facts";

/** Whether a cluster's ranges meet the nodes' own network, which breaks it, or others, which its pods then lose. */
export function checkRanges(
  { networks, routes }: MachineFacts,
  { name, ranges, network }: WantedCluster,
  many: boolean,
  out: MachineJudgement,
): void {
  const where = many ? `${name}: ` : "";
  // The nodes are on this one; an address on it must not be a pod's or a Service's too.
  const shared = network === undefined ? networks.find((n) => n.name === "kind") : undefined;
  for (const { key, cidr } of ranges) {
    const hit = shared?.subnets.find((s) => overlaps(s, cidr));
    if (hit !== undefined)
      out.problems.push({
        path: `${where}kind.${key}`,
        value: cidr,
        message: `overlaps the nodes' own network: docker network kind is ${hit}`,
        fix: "choose a range that is free; or, with no kind cluster left, docker network rm kind and let it be made again",
      });
    const others = networks.filter(
      (n) => n !== shared && n.name !== network?.name && n.subnets.some((s) => overlaps(s, cidr)),
    );
    const beyond = (routes ?? []).filter(
      (r) => overlaps(r.cidr, cidr) && !networks.some((n) => n.subnets.includes(r.cidr)),
    );
    const lost = [
      ...others.map((n) => `docker network ${n.name} (${n.subnets.join(", ")})`),
      ...beyond.map((r) => `${r.cidr} (${r.device})`),
    ];
    if (lost.length > 0)
      out.notes.push(
        `${where}kind.${key} ${cidr}: pods will not reach ${lost.join(", ")}, which has addresses in it`,
      );
  }
  const taken =
    network === undefined ? [] : (routes ?? []).filter((r) => isForeign(r.cidr, network, networks));
  for (const r of taken)
    out.problems.push({
      path: `${where}kind.network.subnet`,
      value: network?.subnet ?? "",
      message: `this machine has a route to ${r.cidr} (${r.device}), which Docker would take away from it`,
      fix: "choose a range that is free",
    });
}

const isForeign = (
  cidr: string,
  { name, subnet }: NonNullable<WantedCluster["network"]>,
  networks: MachineFacts["networks"],
): boolean =>
  overlaps(cidr, subnet) &&
  !networks.some((n) => n.subnets.some((s) => s === cidr) || (n.name === name && n.subnets.includes(subnet)));
