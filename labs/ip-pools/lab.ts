import { open } from "../flow";
import { NETSHOOT } from "../images";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, NOBODY } from "../workload";
import { externalNamespace, externalPool, noRoom, web } from "./pools";

const ns = (ctx: LabContext) => ({
  internal: ctx.namespaces["internal"] ?? "internal-ns",
  external: ctx.namespaces["external"] ?? "external-ns",
});

const inside = (ctx: LabContext): Claim[] => {
  const n = ns(ctx);
  return [open(`${n.internal}/client`, `${n.internal}/internal-web`, 80, "no policy isolates the pods")];
};

const both = (ctx: LabContext): Claim[] => {
  const n = ns(ctx);
  const why =
    "pods of both pools reach each other without NAT: pools are about addresses, not about isolation";
  return [
    ...inside(ctx),
    open(`${n.internal}/client`, `${n.external}/external-web`, 80, why),
    open(`${n.external}/client`, `${n.internal}/internal-web`, 80, why),
  ];
};

const client = (namespaceName: string) =>
  deployment({
    name: "client",
    namespace: namespaceName,
    image: NETSHOOT,
    user: NOBODY,
    labels: { app: "client" },
    command: ["sleep", "infinity"],
  });

export const ipPools: Lab = {
  id: "ip-pools",
  title: "IP pools: which pod gets which address",
  summary:
    "Find a cluster's ranges, add a second pool in small blocks that only an annotated namespace takes from, and watch Calico's address management at work.",
  namespaces: { internal: "internal-ns", external: "external-ns" },
  clusterWide: true,
  needs: { calicoPolicy: true, calicoCni: true, ownCluster: true, secondPool: true, other: noRoom },
  workloads: (ctx) => {
    const n = ns(ctx);
    return [namespace(n.internal, "restricted"), ...web("internal-web", n.internal, 2), client(n.internal)];
  },
  steps: [
    {
      id: "ranges",
      title: "Which ranges a cluster has",
      aim: "Find the pod range, the Service range and Calico's pools on the running cluster, and the block of each node.",
      expect: inside,
    },
    {
      id: "external-pool",
      title: "A second pool",
      aim: "Add a pool of blocks of eight addresses that no node takes from by itself: nothing changes for any pod.",
      add: (ctx) => [externalPool(ctx.facts)],
      expect: inside,
    },
    {
      id: "external-ns",
      title: "A namespace that asks for the pool",
      aim: "One annotation on a namespace, and its pods get addresses from the second pool, whatever the pool's selector says.",
      add: (ctx) => {
        const n = ns(ctx);
        return [externalNamespace(n.external), ...web("external-web", n.external, 3), client(n.external)];
      },
      expect: both,
    },
    {
      id: "blocks",
      title: "More pods than a block holds",
      aim: "Scale the application, and see nodes take a second and a third block of eight.",
      add: (ctx) => web("external-web", ns(ctx).external, 18),
      expect: both,
    },
    {
      id: "manual",
      title: "The same, said plainly",
      aim: "Replace the selector that matches no node by assignment mode Manual: a pool for those who ask, and for nobody else.",
      add: (ctx) => [externalPool(ctx.facts, { nodeSelector: "all()", assignmentMode: "Manual" })],
      expect: both,
    },
    {
      id: "no-nat",
      title: "Without outgoing NAT",
      aim: "Let pods of the second pool leave the cluster with their own addresses, and find out who can answer them.",
      add: (ctx) => [
        externalPool(ctx.facts, { nodeSelector: "all()", assignmentMode: "Manual", natOutgoing: false }),
      ],
      expect: both,
    },
  ],
};
