import type { DnsPlan } from "../components/dns/plan/dns-plan";
import type { ControllerPlan } from "../components/ingress-nginx/controller/types";
import type { TlsPlan } from "../components/tls/plan/tls-plan";
import { charts } from "../components/versions";
import { nlbAnnotations } from "../routing/nlb-annotations";

/** Controller, certificates and names, as lines for a reader. */
export function ingressSummary(plan: { controller: ControllerPlan; tls: TlsPlan; dns: DnsPlan }): string[] {
  // An ALB has its certificates from ACM, and its own lines say so.
  const tls = plan.controller.alb === undefined ? tlsLines(plan.tls) : [];
  return [...controllerLines(plan.controller), ...tls, ...dnsLines(plan.dns)];
}

function controllerLines(c: ControllerPlan): string[] {
  if (c.alb !== undefined)
    return [
      `one Application Load Balancer, ${c.alb.scheme}, of the Ingresses of class ${c.className}; targets are pods`,
      c.alb.certificateArns.length === 0
        ? "listens on 80: no certificate of ACM is named (ingress.certificateArns)"
        : `listens on 80 and 443 with ${c.alb.certificateArns.length} certificate(s) of ACM${c.alb.redirect ? "; 80 redirects, for every host" : ""}`,
    ];
  if (c.existing !== undefined)
    return [
      `the ingress-nginx that is there: class ${c.className}, ${c.expose}, Service ${c.existing.namespace}/${c.existing.name}${c.hostNetwork ? ", on the host network" : ""}`,
      `reached on ports ${c.ports.http} and ${c.ports.https}`,
    ];
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
        tls.manager.how === "existing"
          ? `  by the cert-manager that is there, in namespace ${tls.manager.namespace}`
          : `  cert-manager ${charts["cert-manager"].version}, its webhook on port ${tls.webhook.port}${tls.webhook.hostNetwork ? " of the host network" : ""}`,
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
