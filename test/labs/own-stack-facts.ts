import type { ClusterFacts } from "../../kube/cluster-facts";
import { facts } from "../support/facts";

/** Facts of the labs that bring a stack of their own: addresses as in Pulumi.ip-pools.yaml, Pulumi.bgp.yaml and Pulumi.host-endpoints.yaml. */
export const ownStackFacts: ClusterFacts = {
  ...facts,
  cni: {
    ...facts.cni,
    pools: [
      {
        name: "default-ipv4-ippool",
        cidr: "198.19.16.0/21",
        encapsulation: "VXLANCrossSubnet",
        natOutgoing: true,
      },
    ],
  },
  podCidrs: ["198.19.16.0/20"],
  serviceCidr: "198.19.32.0/20",
  nodes: [
    { name: "labs-own-control-plane", controlPlane: true },
    { name: "labs-own-worker", controlPlane: false },
    { name: "labs-own-worker2", controlPlane: false },
  ],
  outside: {
    address: "198.19.15.254",
    network: "198.19.0.0/20",
    gateway: "198.19.15.253",
    asNumber: 64512,
    container: "labs-own-host1",
  },
};
