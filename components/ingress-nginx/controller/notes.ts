import { NGINX_PORTS } from "../../node-ports";
import type { IngressConfig } from "../ingress-config";
import type { ControllerPlan } from "./types";

/** What a reader of the plan must know about the controller. */
export function controllerNotes(config: IngressConfig, plan: ControllerPlan): string[] {
  if (plan.existing !== undefined) return [EXISTING];
  if (plan.alb !== undefined) return [ALB_NOTE];
  const notes = [plan.upstream ? RETIRED : forkNote(config, plan)];
  if (plan.kind === "DaemonSet" && config.replicas !== undefined) {
    notes.push("ingress.replicas is not used: on the host network one pod runs on every node");
  }
  if (
    plan.expose !== "load-balancer" &&
    plan.ports.https !== 443 &&
    (plan.hostNetwork || plan.ports.https in NGINX_PORTS)
  ) {
    notes.push(
      `clients reach HTTPS on port ${plan.ports.https}, which nginx cannot name in a redirect here: choose another port, or open the https:// links by hand`,
    );
  }
  return [...notes, ...balancerNotes(plan)];
}

/** Rules of a security group by default; the load balancer controller writes one for each range and port. */
const RULES = 60;

function balancerNotes({ expose, loadBalancer: lb, proxyProtocol }: ControllerPlan): string[] {
  if (expose !== "load-balancer" || lb === undefined || lb.servedBy === "provided") return [];
  const notes: string[] = [];
  if (lb.scheme === "internal" && lb.targetType === "instance" && !proxyProtocol) {
    notes.push(
      "internal load balancer with instance targets: a pod or node that calls it, and that it sends back to the same node, gets no answer, as the client's address is kept; ingress.loadBalancer.targetType ip sends to pods without it",
    );
  }
  const rules = lb.sourceRanges.length * 2;
  if (rules > RULES) {
    notes.push(
      `${lb.sourceRanges.length} source ranges on two ports are ${rules} rules of a security group, and AWS gives ${RULES} unless the quota "Inbound or outbound rules per security group" is raised; fewer, larger ranges do as well`,
    );
  }
  return notes;
}

const ALB_NOTE =
  "ingress.controller alb: answers are foretold by the rules that the AWS Load Balancer Controller is known to make (its source of April 2026); no ALB was seen";

const EXISTING =
  "the ingress controller is not this stack's: its own settings (ConfigMap, flags, default certificate) are not read, and answers are foretold as those of ingress-nginx 1.15.1 with its defaults";

/** That upstream has not tested the Kubernetes version stands with the version sets (components/versions.ts). */
const RETIRED =
  "ingress-nginx is retired (archived March 2026) and its nginx 1.27.1 keeps CVE-2026-42945 for good: for labs only; docs/ingress.md says how to use a maintained fork";

function forkNote(config: IngressConfig, plan: ControllerPlan): string {
  const what = config.chart === undefined ? [] : [`chart ${plan.chart.name} ${plan.chart.version}`];
  if (config.image !== undefined) what.push(`image ${config.image.repository}:${config.image.tag}`);
  return `ingress runs ${what.join(" and ")}, which this project has not tested`;
}
