import type { KubeObject } from "../../kube/objects";
import { lookups, open } from "../flow";
import { NETSHOOT } from "../images";
import { web } from "../ip-pools/pools";
import type { Claim, Lab, LabContext } from "../model";
import { privilegedNamespace, toolbox } from "../toolbox";
import { deployment, namespace, NOBODY } from "../workload";

const ns = (ctx: LabContext) => ({
  views: ctx.namespaces["views"] ?? "views",
  tools: ctx.namespaces["tools"] ?? "toolbox",
  byHand: ctx.namespaces["byHand"] ?? "by-hand",
});

/**
 * A place to build networks by hand. It has rights over networks, but only its own is there: no host namespace, no host
 * path, no token. What goes wrong in it goes with the pod.
 */
const workbench = (namespaceName: string): KubeObject =>
  deployment({
    name: "workbench",
    namespace: namespaceName,
    image: NETSHOOT,
    labels: { app: "workbench" },
    command: ["sleep", "infinity"],
    container: {
      securityContext: {
        // NET_ADMIN: interfaces, routes, NAT. SYS_ADMIN: `ip netns` mounts. NET_RAW: ping.
        capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW", "SYS_ADMIN"] },
        allowPrivilegeEscalation: true,
        seccompProfile: { type: "RuntimeDefault" },
        // The runtime's default profile forbids mounts, where AppArmor is on.
        appArmorProfile: { type: "Unconfined" },
      },
    },
    pod: { terminationGracePeriodSeconds: 1 },
  });

const flows = (ctx: LabContext): Claim[] => {
  const n = ns(ctx);
  return [
    open(`${n.views}/peek`, `${n.views}/web`, 80, "no policy isolates the pods"),
    ...lookups("allow", `${n.views}/peek`, "every pod may ask the cluster's DNS"),
  ];
};

export const podAndHostViews: Lab = {
  id: "pod-and-host-views",
  title: "Two views of one network: from the pod, from the node",
  summary:
    "Follow a packet from a pod's eth0 through the veth pair to the node's routes and kube-proxy's rules; then build namespaces, veth pairs, a bridge and NAT by hand.",
  namespaces: { views: "views", tools: "toolbox", byHand: "by-hand" },
  clusterWide: false,
  needs: { calicoCni: true, kubeProxy: true },
  workloads: (ctx) => {
    const n = ns(ctx);
    return [
      namespace(n.views, "restricted"),
      ...web("web", n.views, 2),
      deployment({
        name: "peek",
        namespace: n.views,
        image: NETSHOOT,
        user: NOBODY,
        labels: { app: "peek" },
        command: ["sleep", "infinity"],
      }),
    ];
  },
  steps: [
    {
      id: "pod-view",
      title: "What a pod sees",
      aim: "One interface, one address without neighbours, one route to an address that nobody has.",
      expect: flows,
    },
    {
      id: "host-view",
      title: "What the node sees",
      aim: "Find the other end of the pod's cable, the route to it, the blocks of other nodes, kube-proxy's rules, and who listens.",
      add: (ctx) => [privilegedNamespace(ns(ctx).tools), toolbox(ns(ctx).tools)],
      expect: flows,
    },
    {
      id: "by-hand",
      title: "The same by hand",
      aim: "Build what a CNI plugin builds: two namespaces and a cable; then a bridge, routes and NAT for any number of them.",
      add: (ctx) => [privilegedNamespace(ns(ctx).byHand), workbench(ns(ctx).byHand)],
      expect: flows,
    },
  ],
};
