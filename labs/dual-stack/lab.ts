import type { ClusterFacts } from "../../kube/cluster-facts";
import { familiesIn } from "../../kube/ip";
import type { KubeObject } from "../../kube/objects";
import { calicoPolicy } from "../../policies/calico/policy";
import type { Rule } from "../../policies/calico/policy-types";
import { networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import { echo } from "../echo";
import { closed, open } from "../flow";
import { CURL, CURL_USER } from "../images";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, service } from "../workload";

/** Addresses for documentation (RFC 5737, RFC 3849): one visitor and one bad network, each by both families. */
const VISITOR = { 4: "198.51.100.10", 6: "2001:db8:1::10" } as const;
const THREATS = { 4: "203.0.113.0/24", 6: "2001:db8:bad::/48" } as const;

const ns = (ctx: LabContext): string => ctx.namespaces["families"] ?? "families";
const at = (ctx: LabContext, app: string): string => `${ns(ctx)}/${app}`;

function workloads(ctx: LabContext): KubeObject[] {
  const web = (name: string, spec: Record<string, unknown>): KubeObject =>
    service({
      name,
      namespace: ns(ctx),
      selector: { app: "web" },
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
      spec,
    });
  return [
    namespace(ns(ctx), "restricted"),
    echo({ name: "web", namespace: ns(ctx) }),
    deployment({
      name: "client",
      namespace: ns(ctx),
      image: CURL,
      user: CURL_USER,
      labels: { app: "client" },
      command: ["sleep", "infinity"],
    }),
    web("web", { ipFamilyPolicy: "PreferDualStack" }),
    web("web-v4", { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv4"] }),
    web("web-v6", { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv6"] }),
  ];
}

/** "Everybody", as people write it, and as it must be where both families are. */
const doors = (ctx: LabContext, cidrs: readonly string[]): KubeObject =>
  networkPolicy({
    name: "everybody",
    namespace: ns(ctx),
    pods: { app: "web" },
    ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [tcp(8080)] }],
  });

const denyThreats = (ctx: LabContext, nets: readonly string[]): KubeObject =>
  calicoPolicy({
    name: "deny-threats",
    namespace: ns(ctx),
    order: 100,
    selector: 'app == "client"',
    egress: [
      ...nets.map((net): Rule => ({ action: "Deny", destination: { nets: [net] } })),
      { action: "Allow" },
    ],
  });

const fromPods = (ctx: LabContext): KubeObject =>
  networkPolicy({
    name: "everybody",
    namespace: ns(ctx),
    pods: { app: "web" },
    ingress: [{ from: [pods({ app: "client" })], ports: [tcp(8080)] }],
  });

const ALL = ["0.0.0.0/0", "::/0"] as const;

const inside = (ctx: LabContext, reason: string): Claim =>
  open(at(ctx, "client"), at(ctx, "web"), 8080, reason);

const bothDoors = (ctx: LabContext): Claim[] => [
  open(VISITOR[4], at(ctx, "web"), 8080, "0.0.0.0/0 is every IPv4 address"),
  open(VISITOR[6], at(ctx, "web"), 8080, "::/0 is every IPv6 address"),
  inside(ctx, "pods have addresses of both families, and both are named"),
];

/** Whether pods get addresses of both families. */
function lacksFamilies({ podCidrs }: ClusterFacts): { reason: string; fix: string } | undefined {
  return familiesIn(podCidrs).length > 1
    ? undefined
    : {
        reason: "its pods need addresses of both families, IPv4 and IPv6",
        fix: "use the stack dual-stack, set kind.ipFamily to dual, or name both ranges in existing.podCidrs",
      };
}

export const dualStack: Lab = {
  id: "dual-stack",
  title: "Two families: IPv4 and IPv6 side by side, and the policies that forget one",
  summary:
    "Every pod has two addresses. Services of one family and of both, names with A and AAAA, and the classic hole: a rule that says everybody, or nobody, in IPv4 only.",
  namespaces: { families: "families" },
  clusterWide: false,
  needs: { calicoPolicy: true, other: lacksFamilies },
  workloads,
  steps: [
    {
      id: "families",
      title: "Two addresses for every pod",
      aim: "Find both addresses of a pod, the Services of each kind, and what a name resolves to.",
      expect: (ctx) => [
        inside(ctx, "nothing isolates web"),
        open(VISITOR[4], at(ctx, "web"), 8080, "nothing isolates web"),
        open(VISITOR[6], at(ctx, "web"), 8080, "nothing isolates web"),
      ],
    },
    {
      id: "forgotten-door",
      title: "Everybody, but by IPv4 only",
      aim: "A policy lets 0.0.0.0/0 in to web. Visitors by IPv6 get no answer: once a pod is isolated, it is in both families.",
      add: (ctx) => [doors(ctx, ["0.0.0.0/0"])],
      expect: (ctx) => [
        open(VISITOR[4], at(ctx, "web"), 8080, "0.0.0.0/0 is every IPv4 address"),
        closed(VISITOR[6], at(ctx, "web"), 8080, "no rule names an IPv6 address, and web is isolated"),
      ],
    },
    {
      id: "both-doors",
      title: "Both doors",
      aim: "Everybody is two ranges: add the other one.",
      add: (ctx) => [doors(ctx, ALL)],
      expect: bothDoors,
    },
    {
      id: "forgotten-list",
      title: "A list of bad addresses that forgets IPv6",
      aim: "client may call everything but 203.0.113.0/24. The same place by IPv6 stays open: a rule about IPv4 says nothing about IPv6.",
      add: (ctx) => [denyThreats(ctx, [THREATS[4]])],
      expect: (ctx) => [
        ...bothDoors(ctx),
        closed(at(ctx, "client"), THREATS[4], 443, "deny-threats denies the range"),
        open(at(ctx, "client"), THREATS[6], 443, "no rule of deny-threats names it, and the last one allows"),
      ],
    },
    {
      id: "whole-list",
      title: "The whole list",
      aim: "Deny the place by both families. A rule takes ranges of one family, so it is a second rule.",
      add: (ctx) => [denyThreats(ctx, [THREATS[4], THREATS[6]])],
      expect: (ctx) => [
        ...bothDoors(ctx),
        closed(at(ctx, "client"), THREATS[4], 443, "the first rule denies the range"),
        closed(at(ctx, "client"), THREATS[6], 443, "the second rule denies the range"),
        open(at(ctx, "client"), VISITOR[6], 443, "other addresses are in neither range"),
      ],
    },
    {
      id: "labels",
      title: "Labels have no family",
      aim: "Let only client into web, by its label: both families follow by themselves.",
      add: (ctx) => [fromPods(ctx)],
      expect: (ctx) => [
        inside(ctx, "client is chosen by its label, whatever address it uses"),
        closed(VISITOR[4], at(ctx, "web"), 8080, "only client is named"),
        closed(VISITOR[6], at(ctx, "web"), 8080, "only client is named"),
        closed(at(ctx, "client"), THREATS[6], 443, "deny-threats still stands"),
      ],
    },
  ],
};
