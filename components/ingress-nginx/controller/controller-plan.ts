import type { Problem } from "../../../kube/problems";
import { charts } from "../../versions";
import { checkController } from "./checks";
import { controllerNotes } from "./notes";
import type { ControllerPlan, Exposure, IngressFacts, IngressWish } from "./types";

/** Plans the controller for a cluster. Nothing is made; whatever cannot work is told, all at once. */
export function planController(
  wish: IngressWish,
  facts: IngressFacts,
  defaultCertificate = false,
): { plan: ControllerPlan; problems: Problem[]; notes: string[] } {
  const plan: ControllerPlan = { ...decide(wish, facts), defaultCertificate };
  return { plan, problems: checkController(wish, plan, facts), notes: controllerNotes(wish, plan) };
}

function decide(wish: IngressWish, facts: IngressFacts): Omit<ControllerPlan, "defaultCertificate"> {
  const expose = wish.expose ?? defaultExposure(facts);
  const hostNetwork = wish.hostNetwork ?? !facts.controlPlaneReachesPods;
  // Where two pods would want the same port of a node there is one pod on each node.
  const kind = hostNetwork && expose !== "host-ports" ? "DaemonSet" : "Deployment";
  const policy = trafficPolicy(wish, expose);
  return {
    className: wish.className,
    expose,
    hostNetwork,
    kind,
    replicas: wish.replicas ?? (expose === "host-ports" ? 1 : Math.min(2, Math.max(1, facts.workers))),
    ...(policy === undefined ? {} : { externalTrafficPolicy: policy }),
    proxyProtocol: wish.proxyProtocol,
    ...(expose === "load-balancer" && facts.loadBalancer !== "none"
      ? { loadBalancer: { ...wish.loadBalancer, servedBy: facts.loadBalancer } }
      : {}),
    ...(expose === "node-ports" ? { nodePorts: wish.nodePorts } : {}),
    ...(expose === "host-ports" && facts.hostPortNodes !== undefined
      ? { nodeSelector: facts.hostPortNodes }
      : {}),
    metrics: wish.metrics,
    ...(wish.hsts === undefined ? {} : { hsts: wish.hsts }),
    ...(wish.image === undefined ? {} : { image: wish.image }),
    chart: wish.chart ?? upstreamChart(),
    upstream: wish.chart === undefined && wish.image === undefined,
    ports: clientPorts(wish, expose, facts),
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
function trafficPolicy(wish: IngressWish, expose: Exposure): "Local" | "Cluster" | undefined {
  if (wish.externalTrafficPolicy !== undefined) return wish.externalTrafficPolicy;
  if (expose === "host-ports") return undefined;
  if (expose === "load-balancer") {
    if (wish.loadBalancer.targetType === "ip") return undefined;
    return wish.proxyProtocol ? "Cluster" : "Local";
  }
  return "Cluster";
}

const onMachine = (facts: IngressFacts, port: number) =>
  facts.hostPorts.find((p) => p.nodePort === port && p.protocol === "TCP")?.hostPort;

function clientPorts(
  wish: IngressWish,
  expose: Exposure,
  facts: IngressFacts,
): { http: number; https: number } {
  if (expose === "load-balancer") return { http: 80, https: 443 };
  const on = expose === "node-ports" ? wish.nodePorts : { http: 80, https: 443 };
  return { http: onMachine(facts, on.http) ?? on.http, https: onMachine(facts, on.https) ?? on.https };
}
