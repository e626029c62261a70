import type { IngressSettings, ExposurePlan, IngressFacts, Refuse } from "./ingress-settings";

/** What may serve the load balancer. */
export function loadBalancerChecks(
  plan: Pick<ExposurePlan, "loadBalancer" | "expose">,
  facts: IngressFacts,
  refuse: Refuse,
): void {
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
export function addressChecks(
  config: IngressSettings,
  plan: Pick<ExposurePlan, "loadBalancer" | "expose" | "externalTrafficPolicy">,
  refuse: Refuse,
): void {
  const lb = plan.loadBalancer;
  const proxy = config.proxyProtocol;
  refuse(
    proxy && plan.expose !== "load-balancer",
    "proxyProtocol",
    true,
    `nothing in front speaks proxy protocol with ${plan.expose}: every request would be refused`,
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

/** Two different ports of the range that Services have. */
export function nodePortChecks(nodePorts: ExposurePlan["nodePorts"], path: string, refuse: Refuse): void {
  for (const side of ["http", "https"] as const) {
    const port = nodePorts?.[side];
    refuse(
      port !== undefined && (port < 30000 || port > 32767),
      `${path}.${side}`,
      port,
      "is no NodePort",
      "choose from 30000 to 32767",
    );
  }
  refuse(
    nodePorts !== undefined && nodePorts.http === nodePorts.https,
    `${path}.https`,
    nodePorts?.https,
    "is the port of HTTP as well",
    "choose another",
  );
}
