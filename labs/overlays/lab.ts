import type { KubeObject } from "../../kube/objects";
import type { EncapsulationMode, IPPool } from "../../policies/calico/cluster-types";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import { open } from "../flow";
import { NETSHOOT, WHOAMI } from "../images";
import { noRoom, upperHalf } from "../ip-pools/pools";
import type { Claim, Lab, LabContext } from "../model";
import { privilegedNamespace, toolbox } from "../toolbox";
import { deployment, namespace, NOBODY, type WorkloadArgs } from "../workload";
import { subnets } from "./subnets";

const POOL = "overlay-pool";

const ns = (ctx: LabContext) => ({
  overlay: ctx.namespaces["overlay"] ?? "overlay",
  tools: ctx.namespaces["tools"] ?? "overlay-tools",
});

/**
 * A pool of the lab's own. One that Installation lists is the operator's: it writes the pool's whole spec again at every
 * reconcile (tigera/operator pkg/controller/ippool, which leaves a range alone that Installation does not list). Mode
 * Manual keeps other pods out, and tunnels may still take their addresses from it.
 */
const pool = (ctx: LabContext, ipipMode: EncapsulationMode, vxlanMode: EncapsulationMode): IPPool => ({
  apiVersion: CALICO_API_VERSION,
  kind: "IPPool",
  metadata: { name: POOL },
  spec: {
    // Selection has checked that there is room.
    cidr: upperHalf(ctx.facts.podCidrs[0] ?? "198.19.16.0/20"),
    ipipMode,
    vxlanMode,
    natOutgoing: true,
    nodeSelector: "all()",
    assignmentMode: "Manual",
  },
});

/** One pod on every node, the control plane too. */
function everywhere(args: Omit<WorkloadArgs, "replicas">): KubeObject {
  const { spec, ...rest } = deployment({
    ...args,
    user: NOBODY,
    pod: { tolerations: [{ operator: "Exists" }], terminationGracePeriodSeconds: 1 },
  });
  const { replicas: _, ...same } = spec as Record<string, unknown>;
  return { ...rest, kind: "DaemonSet", spec: same };
}

/** Selection has checked that there is one; a usual one stands in where nothing is built. */
const network = (ctx: LabContext) =>
  ctx.facts.outside ?? { address: "198.19.15.254", gateway: "198.19.15.253", network: "198.19.0.0/20" };

const expect = (ctx: LabContext): Claim[] => [
  open(
    `${ns(ctx).overlay}/client`,
    `${ns(ctx).overlay}/web`,
    80,
    "encapsulation changes how a packet crosses the nodes' network, not who may talk to whom",
  ),
];

export const overlays: Lab = {
  id: "overlays",
  title: "Overlays: one packet, five ways between two nodes",
  summary:
    "Capture the same request between nodes without encapsulation, in IPIP and in VXLAN; then put the nodes in two subnets, and see CrossSubnet wrap only what passes the router.",
  namespaces: { overlay: "overlay", tools: "overlay-tools" },
  clusterWide: true,
  needs: {
    calicoCni: true,
    bgp: true,
    workers: 2,
    ownCluster: true,
    kindNetwork: true,
    secondPool: true,
    other: (facts) =>
      facts.outside === undefined
        ? {
            reason: "there is no router on the nodes' network to stand between two subnets",
            fix: "use a kind stack with kind.network, as Pulumi.overlays.yaml",
          }
        : noRoom(facts),
  },
  workloads: (ctx) => {
    const n = ns(ctx);
    return [
      pool(ctx, "Never", "Never"),
      namespace(n.overlay, "restricted", {}, { "cni.projectcalico.org/ipv4pools": JSON.stringify([POOL]) }),
      everywhere({ name: "web", namespace: n.overlay, image: WHOAMI, labels: { app: "web" }, port: 80 }),
      everywhere({
        name: "client",
        namespace: n.overlay,
        image: NETSHOOT,
        labels: { app: "client" },
        command: ["sleep", "infinity"],
      }),
      privilegedNamespace(n.tools),
      toolbox(n.tools),
    ];
  },
  steps: [
    {
      id: "none",
      title: "No encapsulation",
      aim: "See a pod's packet on the nodes' network as the pod sent it: the network must know, or nodes must be neighbours.",
      expect,
    },
    {
      id: "ipip",
      title: "IPIP",
      aim: "See the packet inside another one: IP protocol 4, twenty bytes more, from node to node.",
      add: (ctx) => [pool(ctx, "Always", "Never")],
      expect,
    },
    {
      id: "vxlan",
      title: "VXLAN",
      aim: "See the packet in an Ethernet frame in UDP, port 4789: fifty bytes more, and any network carries it.",
      add: (ctx) => [pool(ctx, "Never", "Always")],
      expect,
    },
    {
      id: "two-subnets",
      title: "Two subnets",
      aim: "Put the nodes in two subnets with host1 as the router between them, and see what calico-node notices.",
      add: (ctx) => [subnets(ns(ctx).tools, network(ctx))],
      expect,
    },
    {
      id: "vxlan-cross-subnet",
      title: "VXLAN across subnets only",
      aim: "Neighbours get the packet plain, and nodes behind the router in VXLAN.",
      add: (ctx) => [pool(ctx, "Never", "CrossSubnet")],
      expect,
    },
    {
      id: "ipip-cross-subnet",
      title: "IPIP across subnets only",
      aim: "The same choice with the smaller header.",
      add: (ctx) => [pool(ctx, "CrossSubnet", "Never")],
      expect,
    },
  ],
};
