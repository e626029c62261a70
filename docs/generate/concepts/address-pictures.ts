import { lookUpInstanceType } from "../../../components/aws/plan/instance-types";
import { networkingOf } from "../../../components/aws/plan/network-request";
import { podCapacity } from "../../../components/aws/plan/pod-capacity";
import { atStep } from "./at-step";
import { box, diagram, group, idOf, table } from "./mermaid";
import { planned } from "./planned";

/** Pictures of address ranges. */

/** Region, VPC, zones, subnets of the stack `eks`; and what nodes of some types carry. */
export function awsNetwork(): string {
  const { target } = planned("eks");
  if (target.kind !== "eks" || target.cluster === undefined) throw new Error("the stack eks is not planned");
  const { network, place } = target.cluster;
  const zones = network.zones.map((zone) =>
    group(
      idOf(zone),
      `zone ${zone}`,
      network.subnets
        .filter((s) => s.zone === zone)
        .map((s) => box(idOf(s.name), `subnet ${s.name}`, s.cidr, `${s.usable} usable`)),
    ),
  );
  const types = ["t3.small", "t3.medium", "m5.large", "t3.2xlarge"].map((name) => {
    const facts = lookUpInstanceType(name);
    if (facts === undefined) throw new Error(`${name} is not in the table`);
    const pods = (mode: "aws" | "aws-prefix" | "calico") =>
      String(podCapacity(facts, networkingOf(mode)).maxPods);
    return [
      name,
      String(facts.enis),
      String(facts.ipv4PerEni),
      pods("aws"),
      pods("aws-prefix"),
      pods("calico"),
    ];
  });
  return [
    diagram(
      "flowchart TB",
      group(
        "region",
        `region ${place.region}`,
        group("vpc", `VPC ${[network.vpcCidr, ...network.secondaryCidrs].join(", ")}`, zones.flat()),
      ),
    ),
    "",
    "The network that the stack `eks` plans. What nodes of some types carry (`npm run labs -- capacity <type>`):",
    "",
    table(
      ["type", "ENIs", "addresses each", "most pods, `cni: aws`", "with prefixes", "with Calico's overlay"],
      types,
    ),
  ].join("\n");
}

interface PoolShape {
  metadata: { name: string };
  spec: { cidr: string; blockSize: number };
}

/** Ranges within ranges: the stack and the lab ip-pools. */
export function ranges(): string {
  const { facts, calico, config } = planned("ip-pools");
  const added = atStep("ip-pools", "external-pool").objects.filter(
    (o) => o.kind === "IPPool",
  ) as unknown as PoolShape[];
  const pools = [
    ...calico.pools,
    ...added.map((p) => ({ name: p.metadata.name, cidr: p.spec.cidr, blockSize: p.spec.blockSize })),
  ];
  return [
    diagram("flowchart TB", [
      box("nodes", "nodes: a subnet", config.kind.network?.subnet ?? ""),
      ...group(
        "podrange",
        `pods: the cluster's CIDR ${facts.podCidrs.join(", ")}`,
        pools.map((p) => box(idOf(p.name), `pool ${p.name}`, p.cidr, `blocks of /${p.blockSize}`)),
      ),
      box("servicerange", "Services: a CIDR without machines", facts.serviceCidr ?? ""),
    ]),
    "",
    "The ranges of the stack `ip-pools` at step `external-pool` of its lab.",
  ].join("\n");
}
