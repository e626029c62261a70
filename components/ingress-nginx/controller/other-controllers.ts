import type { IngressConfig } from "../ingress-config";
import type { IngressFacts, Refuse } from "../../ingress-settings";
import type { ControllerPlan } from "./types";

/** A controller that is there keeps its settings: what would change nothing is refused. */
export function existingChecks(
  config: IngressConfig,
  plan: ControllerPlan,
  facts: IngressFacts,
  refuse: Refuse,
): void {
  const there = plan.existing !== undefined;
  refuse(
    there && facts.owned,
    "controller",
    "existing",
    "this stack makes the cluster itself, so no controller is in it yet",
    "leave it out: ingress-nginx is installed",
  );
  refuse(
    !there && config.existing !== undefined,
    "existing",
    config.existing,
    "says where a controller is that is there already, and this stack installs its own",
    "set ingress.controller to existing, or leave it out",
  );
  const given = {
    ...nginxSettings(config),
    "loadBalancer.scheme": config.loadBalancer.scheme === "internal" ? "internal" : undefined,
    "loadBalancer.targetType": config.loadBalancer.targetType === "ip" ? "ip" : undefined,
    "loadBalancer.crossZone": config.loadBalancer.crossZone ? undefined : false,
    "loadBalancer.sourceRanges":
      config.loadBalancer.sourceRanges.length === 0 ? undefined : config.loadBalancer.sourceRanges,
  };
  for (const [key, value] of Object.entries(given))
    refuse(
      there && value !== undefined,
      key,
      value,
      "is a setting of the controller, which is not this stack's and stays as it is",
      "leave it out, or set it there yourself",
    );
}

const nginxSettings = (config: IngressConfig) => ({
  replicas: config.replicas,
  hsts: config.hsts,
  chart: config.chart,
  image: config.image,
  externalTrafficPolicy: config.externalTrafficPolicy,
  proxyProtocol: config.proxyProtocol || undefined,
});

export function albChecks(
  config: IngressConfig,
  plan: ControllerPlan,
  facts: IngressFacts,
  refuse: Refuse,
): void {
  const isAlb = plan.alb !== undefined;
  refuse(
    !isAlb && config.certificateArns.length > 0,
    "certificateArns",
    config.certificateArns,
    "are for an ALB, and nginx takes certificates from Secrets",
    "leave it out, or set ingress.controller to alb",
  );
  refuse(
    isAlb && facts.loadBalancer !== "aws-lbc",
    "controller",
    "alb",
    "Ingresses become an ALB by the AWS Load Balancer Controller, and this cluster has none",
    "an eks stack with eks.loadBalancer.controller aws-lbc",
  );
  refuse(
    isAlb && !facts.cni.podsRoutable,
    "controller",
    "alb",
    "an ALB sends to pods here, as the labs' Services have no node ports, and it does not know addresses of an overlay",
    "another eks.cni, or ingress-nginx",
  );
  refuse(
    plan.alb?.scheme === "internet-facing" && facts.isolated === true,
    "loadBalancer.scheme",
    "internet-facing",
    "the network has no public subnets, and nothing on the internet reaches it",
    "use internal",
  );
  const given = { ...nginxSettings(config), expose: config.expose, hostNetwork: config.hostNetwork };
  for (const [key, value] of Object.entries(given))
    refuse(
      isAlb && value !== undefined,
      key,
      value,
      "is a setting of nginx, and an ALB has none",
      "leave it out",
    );
}

/** Settings that a Gateway has not, where they are given. */
export const nginxOnly = (config: IngressConfig): Record<string, unknown> => ({
  hostNetwork: config.hostNetwork,
  metrics: config.metrics ? undefined : false,
  hsts: config.hsts,
  chart: config.chart,
  image: config.image,
  existing: config.existing,
  certificateArns: config.certificateArns.length === 0 ? undefined : config.certificateArns,
});
