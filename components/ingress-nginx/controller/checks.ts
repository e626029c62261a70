import type { Problem } from "../../../kube/problems";
import type { IngressConfig } from "../ingress-config";
import { labelProblem } from "../../../routing/routes/object-names";
import type { IngressFacts, Refuse } from "../../ingress-settings";
import { addressChecks, loadBalancerChecks, nodePortChecks } from "../../ingress-checks";
import { albChecks, existingChecks } from "./other-controllers";
import type { ControllerPlan } from "./types";

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
  nodePortChecks(plan.nodePorts, "nodePorts", refuse);
}
