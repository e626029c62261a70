import type { KubeObject } from "../../kube/objects";
import { flow, lookups, open } from "../flow";
import { BUSYBOX, NETSHOOT, WHOAMI } from "../images";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, NOBODY, service } from "../workload";
import { corpDns, dnsAddresses, stubResolver, type DnsAddresses } from "./dns";

const ns = (ctx: LabContext) => ({
  payroll: ctx.namespaces["payroll"] ?? "payroll",
  office: ctx.namespaces["office"] ?? "office",
  corp: ctx.namespaces["corp"] ?? "corp",
});

const WEB = { app: "web" };

const webService = (ctx: LabContext, name: string, spec: Record<string, unknown> = {}): KubeObject =>
  service({
    name,
    namespace: ns(ctx).payroll,
    selector: WEB,
    ports: [{ port: 80, name: "http" }],
    spec,
  });

function workloads(ctx: LabContext): KubeObject[] {
  const n = ns(ctx);
  return [
    namespace(n.payroll, "restricted"),
    namespace(n.office, "restricted"),
    namespace(n.corp, "restricted"),
    deployment({
      name: "web",
      namespace: n.payroll,
      image: WHOAMI,
      user: NOBODY,
      labels: WEB,
      port: 80,
      portName: "http",
      replicas: 3,
    }),
    webService(ctx, "web-service"),
    deployment({
      name: "client",
      namespace: n.office,
      image: NETSHOOT,
      user: NOBODY,
      labels: { app: "client" },
      command: ["sleep", "infinity"],
    }),
  ];
}

/** Selection has checked that the addresses are known. */
const addresses = (ctx: LabContext): DnsAddresses =>
  dnsAddresses(ctx.facts.serviceCidr) ?? { resolver: "10.96.0.53", corp: "10.96.0.54" };

/** A pod that the cluster's DNS does not serve: it asks the lab's resolver, with the search list written out. */
const remoteWorker = (ctx: LabContext): KubeObject =>
  deployment({
    name: "remote-worker",
    namespace: ns(ctx).office,
    image: BUSYBOX,
    user: NOBODY,
    labels: { app: "remote-worker" },
    command: ["sleep", "infinity"],
    pod: {
      dnsPolicy: "None",
      dnsConfig: {
        nameservers: [addresses(ctx).resolver],
        searches: [`${ns(ctx).office}.svc.cluster.local`, "svc.cluster.local", "cluster.local"],
        options: [{ name: "ndots", value: "5" }],
      },
    },
  });

const base = (ctx: LabContext): Claim[] => {
  const n = ns(ctx);
  return [
    open(`${n.office}/client`, `${n.payroll}/web`, 80, "no policy isolates the web pods"),
    ...lookups("allow", `${n.office}/client`, "every pod may ask the cluster's DNS"),
  ];
};

const fromOutside = (ctx: LabContext): Claim =>
  open(
    "internet",
    `${ns(ctx).payroll}/web`,
    80,
    "no policy isolates the web pods, and NodePorts lead to them",
  );

const corpFlows = (ctx: LabContext): Claim[] => {
  const n = ns(ctx);
  return [
    flow("allow", `${n.office}/client`, `${n.corp}/corp-dns`, 53, "no policy isolates the server", "UDP"),
  ];
};

export const servicesAndDns: Lab = {
  id: "services-and-dns",
  title: "Services and DNS: how a name becomes a pod",
  summary:
    "The kinds of Service and what kube-proxy makes of them, the records that CoreDNS answers with, and a zone and a stub domain of your own beside the cluster's DNS.",
  namespaces: { payroll: "payroll", office: "office", corp: "corp" },
  clusterWide: false,
  needs: {
    kubeProxy: true,
    other: ({ serviceCidr }) =>
      dnsAddresses(serviceCidr) !== undefined
        ? undefined
        : serviceCidr === undefined
          ? {
              reason: "its DNS servers need fixed addresses, and the range of Services is not known",
              fix: "set existing.serviceCidr",
            }
          : {
              reason: `its DNS servers need fixed addresses, and the range of Services ${serviceCidr} is smaller than a /25`,
              fix: "use a cluster with a larger range",
            },
  },
  workloads,
  steps: [
    {
      id: "cluster-ip",
      title: "ClusterIP: one address for three pods",
      aim: "Call a Service by each form of its name, and find the rules that stand for it on a node.",
      expect: base,
    },
    {
      id: "node-port",
      title: "NodePort: the same Service on every node",
      aim: "Reach the pods from outside the cluster, and see whose address they see.",
      add: (ctx) => [webService(ctx, "web-nodeport", { type: "NodePort" })],
      expect: (ctx) => [...base(ctx), fromOutside(ctx)],
    },
    {
      id: "headless",
      title: "Headless: the pods themselves",
      aim: "Ask for a Service without an address of its own: DNS answers with one record for each pod.",
      add: (ctx) => [webService(ctx, "web-headless", { clusterIP: "None" })],
      expect: base,
    },
    {
      id: "external-name",
      title: "ExternalName: an alias in DNS",
      aim: "Give another name a local one; no rule and no address stand behind it, only a CNAME.",
      add: (ctx) => [
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "salaries", namespace: ns(ctx).office },
          spec: {
            type: "ExternalName",
            externalName: `web-service.${ns(ctx).payroll}.svc.cluster.local`,
          },
        },
      ],
      expect: base,
    },
    {
      id: "session-affinity",
      title: "Session affinity: always the same pod",
      aim: "Make a Service remember its callers by their address, and find out when that does not help.",
      add: (ctx) => [
        webService(ctx, "web-sticky", {
          sessionAffinity: "ClientIP",
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
        }),
      ],
      expect: base,
    },
    {
      id: "custom-zone",
      title: "A zone of your own",
      aim: "Run a CoreDNS that answers for corp.example, and ask it directly: the cluster's DNS knows nothing of it.",
      add: (ctx) => corpDns(ns(ctx).corp, addresses(ctx)),
      expect: (ctx) => [...base(ctx), ...corpFlows(ctx)],
    },
    {
      id: "stub-domain",
      title: "A stub domain",
      aim: "A resolver sends corp.example to that server and everything else to the cluster's DNS; a pod uses it for all its names.",
      add: (ctx) => [...stubResolver(ns(ctx).corp, addresses(ctx)), remoteWorker(ctx)],
      expect: (ctx) => {
        const n = ns(ctx);
        return [
          ...base(ctx),
          ...corpFlows(ctx),
          flow(
            "allow",
            `${n.office}/remote-worker`,
            `${n.corp}/resolver`,
            53,
            "remote-worker asks the lab's resolver",
            "UDP",
          ),
          flow(
            "allow",
            `${n.corp}/resolver`,
            `${n.corp}/corp-dns`,
            53,
            "the stub domain goes to corp-dns",
            "UDP",
          ),
          ...lookups("allow", `${n.corp}/resolver`, "everything else goes to the cluster's DNS"),
        ];
      },
    },
  ],
};
