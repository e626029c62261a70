import type { DnsPlan } from "../components/dns/plan/dns-plan";
import type { ControllerPlan } from "../components/ingress-nginx/controller/types";
import type { TlsPlan } from "../components/tls/plan/tls-plan";
import { charts } from "../components/versions";
import type { GatewayPlan } from "../components/gateway/plan/types";
import { nlbAnnotations } from "../routing/nlb-annotations";
import { plannedGateway } from "./gateway-hosts";
import type { IngressPlan } from "./ingress-plan";

/** Controller, certificates and names, as lines for a reader. */
export function ingressSummary(plan: IngressPlan): string[] {
  const { controller, gateway } = plan;
  // An ALB has its certificates from ACM, and its own lines say so.
  const tls = controller?.alb === undefined ? tlsLines(plan.tls) : [];
  return [
    ...(controller === undefined ? [] : controllerLines(controller)),
    ...(gateway === undefined ? [] : gatewayLines(gateway, plannedGateway(plan)?.gateway?.hosts ?? [])),
    ...tls,
    ...dnsLines(plan.dns),
  ];
}

function gatewayLines(g: GatewayPlan, hosts: readonly string[]): string[] {
  const by = g.by === "calico" ? "Calico's operator" : `chart gateway-helm ${charts["gateway-helm"].version}`;
  const policy =
    g.externalTrafficPolicy === undefined ? "" : `, externalTrafficPolicy ${g.externalTrafficPolicy}`;
  const annotations =
    g.loadBalancer === undefined ? {} : nlbAnnotations({ ...g.loadBalancer, proxyProtocol: g.proxyProtocol });
  return [
    `Gateway ${g.place.namespace}/${g.place.name} by ${by}: class ${g.className}, ${g.expose}${policy}, ${g.replicas} pod(s)`,
    `open on ports ${g.ports.http} and ${g.ports.https}; HTTPS for ${hosts.length === 0 ? "no name" : hosts.join(", ")}`,
    ...Object.entries(annotations).map(([key, value]) => `  ${key}: ${value}`),
  ];
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
    ...dns.records.map(
      (name) =>
        `  ${name} A, alias to ${dns.gatewayWeight === undefined ? "the load balancer" : `ingress-nginx (${100 - dns.gatewayWeight} %) and the Gateway (${dns.gatewayWeight} %)`}`,
    ),
  ];
}
