import type { KubeObject } from "../../kube/objects";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import type { FelixConfiguration } from "../../policies/calico/cluster-types";
import { networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import { echo } from "../echo";
import { closed, open } from "../flow";
import { automaticHostEndpoints, nodeportPolicy } from "../host-endpoints/policies";
import { lacksAddresses, nodes, site } from "../host-endpoints/site";
import { NETSHOOT } from "../images";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, NOBODY, service } from "../workload";

const NODE_PORT = 30480;
const ns = (ctx: LabContext): string => ctx.namespaces["ebpf"] ?? "ebpf";
const at = (ctx: LabContext, name: string): string => `${ns(ctx)}/${name}`;

function workloads(ctx: LabContext): KubeObject[] {
  const namespaceName = ns(ctx);
  return [
    namespace(namespaceName, "restricted"),
    // One pod: whichever node it is on, the others hand requests on.
    echo({ name: "echo", namespace: namespaceName }),
    echoService(ctx, "echo", {}),
    deployment({
      name: "client",
      namespace: namespaceName,
      image: NETSHOOT,
      user: NOBODY,
      labels: { app: "client" },
      command: ["sleep", "infinity"],
      pod: { terminationGracePeriodSeconds: 0 },
    }),
  ];
}

function echoService(ctx: LabContext, name: string, nodePort: { nodePort?: number }): KubeObject {
  return service({
    name,
    namespace: ns(ctx),
    selector: { app: "echo" },
    ports: [{ name: "http", port: 80, targetPort: 8080, ...nodePort }],
    ...(nodePort.nodePort === undefined
      ? {}
      : { type: "NodePort", spec: { externalTrafficPolicy: "Cluster" } }),
  });
}

/** As the operator sets it; also where the lab is played and no cluster says which dataplane it has. */
const felix: FelixConfiguration = {
  apiVersion: CALICO_API_VERSION,
  kind: "FelixConfiguration",
  metadata: { name: "default" },
  spec: { bpfEnabled: true },
};

const knownClient = (ctx: LabContext): KubeObject =>
  networkPolicy({
    name: "known-client",
    namespace: ns(ctx),
    pods: { app: "echo" },
    ingress: [
      {
        from: [{ ipBlock: { cidr: `${site(ctx.facts).host1}/32` } }, pods({ app: "client" })],
        ports: [tcp(8080)],
      },
    ],
  });

const inside = (ctx: LabContext): Claim =>
  open(
    at(ctx, "client"),
    at(ctx, "echo"),
    8080,
    "the socket is connected to the pod at once; policies see what they always see",
  );

/** By node ports of two nodes: the pod is on one of them at most. */
function byNodePort(ctx: LabContext, from: string, claim: typeof open, reason: string): Claim[] {
  const { control, workers } = site(ctx.facts);
  return [control, workers[0] ?? "node1"].map((node) => claim(from, node, NODE_PORT, reason));
}

export const ebpf: Lab = {
  id: "ebpf",
  title: "The eBPF dataplane: Services without kube-proxy, and clients with their own address",
  summary:
    "A cluster without kube-proxy, where Calico's programs in the kernel translate Services: when a socket connects, and at node ports that keep the client's address. A policy that can name clients therefore, and host endpoints.",
  namespaces: { ebpf: "ebpf" },
  clusterWide: true,
  needs: {
    calicoPolicy: true,
    calicoCni: true,
    ebpf: true,
    ownCluster: true,
    workers: 2,
    kindNetwork: true,
    other: lacksAddresses,
  },
  workloads,
  ambient: (ctx) => [...nodes(ctx.facts), felix],
  steps: [
    {
      id: "no-kube-proxy",
      title: "Services, and no kube-proxy",
      aim: "See that nobody writes rules for Services any more, what Calico needs instead, and to whom a pod's socket is connected.",
      patch: () => [automaticHostEndpoints("Disabled")],
      expect: (ctx) => [inside(ctx)],
    },
    {
      id: "node-port",
      title: "A node port that keeps the client's address",
      aim: "Ask every node for the one pod. externalTrafficPolicy is Cluster, and the pod sees your address all the same.",
      add: (ctx) => [echoService(ctx, "echo-nodeport", { nodePort: NODE_PORT })],
      expect: (ctx) => {
        const { host1, gateway } = site(ctx.facts);
        const why = "any node takes the request and hands it on to the pod's node as it came";
        return [
          inside(ctx),
          ...byNodePort(ctx, host1, open, why),
          ...byNodePort(ctx, gateway, open, why),
          ...byNodePort(
            ctx,
            at(ctx, "client"),
            open,
            "translated where the client is: no other node has a part in it",
          ),
        ];
      },
    },
    {
      id: "known-client",
      title: "A policy that names the client",
      aim: "Let host1 in by its address, whichever node it asks, and nobody else from outside. With kube-proxy that needs Local.",
      add: (ctx) => [knownClient(ctx)],
      expect: (ctx) => {
        const { host1, gateway } = site(ctx.facts);
        return [
          inside(ctx),
          ...byNodePort(ctx, host1, open, "the pod's policy sees host1 itself, not the node that it asked"),
          ...byNodePort(ctx, gateway, closed, "known-client names one address, and this is another"),
          ...byNodePort(
            ctx,
            at(ctx, "client"),
            open,
            "the client keeps its address here too, so its label finds it",
          ),
        ];
      },
    },
    {
      id: "before-dnat",
      title: "Host endpoints, in eBPF",
      aim: "Put the nodes under a policy before translation, and read it where it is now: in a program at the interface.",
      patch: () => [automaticHostEndpoints("Enabled")],
      add: (ctx) => [nodeportPolicy(site(ctx.facts).host1, NODE_PORT)],
      expect: (ctx) => {
        const { host1, gateway, workers } = site(ctx.facts);
        return [
          inside(ctx),
          ...byNodePort(ctx, gateway, closed, "nodeport-policy denies node ports to everyone but host1"),
          closed(
            host1,
            workers[0] ?? "node1",
            30002,
            "nodeport-policy opens one node port and denies the others",
          ),
        ];
      },
    },
  ],
};
