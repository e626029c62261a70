import { netOf } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import { GATEWAY } from "../../../routing/gateway/site-gateway";
import { balancerPlan, onMachine } from "../../ingress-settings";
import type { GatewayConfig } from "../gateway-config";
import { checkGateway } from "./checks";
import type { GatewaySettings, GatewayFacts, GatewayPlan } from "./types";

/**
 * Plans the stack's Gateway.
 * @param calico whether this stack installs Calico
 */
export function planGateway(
  config: GatewayConfig,
  settings: GatewaySettings,
  facts: GatewayFacts,
  calico: boolean,
): { plan: GatewayPlan; problems: Problem[]; notes: string[] } {
  const plan = decide(config, settings, facts, calico);
  return {
    plan,
    problems: checkGateway(config, settings, plan, facts, calico),
    notes: notesOf(settings, plan, facts),
  };
}

function decide(
  config: GatewayConfig,
  settings: GatewaySettings,
  facts: GatewayFacts,
  calico: boolean,
): GatewayPlan {
  const { nodePorts } = config;
  const mapped = onMachine(facts, nodePorts.http) !== undefined;
  const usual = facts.loadBalancer !== "none" && !mapped ? "load-balancer" : "node-ports";
  const wish = settings.beside || settings.expose === "host-ports" ? undefined : settings.expose;
  const expose = wish ?? usual;
  const balanced = expose === "load-balancer";
  const proxyProtocol = balanced && settings.proxyProtocol;
  const policy = trafficPolicy(settings, balanced, proxyProtocol);
  const reached = facts.controlPlaneReachesPods;
  const family = ipFamily(facts);
  return {
    by: config.installedBy ?? (calico && reached && family !== "IPv6" ? "calico" : "chart"),
    className: settings.className,
    place: GATEWAY,
    expose,
    replicas: settings.replicas ?? Math.min(2, Math.max(1, facts.workers)),
    ...(policy === undefined ? {} : { externalTrafficPolicy: policy }),
    proxyProtocol,
    ...(balanced ? balancerPlan(settings, facts) : {}),
    ...(balanced ? {} : { nodePorts }),
    ...(family === undefined ? {} : { ipFamily: family }),
    webhook: reached,
    ports: balanced
      ? { http: 80, https: 443 }
      : {
          http: onMachine(facts, nodePorts.http) ?? nodePorts.http,
          https: onMachine(facts, nodePorts.https) ?? nodePorts.https,
        },
  };
}

/** Local keeps the client's address past kube-proxy; Envoy Gateway's own choice, which node ports on a laptop defeat. */
function trafficPolicy(
  config: GatewaySettings,
  balanced: boolean,
  proxyProtocol: boolean,
): "Local" | "Cluster" | undefined {
  if (!balanced) return "Cluster";
  if (config.externalTrafficPolicy !== undefined) return config.externalTrafficPolicy;
  if (config.loadBalancer.targetType === "ip") return undefined;
  return proxyProtocol ? "Cluster" : "Local";
}

/** Without it the proxies listen on IPv4 alone (Envoy Gateway 1.8, listener.go). */
function ipFamily({ podCidrs }: GatewayFacts): GatewayPlan["ipFamily"] {
  const families = new Set(podCidrs.map((c) => netOf(c).family));
  if (!families.has(6)) return undefined;
  return families.has(4) ? "DualStack" : "IPv6";
}

function notesOf(settings: GatewaySettings, plan: GatewayPlan, facts: GatewayFacts): string[] {
  const lb = plan.loadBalancer;
  const open = lb !== undefined && lb.servedBy !== "provided" && lb.scheme === "internet-facing";
  const unmapped =
    facts.hostPortNodes !== undefined &&
    plan.expose === "node-ports" &&
    onMachine(facts, plan.nodePorts?.http ?? 0) === undefined;
  return [
    ...(open && lb.sourceRanges.length === 0
      ? [
          "the Gateway's load balancer is open to the whole internet; ingress.loadBalancer.sourceRanges says who may connect",
        ]
      : []),
    ...(unmapped
      ? [
          `node ports ${plan.nodePorts?.http ?? 0} and ${plan.nodePorts?.https ?? 0} of the Gateway are not open on your machine: add them to kind.portMappings (this replaces the cluster)`,
        ]
      : []),
    ...(settings.beside && facts.loadBalancer.startsWith("aws")
      ? [
          "names lead to ingress-nginx; the Gateway has a load balancer of its own (output gatewayLoadBalancer)",
        ]
      : []),
    ...(plan.ipFamily === "DualStack" && plan.by === "calico"
      ? [
          "the Gateway answers on IPv4 only: Calico's operator has no field for the families of its proxies; gateway.installedBy chart listens on both",
        ]
      : []),
  ];
}
