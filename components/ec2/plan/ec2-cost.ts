import { priced, type CostPart } from "../../aws/plan/cost";
import { natGateways } from "../../aws/plan/network-request";
import { instancePrice, servicePrice, volumePrice } from "../../aws/plan/prices";
import type { Ec2Plan } from "./ec2-types";

/** What a cluster on EC2 costs by the hour, part by part. */
export function ec2Cost({ nodes, network, place, flowLogs }: Ec2Plan): CostPart[] {
  const { region } = place;
  const address = servicePrice(region, "public IPv4 address");
  const gateways = natGateways(network);
  const workers = nodes.filter((n) => !n.controlPlane);
  const open = workers.filter((n) => n.subnet === "public").length;
  const parts = (what: string, same: typeof nodes): CostPart[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { instanceType, diskGiB } = first;
    return [
      priced(`${instanceType}, ${what}`, same.length, instancePrice(region, instanceType)),
      priced(`volume of ${diskGiB} GiB, ${what}`, same.length, volumePrice(region, diskGiB)),
    ];
  };
  return [
    ...parts(
      "control plane",
      nodes.filter((n) => n.controlPlane),
    ),
    ...parts("workers", workers),
    priced("public IPv4 address of a node", 1 + open, address),
    ...(gateways === 0
      ? []
      : [
          priced("NAT gateway", gateways, servicePrice(region, "NAT gateway")),
          priced("public IPv4 address of a NAT gateway", gateways, address),
        ]),
    ...(flowLogs === undefined ? [] : [{ what: "VPC flow logs", count: 1, why: "by the GB" }]),
  ];
}
