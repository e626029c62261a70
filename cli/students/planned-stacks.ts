import { openToAll } from "../../components/ingress-nginx/controller/checks";
import { quotaNeeds } from "../../components/eks/plan/quota-needs";
import { quotaFindings, sumNeeds, type QuotaNeeds } from "../../components/eks/plan/quotas";
import type { PlannedStack } from "../../stacks/config/class-config";
import type { RawConfig } from "../../stacks/config/load-config";
import { ProblemsError, type Problem } from "../../kube/problems";
import { stackCost, type StackCost } from "../../stacks/stack-cost";
import { acmeFindings } from "../../components/tls/plan/acme-limits";
import { gatewayCertificates, siteGateway } from "../../routing/gateway/site-gateway";
import { askedCertificates } from "../../routing/secrets";
import { plannedGateway } from "../../stacks/gateway-hosts";
import { objectsOfAllSteps } from "../../stacks/lab-objects";
import { PROJECT, planStack, type StackPlan } from "../../stacks/stack-plan";

/**
 * The stacks as the program would plan them: the shape of each kind cluster, prices, and what is wrong; the same for many
 * students is reported once.
 */
export function planStacks(planned: ReadonlyMap<string, PlannedStack>): {
  shapes: Map<string, string>;
  /** Plans of kind clusters. */
  onKind: StackPlan[];
  /** Of those that cost by the hour. */
  costs: Map<string, StackCost>;
  problems: Problem[];
  /** What holds for all of them together. */
  warnings: string[];
} {
  const problems = new Map<string, Problem>();
  const shapes = new Map<string, string>();
  const onKind: StackPlan[] = [];
  const costs = new Map<string, StackCost>();
  const needs = new Map<string, QuotaNeeds[]>();
  const certificates = new Map<string, { count: number; domain: string; name: string }>();
  const acme: string[] = [];
  const add = (name: string, p: Problem): void => {
    const key = JSON.stringify([p.path, p.message]);
    if (!problems.has(key)) problems.set(key, { ...p, path: `config of ${name}: ${p.path}` });
  };
  for (const [name, { config }] of planned) {
    try {
      const plan = planStack(name, rawConfigOf(config));
      const nginx = plan.ingress?.controller;
      const open = nginx === undefined ? undefined : openToAll(nginx);
      if (open !== undefined) add(name, open);
      const { target } = plan;
      const issuer = plan.ingress?.tls.issuer ?? "none";
      const before = certificates.get(issuer)?.count ?? 0;
      const domain = plan.config.dns.zoneName ?? plan.facts.baseDomain;
      certificates.set(issuer, { count: before + certificatesOf(plan), domain, name });
      const cost = stackCost(plan, new Date());
      if (cost !== undefined) costs.set(name, cost);
      if (target.kind === "eks" && target.cluster !== undefined) {
        const { region } = target.cluster.place;
        needs.set(region, [...(needs.get(region) ?? []), quotaNeeds(target.cluster)]);
      }
      if (target.kind === "kind") {
        shapes.set(name, target.cluster.fingerprint);
        onKind.push(plan);
      }
    } catch (e) {
      if (!(e instanceof ProblemsError)) throw e;
      for (const p of e.problems) add(name, p);
    }
  }
  for (const [issuer, { count, domain, name }] of certificates) {
    const found = acmeFindings(issuer, count, domain);
    for (const p of found.problems) add(name, p);
    acme.push(...found.warnings);
  }
  const warnings = [...needs].flatMap(([region, all]) =>
    quotaFindings(sumNeeds(all)).warnings.map((w) => `${all.length} stacks in ${region}: ${w}`),
  );
  warnings.push(...acme);
  return { shapes, onKind, costs, problems: [...problems.values()], warnings };
}

/** Config without the project's name, as the program is handed it. */
export const rawConfigOf = (config: Readonly<Record<string, unknown>>): RawConfig =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      `${PROJECT}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );

/** Certificates that a stack asks for at any step of its labs, and for its Gateway. */
function certificatesOf({ labs, ingress }: StackPlan): number {
  const site = ingress && plannedGateway(ingress);
  const hosts = site?.gateway?.hosts ?? [];
  const beside = site === undefined ? [] : [siteGateway(site, hosts), ...gatewayCertificates(site, hosts)];
  const asked = askedCertificates([...objectsOfAllSteps(labs), ...beside]);
  return new Set(asked.map(({ namespace, secret }) => `${namespace}/${secret}`)).size;
}
