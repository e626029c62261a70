import { planDns, type DnsPlan } from "../components/dns/plan/dns-plan";
import { planGateway } from "../components/gateway/plan/gateway-plan";
import type { GatewaySettings, GatewayPlan } from "../components/gateway/plan/types";
import { nginxOnly } from "../components/ingress-nginx/controller/other-controllers";
import { gatewayPods } from "../components/gateway/plan/gateway-pods";
import type { IngressConfig } from "../components/ingress-nginx/ingress-config";
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
  /** ingress-nginx, or an ALB; absent where a Gateway alone serves. */
  controller?: ControllerPlan;
  gateway?: GatewayPlan;
  tls: TlsPlan;
  dns: DnsPlan;
  /** What labs know of it. */
  site: IngressSite;
  /** The Gateway, where it stands beside nginx. */
  gatewaySite?: IngressSite;
}

type Sections = Pick<Config, "target" | "eks" | "ingress" | "tls" | "dns" | "labs" | "calico" | "gateway">;

/** Plans it where a lab or the config asks for it. */
export function planIngress(
  config: Sections,
  facts: ClusterFacts,
): { ingress?: IngressPlan; baseDomain: string; problems: Problem[]; notes: string[] } {
  const install = wantsIngress(config);
  const ingress = { ...config.ingress, controller: controllerOf(config) };
  const gateway = hasGateway(ingress.controller)
    ? planGateway(config.gateway, gatewaySettings(ingress), facts, config.calico.install)
    : undefined;
  const controller =
    ingress.controller === "gateway"
      ? undefined
      : planController(ingress, facts, config.tls.issuer === "own", config.tls.redirect);
  const alb = controller?.plan.alb;
  const entry = controller?.plan ?? gateway?.plan;
  const route53 = config.target === "eks";
  const dns = planDns(config.dns, facts, {
    expose: install ? entry?.expose : undefined,
    route53,
    internal: (alb ?? entry?.loadBalancer)?.scheme === "internal",
    both: [controller, gateway].every((part) => part?.plan.expose === "load-balancer"),
  });
  const tls = planTls(config.tls, facts, {
    baseDomain: dns.plan.baseDomain,
    zone: dns.plan.zone !== undefined,
    needed: install && someLab(config, "tls"),
    ingress: install,
    ...(alb === undefined ? {} : { acm: alb.certificateArns }),
    ownController: ingress.controller !== "existing",
    rights: route53 && hasPodIdentity(config),
  });
  const parts = [controller, gateway].flatMap((part) => part ?? []);
  const planned = [dns, tls, ...(install ? parts : [])];
  const problems = planned.flatMap((p) => p.problems);
  const { baseDomain } = dns.plan;
  if (!install) return { baseDomain, problems, notes: [] };
  const acm = alb?.certificateArns ?? [];
  const secured =
    acm.length > 0
      ? acmSite(config.tls.redirect)
      : siteTls(tls.plan, config.tls.redirect, config.dns.zone === "create");
  const shared = { baseDomain, ...(secured === undefined ? {} : { tls: secured }) };
  const sites = [
    ...(controller === undefined ? [] : [siteOfController(controller.plan, shared)]),
    ...(gateway === undefined ? [] : [siteOfGateway(gateway.plan, shared)]),
  ];
  const [site, gatewaySite] = sites;
  if (site === undefined) throw new Error("no ingress is planned");
  return {
    ingress: {
      ...(controller === undefined ? {} : { controller: controller.plan }),
      ...(gateway === undefined ? {} : { gateway: gateway.plan }),
      tls: tls.plan,
      dns: dns.plan,
      site,
      ...(gatewaySite === undefined ? {} : { gatewaySite }),
    },
    baseDomain,
    problems,
    notes: planned.flatMap((p) => p.notes),
  };
}

type Shared = Pick<IngressSite, "baseDomain" | "tls">;

const siteOfController = (plan: ControllerPlan, shared: Shared): IngressSite => ({
  ...(plan.alb === undefined ? {} : { kind: "alb" as const }),
  className: plan.className,
  ...shared,
  ports: plan.ports,
  controller: controllerPods(plan),
});

const siteOfGateway = (plan: GatewayPlan, shared: Shared): IngressSite => ({
  kind: "gateway",
  className: plan.className,
  gateway: { ...plan.place, hosts: [] },
  ...shared,
  ports: plan.ports,
  controller: gatewayPods(plan),
});

const gatewaySettings = (ingress: IngressConfig): GatewaySettings => ({
  ...ingress,
  beside: ingress.controller === "both",
  nginxOnly: nginxOnly(ingress),
});

/** Whether a Gateway serves routes, alone or beside ingress-nginx. */
export const hasGateway = (controller: IngressConfig["controller"] | undefined): boolean =>
  controller === "gateway" || controller === "both";

/** Who serves routes: as config says, or as the labs need it; ingress-nginx where nothing asks for another. */
export function controllerOf({
  ingress,
  labs,
}: {
  ingress: { controller?: IngressConfig["controller"] };
  labs: ChosenLabs;
}): IngressConfig["controller"] {
  if (ingress.controller !== undefined) return ingress.controller;
  const routed = needsOf({ labs }).filter((n) => n.ingress === true);
  const gateway = routed.some((n) => n.gateway === true);
  const nginx = routed.some((n) => n.gateway !== true || n.ingressNginx === true);
  if (!gateway) return "ingress-nginx";
  return nginx ? "both" : "gateway";
}

/** Load balancers in front of the ways in, that this stack brings. */
export function balancersOf(
  ingress: IngressPlan | undefined,
): { what: string; internetFacing: boolean; alb: boolean; sourceRanges: readonly string[]; own: boolean }[] {
  const { controller, gateway } = ingress ?? {};
  const one = (what: string, lb: { scheme: string; sourceRanges: readonly string[] } | undefined) => ({
    what,
    internetFacing: lb?.scheme !== "internal",
    sourceRanges: lb?.sourceRanges ?? [],
  });
  return [
    ...(controller?.expose === "load-balancer"
      ? [
          {
            ...one("the ingress controller", controller.alb ?? controller.loadBalancer),
            alb: controller.alb !== undefined,
            own: controller.existing === undefined,
          },
        ]
      : []),
    ...(gateway?.expose === "load-balancer"
      ? [{ ...one("the Gateway", gateway.loadBalancer), alb: false, own: true }]
      : []),
  ];
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

/** Labs by their key, each perhaps a copy of another. */
type ChosenLabs = Readonly<Record<string, { lab?: string }>>;

export const someLab = (config: { labs: ChosenLabs }, need: keyof LabNeeds): boolean =>
  needsOf(config).some((needs) => needs[need] === true);

const needsOf = (config: { labs: ChosenLabs }): LabNeeds[] =>
  Object.entries(config.labs).flatMap(
    ([instance, { lab }]) => labs.find((l) => l.id === (lab ?? instance))?.needs ?? [],
  );
