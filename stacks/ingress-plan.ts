import { planDns, type DnsPlan } from "../components/dns/plan/dns-plan";
import type { ClusterFacts } from "../kube/cluster-facts";
import { controllerPods } from "../components/ingress-nginx/controller/controller-pods";
import { planController } from "../components/ingress-nginx/controller/controller-plan";
import type { ControllerPlan } from "../components/ingress-nginx/controller/types";
import type { IngressSite } from "../routing/ingress-site";
import { planTls, siteTls, type TlsPlan } from "../components/tls/plan/tls-plan";
import { labs } from "../labs/index";
import type { LabNeeds } from "../labs/model";
import type { Problem } from "../kube/problems";
import type { Config } from "./config/stack-config";

/** How requests get in from outside: controller, certificates, names; plain data. */
export interface IngressPlan {
  controller: ControllerPlan;
  tls: TlsPlan;
  dns: DnsPlan;
  /** What labs know of it. */
  site: IngressSite;
}

type Sections = Pick<Config, "target" | "eks" | "ingress" | "tls" | "dns" | "labs">;

/** Plans it where a lab or the config asks for it. */
export function planIngress(
  config: Sections,
  facts: ClusterFacts,
): { ingress?: IngressPlan; baseDomain: string; problems: Problem[]; notes: string[] } {
  const install = wantsIngress(config);
  const controller = planController(config.ingress, facts, config.tls.issuer === "own", config.tls.redirect);
  const route53 = config.target === "eks";
  const dns = planDns(config.dns, facts, {
    expose: install ? controller.plan.expose : undefined,
    route53,
    internal: (controller.plan.alb ?? controller.plan.loadBalancer)?.scheme === "internal",
  });
  const tls = planTls(config.tls, facts, {
    baseDomain: dns.plan.baseDomain,
    zone: dns.plan.zone !== undefined,
    needed: install && someLab(config, "tls"),
    ingress: install,
    ...(controller.plan.alb === undefined ? {} : { acm: controller.plan.alb.certificateArns }),
    ownController: config.ingress.controller !== "existing",
    rights: route53 && hasPodIdentity(config),
  });
  const planned = [dns, tls, ...(install ? [controller] : [])];
  const problems = planned.flatMap((p) => p.problems);
  const { baseDomain } = dns.plan;
  if (!install) return { baseDomain, problems, notes: [] };
  const acm = controller.plan.alb?.certificateArns ?? [];
  const secured =
    acm.length > 0
      ? acmSite(config.tls.redirect)
      : siteTls(tls.plan, config.tls.redirect, config.dns.zone === "create");
  const site: IngressSite = {
    ...(controller.plan.alb === undefined ? {} : { kind: "alb" as const }),
    className: controller.plan.className,
    baseDomain,
    ports: controller.plan.ports,
    controller: controllerPods(controller.plan),
    ...(secured === undefined ? {} : { tls: secured }),
  };
  const ingress = { controller: controller.plan, tls: tls.plan, dns: dns.plan, site };
  return { ingress, baseDomain, problems, notes: planned.flatMap((p) => p.notes) };
}

/** The load balancer's own certificates cover every name. */
const acmSite = (redirect: boolean): NonNullable<IngressSite["tls"]> => ({
  certificate: "default",
  redirect,
  awaited: false,
  trust: "certificates of ACM are trusted by browsers, if Amazon's authority gave them",
});

/** The agent that hands out rights is there for the load balancer controller. */
export function hasPodIdentity({ eks }: Pick<Config, "eks">): boolean {
  return eks.loadBalancer.controller === "aws-lbc" && eks.loadBalancer.identity === "pod-identity";
}

/** Whether the stack has an ingress controller: config says so, or a lab asks for it. */
export const wantsIngress = (config: Pick<Config, "ingress" | "labs">): boolean =>
  config.ingress.install ?? someLab(config, "ingress");

export function someLab(config: Pick<Config, "labs">, need: keyof LabNeeds): boolean {
  return Object.entries(config.labs).some(
    ([instance, { lab }]) => labs.find((l) => l.id === (lab ?? instance))?.needs[need] === true,
  );
}
