import type { Problem } from "../../../kube/problems";
import { CONTROLLER } from "../../../routing/ingress-site";
import type { IngressConfig } from "../ingress-config";
import { charts } from "../../versions";
import { checkController } from "./checks";
import { controllerNotes } from "./notes";
import { balancerPlan, onMachine, type Exposure, type IngressFacts } from "../../ingress-settings";
import type { ControllerPlan } from "./types";

/** Plans the controller for a cluster. Nothing is made; whatever cannot work is told, all at once. */
export function planController(
  config: IngressConfig,
  facts: IngressFacts,
  defaultCertificate = false,
  redirect = true,
): { plan: ControllerPlan; problems: Problem[]; notes: string[] } {
  const plan: ControllerPlan =
    config.controller === "alb"
      ? albPlan(config, redirect)
      : { ...decide(config, facts), defaultCertificate };
  return { plan, problems: checkController(config, plan, facts), notes: controllerNotes(config, plan) };
}

/** Nothing runs in the cluster for it but the controller that is there. */
function albPlan(config: IngressConfig, redirect: boolean): ControllerPlan {
  const { scheme, sourceRanges } = config.loadBalancer;
  return {
    alb: { scheme, sourceRanges, certificateArns: config.certificateArns, redirect },
    className: config.className,
    expose: "load-balancer",
    hostNetwork: true,
    kind: "Deployment",
    replicas: 0,
    proxyProtocol: false,
    metrics: false,
    chart: upstreamChart(),
    upstream: true,
    defaultCertificate: false,
    ports: { http: 80, https: 443 },
  };
}

function decide(config: IngressConfig, facts: IngressFacts): Omit<ControllerPlan, "defaultCertificate"> {
  const expose = config.expose ?? defaultExposure(facts);
  const hostNetwork = config.hostNetwork ?? !facts.controlPlaneReachesPods;
  // Where two pods would want the same port of a node there is one pod on each node.
  const kind = hostNetwork && expose !== "host-ports" ? "DaemonSet" : "Deployment";
  const policy = trafficPolicy(config, expose);
  return {
    ...(config.controller === "existing" ? { existing: config.existing ?? CONTROLLER } : {}),
    className: config.className,
    expose,
    hostNetwork,
    kind,
    replicas: config.replicas ?? (expose === "host-ports" ? 1 : Math.min(2, Math.max(1, facts.workers))),
    ...(policy === undefined ? {} : { externalTrafficPolicy: policy }),
    proxyProtocol: config.proxyProtocol,
    ...(expose === "load-balancer" ? balancerPlan(config, facts) : {}),
    ...(expose === "node-ports" ? { nodePorts: config.nodePorts } : {}),
    ...(expose === "host-ports" && facts.hostPortNodes !== undefined
      ? { nodeSelector: facts.hostPortNodes }
      : {}),
    metrics: config.metrics,
    ...(config.hsts === undefined ? {} : { hsts: config.hsts }),
    ...(config.image === undefined ? {} : { image: config.image }),
    chart: config.chart ?? upstreamChart(),
    upstream: config.chart === undefined && config.image === undefined,
    ports: clientPorts(config, expose, facts),
  };
}

function upstreamChart() {
  const { chart, version, repository } = charts["ingress-nginx"];
  return { name: chart, version, repository };
}

function defaultExposure(facts: IngressFacts): Exposure {
  if (onMachine(facts, 80) !== undefined || onMachine(facts, 443) !== undefined) return "host-ports";
  return facts.loadBalancer === "none" ? "node-ports" : "load-balancer";
}

/**
 * Local keeps the client's address past kube-proxy. With proxy protocol the load balancer sends it along instead;
 * ip targets do not pass kube-proxy at all.
 */
function trafficPolicy(config: IngressConfig, expose: Exposure): "Local" | "Cluster" | undefined {
  if (config.externalTrafficPolicy !== undefined) return config.externalTrafficPolicy;
  if (expose === "host-ports") return undefined;
  if (expose === "load-balancer") {
    if (config.loadBalancer.targetType === "ip") return undefined;
    return config.proxyProtocol ? "Cluster" : "Local";
  }
  return "Cluster";
}

function clientPorts(
  config: IngressConfig,
  expose: Exposure,
  facts: IngressFacts,
): { http: number; https: number } {
  if (expose === "load-balancer") return { http: 80, https: 443 };
  const on = expose === "node-ports" ? config.nodePorts : { http: 80, https: 443 };
  return { http: onMachine(facts, on.http) ?? on.http, https: onMachine(facts, on.https) ?? on.https };
}
