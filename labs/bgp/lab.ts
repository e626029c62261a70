import type { OutsideHost } from "../../kube/cluster-facts";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import type { BGPConfiguration, BGPPeer } from "../../policies/calico/cluster-types";
import { networkPolicy, tcp } from "../../policies/kubernetes/policy";
import { open } from "../flow";
import { NETSHOOT } from "../images";
import { balanced, loadBalancerPool, loadBalancerRange } from "./balanced";
import { externalNamespace, externalPool, noRoom, web } from "../ip-pools/pools";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, NOBODY } from "../workload";

const ns = (ctx: LabContext) => ({
  internal: ctx.namespaces["internal"] ?? "internal-ns",
  external: ctx.namespaces["external"] ?? "external-ns",
});

/** Selection has checked that there is one; a usual one stands in where nothing is built. */
const host1 = (ctx: LabContext): Pick<OutsideHost, "address" | "asNumber"> =>
  ctx.facts.outside ?? { address: "198.19.15.254", asNumber: 64512 };

/** Fields of the one that calico-node makes when it first starts (node/pkg/lifecycle/startup). */
const configuration = (
  ctx: LabContext,
  mesh: boolean,
  more: BGPConfiguration["spec"] = {},
): BGPConfiguration => ({
  apiVersion: CALICO_API_VERSION,
  kind: "BGPConfiguration",
  metadata: { name: "default" },
  spec: {
    asNumber: host1(ctx).asNumber,
    nodeToNodeMeshEnabled: mesh,
    ...more,
  },
});

const peer = (ctx: LabContext): BGPPeer => ({
  apiVersion: CALICO_API_VERSION,
  kind: "BGPPeer",
  metadata: { name: "bgppeer-global-host1" },
  spec: { peerIP: host1(ctx).address, asNumber: host1(ctx).asNumber },
});

/** Claims are about policy; whether a route leads there the steps tell. */
const inside = (ctx: LabContext): Claim[] => {
  const n = ns(ctx);
  const why = "nodes have routes to each other's pods";
  return [
    open(`${n.internal}/client`, `${n.internal}/internal-web`, 80, why),
    open(`${n.internal}/client`, `${n.external}/external-web`, 80, why),
  ];
};

const fromHost1 = (ctx: LabContext): Claim =>
  open(
    host1(ctx).address,
    `${ns(ctx).external}/external-web`,
    80,
    "host1 has learned the route, and external-web's policy lets everyone in on 80",
  );

/** The range of Services' addresses is announced as a whole, and one by one where a Service is Local. */
const announced = (ctx: LabContext): BGPConfiguration =>
  configuration(ctx, true, { serviceLoadBalancerIPs: [{ cidr: loadBalancerRange(ctx.facts) }] });

export const bgp: Lab = {
  id: "bgp",
  title: "BGP: pods that the network around the cluster can reach",
  summary:
    "Nodes exchange routes among themselves; then with a router outside, which learns where the pods of the external pool are; then only with that router. At the end Calico gives Services addresses that the router learns too.",
  namespaces: { internal: "internal-ns", external: "external-ns" },
  clusterWide: true,
  needs: {
    calicoPolicy: true,
    calicoCni: true,
    bgp: true,
    workers: 2,
    ownCluster: true,
    kindNetwork: true,
    secondPool: true,
    other: (facts) =>
      facts.outside === undefined
        ? {
            reason: "there is no router on the nodes' network to exchange routes with",
            fix: "use a kind stack with kind.network, as Pulumi.bgp.yaml",
          }
        : facts.loadBalancer !== "none"
          ? {
              reason: "something else gives Services of type LoadBalancer their addresses, beside Calico",
              fix: "set kind.loadBalancer to false",
            }
          : noRoom(facts),
  },
  workloads: (ctx) => {
    const n = ns(ctx);
    return [
      externalPool(ctx.facts),
      namespace(n.internal, "restricted"),
      externalNamespace(n.external),
      ...web("internal-web", n.internal, 2),
      ...web("external-web", n.external, 2),
      deployment({
        name: "client",
        namespace: n.internal,
        image: NETSHOOT,
        user: NOBODY,
        labels: { app: "client" },
        command: ["sleep", "infinity"],
      }),
      // A policy of its own, so that it works under a default deny too.
      networkPolicy({
        name: "external-web",
        namespace: n.external,
        pods: { app: "external-web" },
        ingress: [{ ports: [tcp(80)] }],
        egress: [{}],
      }),
    ];
  },
  steps: [
    {
      id: "mesh",
      title: "The node-to-node mesh",
      aim: "See each node tell every other one its blocks, and see that the world outside knows nothing of them.",
      expect: inside,
    },
    {
      id: "peer",
      title: "A peer outside the cluster",
      aim: "Let every node peer with host1: the router learns the pods' routes, and reaches a pod by its own address.",
      add: (ctx) => [peer(ctx)],
      patch: (ctx) => [configuration(ctx, true)],
      expect: (ctx) => [...inside(ctx), fromHost1(ctx)],
    },
    {
      id: "no-mesh",
      title: "Without the mesh",
      aim: "Switch the mesh off: nodes learn each other's routes from host1, which reflects them. The usual way in large clusters.",
      patch: (ctx) => [configuration(ctx, false)],
      expect: (ctx) => [...inside(ctx), fromHost1(ctx)],
    },
    {
      id: "routable",
      title: "Out with their own address",
      aim: "With a route back, NAT is not needed any more: host1 sees the pod's own address.",
      add: (ctx) => [externalPool(ctx.facts, { natOutgoing: false })],
      patch: (ctx) => [configuration(ctx, true)],
      expect: (ctx) => [...inside(ctx), fromHost1(ctx)],
    },
    {
      id: "load-balancer",
      title: "An address for a Service, by Calico alone",
      aim: "kube-controllers gives a Service of type LoadBalancer an address of a pool, and every node announces the range: host1 reaches the Service, and the pod sees a node.",
      add: (ctx) => [loadBalancerPool(ctx.facts), balanced(ns(ctx).external, "Cluster")],
      patch: (ctx) => [announced(ctx)],
      expect: (ctx) => [...inside(ctx), fromHost1(ctx)],
    },
    {
      id: "load-balancer-local",
      title: "Announced only by nodes that have the pod",
      aim: "With externalTrafficPolicy Local the nodes that have a pod announce the address by itself, and the pod sees host1.",
      add: (ctx) => [balanced(ns(ctx).external, "Local")],
      expect: (ctx) => [...inside(ctx), fromHost1(ctx)],
    },
  ],
};
