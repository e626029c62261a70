import { defaultAppPolicy, inNamespaces } from "../../policies/baselines";
import { networkPolicy, pods, tcp } from "../../policies/kubernetes/policy";
import type { KubeObject } from "../../kube/objects";
import { flow, lookups } from "../flow";
import type { Claim, FlowClaim, Lab, LabContext } from "../model";
import { clusterName, deployment, namespace, service, serviceAccount } from "../workload";

/** Images, ports, labels and accounts: tigera/ccol1 yaobank.yaml, without its pins to node names. */
const image = (app: string): string => `calico/yaobank-${app}:multiarch`;
const nsOf = (ctx: LabContext): string => ctx.namespaces["bank"] ?? "yaobank";

function workloads(ctx: LabContext): KubeObject[] {
  const ns = nsOf(ctx);
  const labels = (app: string): Record<string, string> => ({ app, version: "v1" });
  return [
    namespace(ns, "baseline"),
    serviceAccount("database", ns, { app: "yaobank" }),
    serviceAccount("summary", ns, { app: "yaobank", database: "reader" }),
    serviceAccount("customer", ns, { app: "yaobank", summary: "reader" }),
    deployment({
      name: "database",
      namespace: ns,
      image: image("database"),
      labels: labels("database"),
      serviceAccount: "database",
      port: 2379,
      command: ["etcd"],
      args: ["-advertise-client-urls", "http://database:2379", "-listen-client-urls", "http://0.0.0.0:2379"],
      // etcd refuses to start on arm64 without it; on amd64 it changes nothing.
      env: { ETCD_UNSUPPORTED_ARCH: "arm64" },
    }),
    service({
      name: "database",
      namespace: ns,
      selector: { app: "database" },
      ports: [{ port: 2379, name: "http" }],
    }),
    deployment({
      name: "summary",
      namespace: ns,
      image: image("summary"),
      labels: labels("summary"),
      serviceAccount: "summary",
      port: 80,
      replicas: 2,
    }),
    service({
      name: "summary",
      namespace: ns,
      selector: { app: "summary" },
      ports: [{ port: 80, name: "http" }],
    }),
    deployment({
      name: "customer",
      namespace: ns,
      image: image("customer"),
      labels: labels("customer"),
      serviceAccount: "customer",
      port: 80,
    }),
    service({
      name: "customer",
      namespace: ns,
      selector: { app: "customer" },
      type: "NodePort",
      ports: [{ port: 80, name: "http", ...(ctx.instance === "yaobank" ? { nodePort: 30180 } : {}) }],
    }),
  ];
}

const databasePolicy = (ns: string): KubeObject =>
  networkPolicy({
    name: "database-policy",
    namespace: ns,
    pods: { app: "database" },
    ingress: [{ from: [pods({ app: "summary" })], ports: [tcp(2379)] }],
    // `to: []` says the same: an empty list of peers means every peer.
    egress: [{}],
  });

const appPolicies = (ns: string): KubeObject[] => [
  networkPolicy({
    name: "customer-policy",
    namespace: ns,
    pods: { app: "customer" },
    ingress: [{ ports: [tcp(80)] }],
    egress: [{}],
  }),
  networkPolicy({
    name: "summary-policy",
    namespace: ns,
    pods: { app: "summary" },
    ingress: [{ from: [pods({ app: "customer" })], ports: [tcp(80)] }],
    egress: [{ to: [pods({ app: "database" })], ports: [tcp(2379)] }],
  }),
];

function claim(
  ctx: LabContext,
  from: string,
  to: string,
  port: number,
  verdict: "allow" | "deny",
  reason: string,
): FlowClaim {
  const at = (name: string): string =>
    ["customer", "summary", "database"].includes(name) ? `${nsOf(ctx)}/${name}` : name;
  return flow(verdict, at(from), at(to), port, reason);
}

const asksDns = (ctx: LabContext, app: string, reason: string): Claim[] =>
  lookups("allow", `${nsOf(ctx)}/${app}`, reason);

/** The application's own chain, which no step may break (DNS apart). */
const chain = (ctx: LabContext): Claim[] => [
  claim(ctx, "internet", "customer", 80, "allow", "customer is the bank's web page"),
  claim(ctx, "customer", "summary", 80, "allow", "customer asks summary"),
  claim(ctx, "summary", "database", 2379, "allow", "summary reads the database"),
];

const guardedDatabase = (ctx: LabContext): Claim[] => [
  claim(ctx, "customer", "database", 2379, "deny", "database-policy lets only summary in"),
  claim(ctx, "summary", "database", 80, "deny", "database-policy opens 2379 and no other port"),
];

const guardedApp = (ctx: LabContext): Claim[] => [
  claim(ctx, "database", "summary", 80, "deny", "summary-policy lets only customer in"),
  claim(
    ctx,
    "summary",
    "customer",
    80,
    "deny",
    "summary-policy lets summary open connections to the database only",
  ),
];

const policyName = (ctx: LabContext): string => clusterName(ctx.instance, "yaobank", "default-app-policy");

export const yaobank: Lab = {
  id: "yaobank",
  title: "YAO Bank: least privilege for a three-tier application",
  summary:
    "A bank of three services. Guard the database, then each tier, then deny by default, and find out why the bank then cannot find itself.",
  namespaces: { bank: "yaobank" },
  clusterWide: false,
  needs: { calicoPolicy: true, hostPorts: [30180] },
  workloads,
  links: (ctx) => {
    const p = ctx.facts.hostPorts.find((h) => h.nodePort === 30180);
    return p === undefined || ctx.instance !== "yaobank"
      ? []
      : [{ title: "the bank", url: `http://localhost:${p.hostPort}` }];
  },
  steps: [
    {
      id: "open",
      title: "Everything is open",
      aim: "See the bank work, and see that the customer pod reaches the database, which it never needs to.",
      expect: (ctx) => [
        ...chain(ctx),
        claim(ctx, "customer", "database", 2379, "allow", "nothing isolates the database"),
        claim(ctx, "database", "customer", 80, "allow", "nothing isolates customer"),
      ],
    },
    {
      id: "database",
      title: "Guard the database",
      aim: "Only summary may reach the database, and only on 2379.",
      add: (ctx) => [databasePolicy(nsOf(ctx))],
      expect: (ctx) => [...chain(ctx), ...guardedDatabase(ctx)],
    },
    {
      id: "least-privilege",
      title: "Guard customer and summary",
      aim: "Each tier accepts only the tier before it.",
      add: (ctx) => appPolicies(nsOf(ctx)),
      expect: (ctx) => [
        ...chain(ctx),
        ...guardedDatabase(ctx),
        ...guardedApp(ctx),
        ...asksDns(ctx, "customer", "customer-policy lets customer open any connection"),
      ],
    },
    {
      id: "default-deny",
      title: "Deny by default, for the whole namespace",
      aim: "One GlobalNetworkPolicy isolates every pod of the bank, also those that come later. Pods keep what their own policies allow, and only that: a policy that says nothing of egress lets its pods call nobody now.",
      add: (ctx) => [
        defaultAppPolicy({ name: policyName(ctx), namespaceSelector: inNamespaces([nsOf(ctx)]) }),
      ],
      expect: (ctx) => [
        ...chain(ctx),
        ...guardedDatabase(ctx),
        ...guardedApp(ctx),
        ...asksDns(ctx, "customer", "customer may open any connection, and nothing isolates kube-system"),
      ],
    },
    {
      id: "allow-dns",
      title: "Allow DNS",
      aim: "Names must resolve for anything to work: let every pod of the bank ask CoreDNS, by UDP and TCP.",
      add: (ctx) => [
        defaultAppPolicy({ name: policyName(ctx), namespaceSelector: inNamespaces([nsOf(ctx)]), dns: true }),
      ],
      expect: (ctx) => [
        ...chain(ctx),
        ...guardedDatabase(ctx),
        ...guardedApp(ctx),
        ...asksDns(ctx, "summary", "default-app-policy lets every pod of the bank ask DNS"),
        ...asksDns(ctx, "customer", "customer may open any connection"),
      ],
    },
  ],
};
