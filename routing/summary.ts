import type { KubeObject } from "../kube/objects";
import type { TlsPlan } from "../components/tls/plan/tls-plan";
import { charts } from "../components/versions";
import type { DnsPlan } from "../components/dns/plan/dns-plan";
import type { Strategy } from "./canary/canary";
import { nlbAnnotations } from "../components/ingress-nginx/controller/nlb";
import type { ControllerPlan } from "../components/ingress-nginx/controller/types";
import { CATCH_ALL, readTable, upstreamKey, type Location, type Upstream } from "./nginx/table";

/** Controller, certificates and names, as lines for a reader. */
export function ingressSummary(plan: { controller: ControllerPlan; tls: TlsPlan; dns: DnsPlan }): string[] {
  return [...controllerLines(plan.controller), ...tlsLines(plan.tls), ...dnsLines(plan.dns)];
}

function controllerLines(c: ControllerPlan): string[] {
  const pods = c.kind === "DaemonSet" ? "one pod on every node" : `${c.replicas} pod(s)`;
  const policy =
    c.externalTrafficPolicy === undefined ? "" : `, externalTrafficPolicy ${c.externalTrafficPolicy}`;
  const annotations =
    c.loadBalancer === undefined ? {} : nlbAnnotations({ ...c.loadBalancer, proxyProtocol: c.proxyProtocol });
  return [
    `${c.chart.name} ${c.chart.version}: class ${c.className}, ${c.expose}${policy}, ${pods}${c.hostNetwork ? " on the host network" : ""}`,
    `open on ports ${c.ports.http} and ${c.ports.https}; metrics ${c.metrics ? "on" : "off"}; HSTS ${c.hsts === undefined ? "off" : `${c.hsts.maxAge} s`}`,
    ...Object.entries(annotations).map(([key, value]) => `  ${key}: ${value}`),
  ];
}

function tlsLines(tls: TlsPlan): string[] {
  switch (tls.issuer) {
    case "none":
      return ["certificates: none"];
    case "own":
      return ["certificates: your own, for every name"];
    default:
      return [
        `certificates: ${tls.issuer === "self-signed" ? "an authority of this cluster's own (output caCertificate)" : `Let's Encrypt by DNS-01 (${tls.server})`}`,
        `  cert-manager ${charts["cert-manager"].version}, its webhook on port ${tls.webhook.port}${tls.webhook.hostNetwork ? " of the host network" : ""}`,
      ];
  }
}

function dnsLines(dns: DnsPlan): string[] {
  const zone = dns.zone === undefined ? "" : `, Route 53 zone ${dns.zone.name} (${dns.zone.how})`;
  return [
    `names: *.${dns.baseDomain}${zone}`,
    ...dns.records.map((name) => `  ${name} A, alias to the load balancer`),
  ];
}

/** One path of one host, and who answers. */
export interface RouteLine {
  url: string;
  type: string;
  to: string;
  rewrite?: string;
  /** Where a canary takes its share. */
  canary?: { to: string; rule: string };
}

/** Routes of a lab, read from its Ingress objects as the controller reads them. */
export function routeLines(objects: readonly KubeObject[], className: string): RouteLine[] {
  const table = readTable(objects, className);
  return [...table.servers].flatMap(([host, server]) =>
    server.locations.flatMap((l) => {
      if (l.upstream === undefined) return [];
      const canary = table.canaries.get(upstreamKey(l.upstream));
      return [
        {
          url: `${server.tls ? "https" : "http"}://${host === CATCH_ALL ? "*" : host}${l.path}`,
          type: l.isDefault ? "default backend" : typeText(l),
          to: upstreamText(l.upstream),
          ...(l.rewrite === undefined ? {} : { rewrite: l.rewrite }),
          ...(canary === undefined
            ? {}
            : { canary: { to: upstreamText(canary.upstream), rule: strategyText(canary.strategy) } }),
        },
      ];
    }),
  );
}

const typeText = (l: Location): string => (l.type === "ImplementationSpecific" ? "Regex" : l.type);
const upstreamText = (u: Upstream): string => `${u.namespace}/${u.service}:${u.port}`;

/** A strategy in nginx's order. */
export function strategyText({ header, cookie, weight }: Strategy): string {
  const rules: string[] = [];
  if (header?.value !== undefined) rules.push(`header ${header.name}: ${header.value}`);
  else if (header?.pattern !== undefined) rules.push(`header ${header.name} like ${header.pattern}`);
  else if (header !== undefined) rules.push(`header ${header.name}: always or never`);
  if (cookie !== undefined) rules.push(`cookie ${cookie.name}`);
  if (weight !== undefined) rules.push(`${weight.weight} of ${Math.max(100, weight.total ?? 100)}`);
  return rules.join(", then ");
}
