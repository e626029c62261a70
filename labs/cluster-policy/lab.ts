import type { KubeObject } from "../../kube/objects";
import { echo } from "../echo";
import { closed, open } from "../flow";
import { CURL, CURL_USER } from "../images";
import type { FlowClaim, Lab, LabContext } from "../model";
import { deployment, namespace, service } from "../workload";
import {
  auditor,
  baseline,
  calicos,
  dbForNobody,
  monitoring,
  noSandbox,
  PORT,
  sandbox,
  shop,
  watch,
  webForAll,
} from "./policies";

const client = (ns: string, name: string): KubeObject =>
  deployment({
    name,
    namespace: ns,
    image: CURL,
    user: CURL_USER,
    labels: { app: name },
    command: ["sleep", "infinity"],
  });

const workloads = (ctx: LabContext): KubeObject[] => [
  ...[shop(ctx), sandbox(ctx), watch(ctx)].map((ns) => namespace(ns, "restricted")),
  ...["web", "db"].flatMap((name) => [
    echo({ name, namespace: shop(ctx) }),
    service({
      name,
      namespace: shop(ctx),
      selector: { app: name },
      ports: [{ name: "http", port: 80, targetPort: PORT }],
    }),
  ]),
  client(sandbox(ctx), "visitor"),
  client(sandbox(ctx), "auditor"),
  client(watch(ctx), "prometheus"),
];

type Who = "visitor" | "auditor" | "prometheus";
type What = "web" | "db";

const claim =
  (make: typeof open) =>
  (ctx: LabContext, who: Who, what: What, reason: string): FlowClaim =>
    make(`${who === "prometheus" ? watch(ctx) : sandbox(ctx)}/${who}`, `${shop(ctx)}/${what}`, PORT, reason);
const gets = claim(open);
const not = claim(closed);

export const clusterPolicy: Lab = {
  id: "cluster-policy",
  title: "Cluster policies: who overrules whom",
  summary:
    "What an administrator denies, accepts or leaves to the teams, and what holds where no team has decided: ClusterNetworkPolicy in its two tiers, beside the policies of Kubernetes and Calico.",
  namespaces: {
    shop: "cluster-policy-shop",
    sandbox: "cluster-policy-sandbox",
    watch: "cluster-policy-watch",
  },
  clusterWide: true,
  needs: {
    calicoPolicy: true,
    other: ({ cni }) =>
      cni.dataplane === undefined
        ? {
            reason: "Calico is not this stack's: nothing says that the cluster serves ClusterNetworkPolicy",
            fix: "let the stack install Calico, or practise with: npm run labs -- play cluster-policy",
          }
        : undefined,
  },
  workloads,
  steps: [
    {
      id: "open",
      title: "No policy at all",
      aim: "Find the two tiers that Calico has for these policies, and see that everybody reaches the shop.",
      expect: (ctx) => [
        ...(["visitor", "auditor", "prometheus"] as const).flatMap((who) => [
          gets(ctx, who, "web", "nothing isolates the shop"),
          gets(ctx, who, "db", "nothing isolates the shop"),
        ]),
      ],
    },
    {
      id: "admin-denies",
      title: "The administrator denies",
      aim: "Keep the sandbox out of the shop, in tier Admin. The team then allows it in a policy of its own: who wins?",
      add: (ctx) => [noSandbox(ctx), webForAll(ctx)],
      expect: (ctx) => [
        not(ctx, "visitor", "web", "tier Admin denies before web-for-all is asked"),
        not(ctx, "visitor", "db", "tier Admin denies the whole sandbox"),
        gets(ctx, "prometheus", "web", "web-for-all names the namespace"),
        gets(ctx, "prometheus", "db", "nothing isolates db"),
      ],
    },
    {
      id: "baseline",
      title: "Where no team has decided",
      aim: "Close what no policy of a team is about, in tier Baseline. Where a team has decided, its word stands.",
      add: (ctx) => [baseline(ctx)],
      expect: (ctx) => [
        gets(ctx, "prometheus", "web", "web-for-all allows it, so the baseline is not asked"),
        not(ctx, "prometheus", "db", "no NetworkPolicy selects db: the baseline denies"),
        not(ctx, "visitor", "web", "tier Admin denies, as before"),
      ],
    },
    {
      id: "admin-accepts",
      title: "The administrator accepts",
      aim: "The team closes db for everybody. Let monitoring ask all the same, in tier Admin.",
      add: (ctx) => [dbForNobody(ctx), monitoring(ctx)],
      expect: (ctx) => [
        gets(ctx, "prometheus", "db", "tier Admin accepts before db-for-nobody is asked"),
        gets(ctx, "prometheus", "web", "tier Admin accepts"),
        not(ctx, "visitor", "db", "tier Admin denies the sandbox"),
      ],
    },
    {
      id: "admin-passes",
      title: "The administrator leaves it to the team",
      aim: "One pod of the sandbox is to be judged by the shop's team alone: Pass, before the Deny.",
      add: (ctx) => [auditor(ctx)],
      expect: (ctx) => [
        gets(ctx, "auditor", "web", "passed on, and web-for-all allows it"),
        not(ctx, "auditor", "db", "passed on, and db-for-nobody isolates db"),
        not(ctx, "visitor", "web", "no Pass is about visitor"),
      ],
    },
    {
      id: "calico-beside",
      title: "Calico's policies beside them",
      aim: "A GlobalNetworkPolicy of Calico's denies web to all, at order 10 of tier default. Say first whom it stops.",
      add: (ctx) => [calicos(ctx)],
      expect: (ctx) => [
        gets(ctx, "prometheus", "web", "accepted in tier kube-admin, which is asked before tier default"),
        not(ctx, "auditor", "web", "passed on to tier default, where order 10 goes before the team's 1000"),
        gets(ctx, "prometheus", "db", "the policy is about web"),
      ],
    },
  ],
};
