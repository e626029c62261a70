import type { ClusterFacts } from "../../kube/cluster-facts";
import { facts } from "../support/facts";

/** The course's own addresses, as Pulumi.ip-pools.yaml, Pulumi.bgp.yaml and Pulumi.host-endpoints.yaml have them. */
export const courseFacts: ClusterFacts = {
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
    { name: "labs-course-control-plane", controlPlane: true },
    { name: "labs-course-worker", controlPlane: false },
    { name: "labs-course-worker2", controlPlane: false },
  ],
  outside: {
    address: "198.19.15.254",
    network: "198.19.0.0/20",
    gateway: "198.19.15.253",
    asNumber: 64512,
    container: "labs-course-host1",
  },
};
