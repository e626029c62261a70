import { nlbAnnotations } from "../../routing/nlb-annotations";
import type { ClusterFacts } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";
import { echo } from "../echo";
import { open } from "../flow";
import { CURL, CURL_USER } from "../images";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, service } from "../workload";

const nsOf = (ctx: LabContext): string => ctx.namespaces["balance"] ?? "load-balancing";
type Policy = "Cluster" | "Local";

function workloads(ctx: LabContext): KubeObject[] {
  const ns = nsOf(ctx);
  return [
    namespace(ns, "restricted"),
    // One pod: nodes with it and nodes without it then behave differently under Local.
    echo({ name: "echo", namespace: ns }),
    service({
      name: "echo",
      namespace: ns,
      selector: { app: "echo" },
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
    }),
    deployment({
      name: "client",
      namespace: ns,
      image: CURL,
      labels: { app: "client" },
      command: ["sleep", "infinity"],
      user: CURL_USER,
      pod: { terminationGracePeriodSeconds: 0 },
    }),
  ];
}

const nodePort = (ctx: LabContext, externalTrafficPolicy: Policy): KubeObject =>
  service({
    name: "echo-nodeport",
    namespace: nsOf(ctx),
    type: "NodePort",
    selector: { app: "echo" },
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
    spec: { externalTrafficPolicy },
  });

/** A Service of its own: the type of an existing one must not change under an AWS controller (it would leak an NLB). */
function balanced(ctx: LabContext, externalTrafficPolicy: Policy): KubeObject {
  const object = service({
    name: "echo-lb",
    namespace: nsOf(ctx),
    type: "LoadBalancer",
    selector: { app: "echo" },
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
    spec: { externalTrafficPolicy },
  });
  return { ...object, metadata: { ...object.metadata, annotations: annotationsFor(ctx.facts) } };
}

function annotationsFor({ loadBalancer, isolated }: ClusterFacts): Record<string, string> {
  // Nothing would ever answer: the lesson is the address that stays pending, and `up` must not wait for it.
  if (loadBalancer === "none") return { "pulumi.com/skipAwait": "true" };
  return nlbAnnotations({
    servedBy: loadBalancer,
    scheme: isolated === true ? "internal" : "internet-facing",
    targetType: "instance",
    crossZone: true,
    proxyProtocol: false,
  });
}

const reached = (ctx: LabContext, from: string, reason: string): Claim =>
  open(from === "internet" ? from : `${nsOf(ctx)}/${from}`, `${nsOf(ctx)}/echo`, 8080, reason);

const inside = (ctx: LabContext): Claim => reached(ctx, "client", "the Service's address leads to the pod");
const outside = (ctx: LabContext): Claim =>
  reached(ctx, "internet", "no policy isolates the pod; whether a packet gets there is up to the Services");

export const loadBalancing: Lab = {
  id: "load-balancing",
  title: "From NodePort to load balancer, and whose address the pod sees",
  summary:
    "One server that tells who called it. Reach it by ClusterIP, NodePort and LoadBalancer, and keep or lose the client's address by externalTrafficPolicy.",
  namespaces: { balance: "load-balancing" },
  clusterWide: false,
  needs: { workers: 2, balances: true, kubeProxy: true },
  workloads,
  steps: [
    {
      id: "cluster-ip",
      title: "Inside only",
      aim: "A ClusterIP is reached from pods and nodes, and by nobody else. The pod sees the address of the pod that called.",
      expect: (ctx) => [inside(ctx)],
    },
    {
      id: "node-port",
      title: "A port of every node",
      aim: "Every node answers, also those without the pod. The pod sees a node's address: the client's is gone.",
      add: (ctx) => [nodePort(ctx, "Cluster")],
      expect: (ctx) => [inside(ctx), outside(ctx)],
    },
    {
      id: "node-port-local",
      title: "Only nodes that have the pod",
      aim: "With externalTrafficPolicy Local the pod sees the client's own address, and nodes without the pod do not answer.",
      add: (ctx) => [nodePort(ctx, "Local")],
      expect: (ctx) => [inside(ctx), outside(ctx)],
    },
    {
      id: "load-balancer",
      title: "A load balancer before the nodes",
      aim: "On AWS a Network Load Balancer sends to the node ports of all nodes, on kind a proxy in a container beside them. Where nothing serves it, the address stays pending: find out why.",
      add: (ctx) => [balanced(ctx, "Cluster")],
      expect: (ctx) => [inside(ctx), outside(ctx)],
    },
    {
      id: "load-balancer-local",
      title: "The load balancer finds the nodes that have the pod",
      aim: "With Local, the health check of the load balancer fails on every node without the pod. The client's address arrives behind an NLB; behind a proxy, the proxy's does.",
      add: (ctx) => [balanced(ctx, "Local")],
      expect: (ctx) => [inside(ctx), outside(ctx)],
    },
  ],
};
