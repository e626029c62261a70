import type { ClusterFacts } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";
import { networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import { echo } from "../echo";
import { closed, lookups, open } from "../flow";
import { nodes } from "../host-endpoints/site";
import { NETSHOOT } from "../images";
import { refTo, type Claim, type Lab, type LabContext } from "../model";
import { privilegedNamespace, toolbox } from "../toolbox";
import { deployment, namespace, NOBODY, service } from "../workload";
import { WEAVE_AGENTS } from "./agents";

const HTTP = 8080;
const ADMIN = 8081;
/** The kubelet's port, open on every node. */
const KUBELET = 10250;

const ns = (ctx: LabContext) => ({
  apps: ctx.namespaces["apps"] ?? "weave",
  tools: ctx.namespaces["tools"] ?? "weave-tools",
});
const at = (ctx: LabContext, name: string): string => `${ns(ctx).apps}/${name}`;

/** The node that client is tied to, and another; names stand in where nothing is built. */
function places({ nodes: known }: ClusterFacts): { own: string; other: string } {
  const workers = (known ?? []).filter((n) => !n.controlPlane).map((n) => n.name);
  return { own: workers[0] ?? "node1", other: workers[1] ?? "control" };
}

const caller = (ctx: LabContext, name: string, pod: Record<string, unknown> = {}): KubeObject =>
  deployment({
    name,
    namespace: ns(ctx).apps,
    image: NETSHOOT,
    user: NOBODY,
    labels: { app: name },
    command: ["sleep", "infinity"],
    pod: { terminationGracePeriodSeconds: 0, ...pod },
  });

/** Two servers in one pod, so that a policy can tell its ports apart. */
function server(ctx: LabContext): KubeObject {
  const { apps } = ns(ctx);
  const web = echo({ name: "web", namespace: apps, port: HTTP, portName: "http" });
  const admin = echo({ name: "admin", namespace: apps, port: ADMIN });
  const containers = [web, admin].flatMap((o) => templateOf(o).spec.containers);
  const template = templateOf(web);
  return {
    ...web,
    spec: { ...(web["spec"] as object), template: { ...template, spec: { ...template.spec, containers } } },
  };
}

interface Template {
  metadata: object;
  spec: { containers: object[] };
}
const templateOf = (o: KubeObject): Template => (o["spec"] as { template: Template }).template;

const isolate = (ctx: LabContext): KubeObject =>
  networkPolicy({ name: "default-deny", namespace: ns(ctx).apps, ingress: [] });

/** Lets client in at these ports. */
const admit = (
  ctx: LabContext,
  name: string,
  port: { port: number | string; endPort?: number },
): KubeObject =>
  networkPolicy({
    name,
    namespace: ns(ctx).apps,
    pods: { app: "web" },
    ingress: [{ from: [pods({ app: "client" })], ports: [{ ...tcp(port.port), ...port }] }],
  });
const oneClient = (ctx: LabContext): KubeObject => admit(ctx, "one-client", { port: HTTP });
const range = (ctx: LabContext): KubeObject => admit(ctx, "range", { port: HTTP, endPort: ADMIN });

const byName = (ctx: LabContext): KubeObject => admit(ctx, "by-name", { port: "http" });

const noEgress = (ctx: LabContext): KubeObject =>
  networkPolicy({ name: "no-egress", namespace: ns(ctx).apps, pods: { app: "client" }, egress: [] });

const toWeb = (ctx: LabContext, from: string, claim: typeof open, why: string, port = HTTP): Claim =>
  claim(at(ctx, from), at(ctx, "web"), port, why);

/** What the rejected policy leaves open. */
const asIfNone = (ctx: LabContext): Claim[] =>
  ["client", "stranger"].map((from) =>
    toWeb(ctx, from, open, "Weave Net rejects by-name as a whole, so nothing isolates web"),
  );

export const weave: Lab = {
  id: "weave",
  title: "Weave Net: a bridge on every node, and a policy controller with gaps",
  summary:
    "Another CNI than Calico: find its agents and their log, the range that they share out, the bridge that is every pod's gateway; then see its controller enforce policies, and where it does less than they say.",
  namespaces: { apps: "weave", tools: "weave-tools" },
  clusterWide: false,
  needs: { weave: true, workers: 2, ownCluster: true },
  workloads: (ctx) => {
    const { own } = places(ctx.facts);
    return [
      namespace(ns(ctx).apps, "restricted"),
      privilegedNamespace(ns(ctx).tools),
      toolbox(ns(ctx).tools),
      server(ctx),
      service({
        name: "web",
        namespace: ns(ctx).apps,
        selector: { app: "web" },
        ports: [
          { name: "http", port: 80, targetPort: HTTP },
          { name: "admin", port: 81, targetPort: ADMIN },
        ],
      }),
      caller(ctx, "client", { nodeName: own }),
      caller(ctx, "stranger"),
    ];
  },
  // The agents also where the lab is played and no cluster says which CNI it has.
  ambient: (ctx) => [...nodes(ctx.facts), WEAVE_AGENTS],
  steps: [
    {
      id: "bridge",
      title: "Agents, a range, a bridge",
      aim: "Find who runs on each node, which part of the range it holds, and through which bridge a pod's packets go.",
      expect: (ctx) => [
        toWeb(ctx, "client", open, "every pod is on its node's bridge, and the agents join the bridges"),
        toWeb(ctx, "stranger", open, "no policy isolates web"),
        ...lookups("allow", at(ctx, "client"), "CoreDNS is such a pod too"),
      ],
    },
    {
      id: "closed",
      title: "Isolated",
      aim: "Isolate every pod of the namespace, and read in the controller's log what it blocks.",
      add: (ctx) => [isolate(ctx)],
      expect: (ctx) =>
        ["client", "stranger"].map((from) =>
          toWeb(ctx, from, closed, "default-deny isolates web, and nothing lets anybody in"),
        ),
    },
    {
      id: "one-client",
      title: "One client",
      aim: "Let client in at one port, and find the sets and rules that say so on web's node.",
      add: (ctx) => [oneClient(ctx)],
      expect: (ctx) => [
        toWeb(ctx, "client", open, "one-client lets client in at this port"),
        toWeb(ctx, "client", closed, "one-client does not name this port", ADMIN),
        toWeb(ctx, "stranger", closed, "stranger is not among those that one-client names"),
      ],
    },
    {
      id: "range",
      title: "A range of ports that is none",
      aim: "Open both ports by one range, and find one of them closed.",
      remove: (ctx) => [refTo(oneClient(ctx))],
      add: (ctx) => [range(ctx)],
      expect: (ctx) => [
        toWeb(ctx, "client", open, "the first port of the range"),
        toWeb(
          ctx,
          "client",
          closed,
          "Weave Net does not know endPort, and takes the first port alone",
          ADMIN,
        ),
      ],
    },
    {
      id: "by-name",
      title: "A policy that is rejected",
      aim: "Name the port instead of its number: find out who may come in now, and where the controller says why.",
      remove: (ctx) => [refTo(range(ctx)), refTo(isolate(ctx))],
      add: (ctx) => [byName(ctx)],
      expect: (ctx) => [
        ...asIfNone(ctx),
        toWeb(ctx, "stranger", open, "Weave Net rejects by-name as a whole", ADMIN),
      ],
    },
    {
      id: "own-node",
      title: "What nobody checks",
      aim: "Forbid client all egress, and find what it reaches all the same.",
      add: (ctx) => [noEgress(ctx)],
      expect: (ctx) => {
        const { own, other } = places(ctx.facts);
        return [
          toWeb(ctx, "client", closed, "no-egress isolates client for egress"),
          toWeb(ctx, "stranger", open, "no-egress isolates client alone"),
          ...lookups("deny", at(ctx, "client"), "DNS is egress too"),
          closed(at(ctx, "client"), other, KUBELET, "another node is egress as any other"),
          open(
            at(ctx, "client"),
            own,
            KUBELET,
            "what a pod sends to its own node's addresses returns before Weave Net's rules",
          ),
        ];
      },
    },
  ],
};
