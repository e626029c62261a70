import type { ControllerPods } from "../../../routing/ingress-site";
import { NGINX_PORTS } from "../../node-ports";
import { WEBHOOK_PORT, type ControllerPlan } from "./types";

/** The controller's pods, as the chart (4.15.1, templates/controller-*.yaml) makes them from the plan's values. */
export function controllerPods(plan: ControllerPlan): ControllerPods {
  // Requests come from the load balancer's own addresses, which no selector finds.
  if (plan.alb !== undefined) return { kind: plan.kind, hostNetwork: true, outside: true, ports: {} };
  return {
    kind: plan.kind,
    hostNetwork: plan.hostNetwork,
    ports: {
      http: ownHttpPort(plan) ?? 80,
      https: ownHttpsPort(plan) ?? 443,
      ...(plan.metrics ? { metrics: 10254 } : {}),
      webhook: WEBHOOK_PORT,
    },
    ...(plan.existing === undefined ? {} : { place: plan.existing }),
  };
}

/**
 * On the nodes of a cloud port 80 may be taken: the EKS Pod Identity agent listens there on a link-local address of the
 * host, and nginx, which listens on all addresses, would not start (EKS guide, how EKS Pod Identity works). Behind a
 * load balancer the port is nobody's business.
 */
export function ownHttpPort(plan: ControllerPlan): number | undefined {
  return plan.hostNetwork && plan.expose === "load-balancer" ? 8880 : undefined;
}

/**
 * Where clients reach HTTPS on another port (two clusters on one laptop, node ports), nginx listens on that very port
 * inside its pod: it is the only port that it can name in a redirect. Undefined where it cannot, or need not.
 */
export function ownHttpsPort(plan: ControllerPlan): number | undefined {
  const { https } = plan.ports;
  const elsewhere = https !== 443 && !plan.hostNetwork && !(https in NGINX_PORTS);
  return plan.expose !== "load-balancer" && elsewhere ? https : undefined;
}
