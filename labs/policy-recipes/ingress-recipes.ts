import { defaultDeny } from "../../policies/baselines";
import {
  namespaceNamed,
  namespaces,
  networkPolicy,
  pods,
  podsIn,
  tcp,
} from "../../policies/kubernetes/policy";
import { closed, lookups, open } from "../flow";
import type { Places, Recipe } from "./recipe";

const WEB = { app: "web" };
const EVERYBODY = [{ ipBlock: { cidr: "0.0.0.0/0" } }, { ipBlock: { cidr: "::/0" } }];

/** What a policy for web lets in. */
const intoWeb = (
  at: Places,
  name: string,
  rule: NonNullable<Parameters<typeof networkPolicy>[0]["ingress"]>[number],
) => networkPolicy({ name, namespace: at.shop, pods: WEB, ingress: [rule] });

/** Who may call a pod: Kubernetes policies with Ingress. */
export const ingressRecipes: readonly Recipe[] = [
  {
    id: "deny-all",
    title: "Let nobody in",
    aim: "Isolate every pod of the namespace shop against connections from outside and inside; what its pods call is not touched.",
    policy: (at) => defaultDeny(at.shop, ["Ingress"], "deny-all"),
    claims: (at) => [
      closed(at.client, at.web, 8080, "deny-all isolates every pod of shop"),
      closed(at.web, at.api, 8080, "pods of the same namespace are others, too"),
      ...lookups("allow", at.web, "deny-all has no Egress, so what pods call is not isolated"),
    ],
    mistake: {
      says: "`ingress: [{}]` looks like an empty list. It is a list with one rule, and a rule without `from` lets everyone in.",
      policy: (at) => networkPolicy({ name: "deny-all", namespace: at.shop, ingress: [{}] }),
      breaks: 0,
    },
  },
  {
    id: "allow-one",
    title: "Let one workload in",
    aim: "Only web may call api, on port 8080.",
    policy: (at) =>
      networkPolicy({
        name: "allow-one",
        namespace: at.shop,
        pods: { app: "api" },
        ingress: [{ from: [pods(WEB)], ports: [tcp(8080)] }],
      }),
    claims: (at) => [
      open(at.web, at.api, 8080, "allow-one lets web in"),
      closed(at.db, at.api, 8080, "allow-one isolates api, and names web only"),
      closed(at.client, at.api, 8080, "allow-one isolates api, and names web only"),
    ],
    mistake: {
      says: "Caller and callee changed places. `spec.podSelector` names who is guarded, not who may call: now web is guarded, and api stands open.",
      policy: (at) =>
        networkPolicy({
          name: "allow-one",
          namespace: at.shop,
          pods: WEB,
          ingress: [{ from: [pods({ app: "api" })], ports: [tcp(8080)] }],
        }),
      breaks: 1,
    },
  },
  {
    id: "same-namespace",
    title: "Let the own namespace in",
    aim: "Pods of shop may call each other; nobody else may call them.",
    policy: (at) =>
      networkPolicy({ name: "same-namespace", namespace: at.shop, ingress: [{ from: [pods({})] }] }),
    claims: (at) => [
      open(at.web, at.db, 5432, "an empty podSelector means every pod of the policy's own namespace"),
      open(at.web, at.api, 8080, "an empty podSelector means every pod of the policy's own namespace"),
      closed(at.client, at.web, 8080, "client is in another namespace"),
    ],
    mistake: {
      says: "`namespaceSelector: {}` is every namespace of the cluster. The own namespace is `podSelector: {}`.",
      policy: (at) =>
        networkPolicy({ name: "same-namespace", namespace: at.shop, ingress: [{ from: [namespaces({})] }] }),
      breaks: 2,
    },
  },
  {
    id: "other-namespace",
    title: "Let another namespace in",
    aim: "Every pod of the namespace neighbours may call web on port 8080, and nobody else.",
    policy: (at) =>
      intoWeb(at, "other-namespace", {
        from: [namespaces(namespaceNamed(at.neighbours))],
        ports: [tcp(8080)],
      }),
    claims: (at) => [
      open(at.client, at.web, 8080, "the API server labels every namespace with its name"),
      open(at.batch, at.web, 8080, "batch is in that namespace as well"),
      closed(at.api, at.web, 8080, "api is in shop, which is not named"),
    ],
    mistake: {
      says: "A `podSelector` by itself looks in the policy's own namespace only. No pod of shop has the label `app: client`, and nothing is reported.",
      policy: (at) => intoWeb(at, "other-namespace", { from: [pods({ app: "client" })], ports: [tcp(8080)] }),
      breaks: 0,
    },
  },
  {
    id: "pod-of-a-namespace",
    title: "Let one workload of another namespace in",
    aim: "client of neighbours may call web on port 8080; batch, beside it, may not.",
    policy: (at) =>
      intoWeb(at, "pod-of-a-namespace", {
        from: [podsIn(namespaceNamed(at.neighbours), { app: "client" })],
        ports: [tcp(8080)],
      }),
    claims: (at) => [
      open(at.client, at.web, 8080, "namespace and label both match"),
      closed(at.batch, at.web, 8080, "batch has another label"),
      closed(at.api, at.web, 8080, "api is in another namespace"),
    ],
    mistake: {
      says: "One dash too many: two items are two ways in, either is enough. Both must match where they stand in one item.",
      policy: (at) =>
        intoWeb(at, "pod-of-a-namespace", {
          from: [namespaces(namespaceNamed(at.neighbours)), pods({ app: "client" })],
          ports: [tcp(8080)],
        }),
      breaks: 1,
    },
  },
  {
    id: "port-by-name",
    title: "A port by its name",
    aim: "neighbours may call web on its port http, whatever its number; the Service listens on 80.",
    policy: (at) =>
      intoWeb(at, "port-by-name", {
        from: [namespaces(namespaceNamed(at.neighbours))],
        ports: [tcp("http")],
      }),
    claims: (at) => [
      open(at.client, at.web, 8080, "the container calls its port 8080 http"),
      closed(at.api, at.web, 8080, "api is not in neighbours"),
    ],
    mistake: {
      says: "Port 80 is the Service's. Policies see a packet after the Service's translation, so they want the pod's port.",
      policy: (at) =>
        intoWeb(at, "port-by-name", { from: [namespaces(namespaceNamed(at.neighbours))], ports: [tcp(80)] }),
      breaks: 0,
    },
  },
  {
    id: "node-port",
    title: "Let everybody in through a node port",
    aim: "web has a node port. Let requests from outside of the cluster in, on one port, by IPv4 and IPv6, and pods of the cluster as well.",
    policy: (at) => intoWeb(at, "node-port", { from: EVERYBODY, ports: [tcp(8080)] }),
    claims: (at) => [
      open("internet", at.web, 8080, "every address may call web's port 8080"),
      open(at.client, at.web, 8080, "pods have addresses, too"),
      closed(at.client, at.web, 9090, "only port 8080 is named"),
    ],
    mistake: {
      says: "The node port itself never reaches the pod: 30081 is translated to 8080 before the policy is asked.",
      policy: (at) => intoWeb(at, "node-port", { from: EVERYBODY, ports: [tcp(30081)] }),
      breaks: 0,
    },
  },
  {
    id: "monitoring",
    title: "Let monitoring scrape every pod",
    aim: "Prometheus, in the namespace monitoring, may read port 9090 of every pod in shop; nothing else gets in.",
    policy: (at) =>
      networkPolicy({
        name: "monitoring",
        namespace: at.shop,
        ingress: [{ from: [namespaces(namespaceNamed(at.monitoring))], ports: [tcp(9090)] }],
      }),
    claims: (at) => [
      open(at.prometheus, at.exporter, 9090, "monitoring names that namespace and port"),
      closed(at.client, at.exporter, 9090, "client is in another namespace"),
      closed(at.prometheus, at.web, 8080, "only port 9090 is named"),
    ],
    mistake: {
      says: "`name: …` is a label that somebody must set on the namespace, and here nobody did. `kubernetes.io/metadata.name` is always there.",
      policy: (at) =>
        networkPolicy({
          name: "monitoring",
          namespace: at.shop,
          ingress: [{ from: [namespaces({ name: at.monitoring })], ports: [tcp(9090)] }],
        }),
      breaks: 0,
    },
  },
];
