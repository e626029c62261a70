import type { Problem } from "../../../kube/problems";
import type { IngressConfig } from "../ingress-config";
import { labelProblem } from "../../../routing/routes/object-names";
import { albChecks, existingChecks, type Refuse } from "./other-controllers";
import type { ControllerPlan, IngressFacts } from "./types";

/** Combinations that cannot work, each with its reason. */
export function checkController(config: IngressConfig, plan: ControllerPlan, facts: IngressFacts): Problem[] {
  const found: Problem[] = [];
  const refuse = (when: boolean, path: string, value: unknown, message: string, fix: string) => {
    if (when) found.push({ path: `ingress.${path}`, value, message, fix });
  };
  existingChecks(config, plan, facts, refuse);
  albChecks(config, plan, facts, refuse);
  if (plan.existing !== undefined || plan.alb !== undefined) return found;
  loadBalancerChecks(plan, facts, refuse);
  addressChecks(config, plan, refuse);
  podChecks(plan, facts, refuse);
  const name = labelProblem(plan.className);
  refuse(name !== undefined, "className", plan.className, name ?? "", "use a DNS label, as labs");
  const { image } = plan;
  refuse(
    image !== undefined && image.digest === undefined && /^(latest|main|master|stable)$/.test(image.tag),
    "image.tag",
    image?.tag,
    "can point to another image tomorrow",
    "name a release, or add the digest",
  );
  return found;
}

/** What must be said before the archived controller stands in the internet; a plan alone opens nothing. */
export function openToAll({ loadBalancer: lb, upstream, existing }: ControllerPlan): Problem | undefined {
  if (lb === undefined || lb.servedBy === "provided" || lb.scheme === "internal") return undefined;
  if (lb.sourceRanges.length > 0 || !upstream || existing !== undefined) return undefined;
  return {
    path: "ingress.loadBalancer.sourceRanges",
    message:
      "the whole internet would reach an ingress-nginx that gets no fixes any more (archived March 2026)",
    fix: "your own addresses (curl https://checkip.amazonaws.com, with /32), ingress.loadBalancer.scheme: internal, a maintained fork, or [0.0.0.0/0] if you mean it",
  };
}

function loadBalancerChecks(plan: ControllerPlan, facts: IngressFacts, refuse: Refuse): void {
  const lb = plan.loadBalancer;
  refuse(
    plan.expose === "load-balancer" && facts.loadBalancer === "none",
    "expose",
    plan.expose,
    "nothing serves a Service of type LoadBalancer here: `up` would wait for its address until it gives up",
    "use host-ports or node-ports",
  );
  refuse(
    lb?.scheme === "internet-facing" && facts.isolated === true,
    "loadBalancer.scheme",
    "internet-facing",
    "the network has no public subnets, and nothing on the internet reaches it",
    "use internal",
  );
  refuse(
    lb?.targetType === "ip" && !facts.cni.podsRoutable,
    "loadBalancer.targetType",
    "ip",
    "pods have addresses that the network around the nodes does not know, so a load balancer cannot send to them",
    "use instance",
  );
  refuse(
    lb?.targetType === "ip" && lb.servedBy === "aws-in-tree",
    "loadBalancer.targetType",
    "ip",
    "the in-tree controller knows instance targets only",
    "use instance, or the AWS Load Balancer Controller",
  );
  refuse(
    lb?.servedBy === "provided" && lb.scheme === "internal",
    "loadBalancer.scheme",
    "internal",
    "how the cluster's own load balancer is kept internal is not known here: it might be public",
    "use node-ports, or limit it by loadBalancer.sourceRanges",
  );
}

/** Ways to keep the client's address that defeat each other. */
function addressChecks(config: IngressConfig, plan: ControllerPlan, refuse: Refuse): void {
  const lb = plan.loadBalancer;
  const proxy = plan.proxyProtocol;
  refuse(
    proxy && plan.expose !== "load-balancer",
    "proxyProtocol",
    true,
    `nothing in front speaks proxy protocol with ${plan.expose}: nginx would answer every request with 400`,
    "set it to false",
  );
  refuse(
    proxy && lb?.servedBy === "aws-in-tree",
    "proxyProtocol",
    true,
    "the in-tree controller switches proxy protocol on for classic load balancers only",
    "use the AWS Load Balancer Controller, or externalTrafficPolicy Local",
  );
  refuse(
    proxy && lb?.servedBy === "provided",
    "proxyProtocol",
    true,
    "whether the cluster's own load balancer speaks proxy protocol is not known",
    "use externalTrafficPolicy Local",
  );
  refuse(
    proxy && lb?.targetType === "instance" && plan.externalTrafficPolicy === "Local",
    "externalTrafficPolicy",
    "Local",
    "health checks of instance targets arrive with a proxy header that kube-proxy's health port does not understand",
    "use Cluster: with proxy protocol the address is kept either way",
  );
  refuse(
    config.externalTrafficPolicy !== undefined && lb?.targetType === "ip",
    "externalTrafficPolicy",
    config.externalTrafficPolicy,
    "ip targets do not pass kube-proxy, so it changes nothing",
    "leave it out",
  );
  refuse(
    config.externalTrafficPolicy !== undefined && plan.expose === "host-ports",
    "externalTrafficPolicy",
    config.externalTrafficPolicy,
    "host ports do not pass kube-proxy, so it changes nothing",
    "leave it out",
  );
  refuse(
    config.loadBalancer.sourceRanges.length > 0 && plan.expose !== "load-balancer",
    "loadBalancer.sourceRanges",
    config.loadBalancer.sourceRanges,
    `limits a load balancer, and there is none with ${plan.expose}: the port would stay open to all`,
    "leave it out, or use load-balancer",
  );
}

function podChecks(plan: ControllerPlan, facts: IngressFacts, refuse: Refuse): void {
  refuse(
    !plan.hostNetwork && !facts.controlPlaneReachesPods,
    "hostNetwork",
    false,
    "the API server cannot reach pods here, so its calls to the admission webhook would time out and no Ingress could be made",
    "leave it out, or set it to true",
  );
  refuse(
    plan.expose === "host-ports" && plan.replicas > 1,
    "replicas",
    plan.replicas,
    "two pods cannot hold the same port of the one node whose ports are open on your machine",
    "use 1",
  );
  refuse(plan.replicas < 1, "replicas", plan.replicas, "is fewer than one", "use 1 or more");
  const { nodePorts } = plan;
  for (const side of ["http", "https"] as const) {
    const port = nodePorts?.[side];
    refuse(
      port !== undefined && (port < 30000 || port > 32767),
      `nodePorts.${side}`,
      port,
      "is no NodePort",
      "choose from 30000 to 32767",
    );
  }
  refuse(
    nodePorts !== undefined && nodePorts.http === nodePorts.https,
    "nodePorts.https",
    nodePorts?.https,
    "is the port of HTTP as well",
    "choose another",
  );
}
