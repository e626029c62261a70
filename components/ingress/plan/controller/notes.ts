import { HOST_PORTS, type ControllerPlan, type IngressFacts, type IngressWish } from "./types";

/** Newest Kubernetes minor that upstream tested 1.15.1 with (its README's table). */
const TESTED = { from: 31, to: 35 };

/** What a reader of the plan must know about the controller. */
export function controllerNotes(wish: IngressWish, plan: ControllerPlan, facts: IngressFacts): string[] {
  const notes = [...(plan.upstream ? upstreamNotes(facts) : [forkNote(wish, plan)])];
  if (plan.kind === "DaemonSet" && wish.replicas !== undefined) {
    notes.push("ingress.replicas is not used: on the host network one pod runs on every node");
  }
  if (
    plan.expose === "host-ports" &&
    plan.ports.https !== 443 &&
    (plan.hostNetwork || plan.ports.https in HOST_PORTS)
  ) {
    notes.push(
      `HTTPS is on port ${plan.ports.https} of your machine, which nginx cannot name in a redirect (it uses that port itself): choose another hostPort, or open the https:// links by hand`,
    );
  }
  return notes;
}

function upstreamNotes(facts: IngressFacts): string[] {
  const minor = Number(facts.kubernetes.split(".")[1]);
  return [
    "ingress-nginx is retired (archived March 2026) and its nginx 1.27.1 keeps CVE-2026-42945 for good: for labs only; docs/ingress.md says how to use a maintained fork",
    ...(minor >= TESTED.from && minor <= TESTED.to
      ? []
      : [
          `ingress-nginx 1.15.1 was tested by upstream with Kubernetes 1.${TESTED.from} to 1.${TESTED.to}, not with ${facts.kubernetes}`,
        ]),
  ];
}

function forkNote(wish: IngressWish, plan: ControllerPlan): string {
  const what = wish.chart === undefined ? [] : [`chart ${plan.chart.name} ${plan.chart.version}`];
  if (wish.image !== undefined) what.push(`image ${wish.image.repository}:${wish.image.tag}`);
  return `ingress runs ${what.join(" and ")}, which this project has not tested`;
}
