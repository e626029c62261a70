import { allowDns } from "../../policies/baselines";
import { namespaceNamed, networkPolicy, pods, podsIn, tcp, udp } from "../../policies/kubernetes/policy";
import { closed, lookups, open } from "../flow";
import type { Recipe } from "./recipe";

/** Whom a pod may call: Kubernetes policies with Egress. */
export const egressRecipes: readonly Recipe[] = [
  {
    id: "dns-only",
    title: "Let pods ask DNS, and nothing else",
    aim: "Pods of shop may look up names, by UDP and TCP, and open no other connection.",
    policy: (at) => allowDns(at.shop, "dns-only"),
    claims: (at) => [
      ...lookups("allow", at.web, "dns-only names CoreDNS, port 53, both protocols"),
      closed(at.web, at.db, 5432, "dns-only isolates what pods of shop call"),
      open(at.client, at.web, 8080, "who is called is not isolated: there is no Ingress"),
    ],
    mistake: {
      says: "UDP alone works until an answer does not fit into a packet. Then the client asks again by TCP, and waits for nothing.",
      policy: (at) =>
        networkPolicy({
          name: "dns-only",
          namespace: at.shop,
          egress: [
            { to: [podsIn(namespaceNamed("kube-system"), { "k8s-app": "kube-dns" })], ports: [udp(53)] },
          ],
        }),
      breaks: 1,
    },
  },
  {
    id: "call-one",
    title: "Let a workload call one other",
    aim: "web may call api on port 8080, by its name, and nothing else.",
    policy: (at) =>
      networkPolicy({
        name: "call-one",
        namespace: at.shop,
        pods: { app: "web" },
        egress: [
          { to: [pods({ app: "api" })], ports: [tcp(8080)] },
          ...(allowDns(at.shop).spec.egress ?? []),
        ],
      }),
    claims: (at) => [
      ...lookups("allow", at.web, "without a lookup no name is called"),
      open(at.web, at.api, 8080, "call-one names api"),
      closed(at.web, at.db, 5432, "call-one isolates what web calls"),
    ],
    mistake: {
      says: "The rule for api alone is right and does not help: the name of its Service is looked up first, and that lookup is egress as well.",
      policy: (at) =>
        networkPolicy({
          name: "call-one",
          namespace: at.shop,
          pods: { app: "web" },
          egress: [{ to: [pods({ app: "api" })], ports: [tcp(8080)] }],
        }),
      breaks: 0,
    },
  },
  {
    id: "range-with-exception",
    title: "A range of addresses with an exception",
    aim: "web may call 203.0.113.0/24, but not its upper half, and nothing else.",
    policy: (at) =>
      networkPolicy({
        name: "range-with-exception",
        namespace: at.shop,
        pods: { app: "web" },
        egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }] }],
      }),
    claims: (at) => [
      open(at.web, "203.0.113.0/25", 443, "the lower half is in the range"),
      closed(at.web, "203.0.113.128/25", 443, "the upper half is the exception"),
      closed(at.web, at.db, 5432, "pods are in no range that is named"),
    ],
    mistake: {
      says: "An exception holds for its own `ipBlock` only. A second item that covers it lets it in again: rules add up, none takes away.",
      policy: (at) =>
        networkPolicy({
          name: "range-with-exception",
          namespace: at.shop,
          pods: { app: "web" },
          egress: [
            { to: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }] },
            { to: [{ ipBlock: { cidr: "203.0.0.0/16" } }] },
          ],
        }),
      breaks: 1,
    },
  },
  {
    id: "api-server",
    title: "Let a pod call the API server",
    aim: "batch is an operator: it may call the API server and look up names. On a cluster of kubeadm the API server listens on 6443, at a provider's on 443.",
    policy: (at) =>
      networkPolicy({
        name: "api-server",
        namespace: at.neighbours,
        pods: { app: "batch" },
        egress: [{ ports: [tcp(443), tcp(6443)] }, ...(allowDns(at.neighbours).spec.egress ?? [])],
      }),
    claims: (at) => [
      ...(at.apiServer
        ? [open(at.batch, "kube-system/kube-apiserver", 6443, "the Service's port 443 becomes 6443 first")]
        : []),
      ...lookups("allow", at.batch, "the second rule names CoreDNS"),
      closed(at.batch, at.web, 8080, "8080 is neither port"),
    ],
    mistake: {
      says: "`kubernetes.default` has port 443, but that is the Service's. On kubeadm's clusters the packet leaves for port 6443 of a node.",
      policy: (at) =>
        networkPolicy({
          name: "api-server",
          namespace: at.neighbours,
          pods: { app: "batch" },
          egress: [{ ports: [tcp(443)] }, ...(allowDns(at.neighbours).spec.egress ?? [])],
        }),
      breaks: 0,
    },
  },
];
