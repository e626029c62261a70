import type { ClusterFacts } from "../kube/cluster-facts";
import { planCalico, type CalicoPlan } from "../components/calico/plan/calico-plan";
import { offlineFacts } from "../components/eks/plan/aws-facts";
import type { AwsFacts } from "../components/eks/plan/aws-facts";
import type { ClusterReading } from "../components/existing/plan/described-cluster";
import { coverageProblems } from "../components/tls/plan/own";
import { mirrorableCharts, type Mirrors } from "../components/mirrors";
import { setText, versionSet, versionSets, type VersionSet } from "../components/versions";
import { labAt, type LabSelection } from "../labs/model";
import { ownsLoadBalancer } from "../kube/load-balancers";
import { openToAll } from "../components/ingress-nginx/controller/checks";
import { selectLabs } from "../labs/select";
import type { Problem } from "../kube/problems";
import { failOn, ProblemsError } from "../kube/problems";
import { loadConfig, type Loaded, type RawConfig } from "./config/load-config";
import { suggestion } from "../kube/schema-problems";
import type { Config } from "./config/stack-config";
import { calicoApiProblems } from "./calico-api";
import { eksRoom, type EksRoom } from "./eks-room";
import { ec2Site } from "./ec2-site";
import { eksSite } from "./eks-site";
import { existingSite, kindSite, type Site, type TargetPlan } from "./cluster-sites";
import { privateImages } from "./private-images";
import { balancersOf, planIngress, someLab, type IngressPlan } from "./ingress-plan";
import { listenerProblems, withGatewayHosts } from "./gateway-hosts";
import { hostsOfLabs } from "./lab-objects";
import { checkSections, withoutCalico } from "./section-checks";

/** All that is decided before a resource is made: plain data. */
export interface StackPlan {
  stack: string;
  clusterName: string;
  config: Config;
  versions: VersionSet;
  facts: ClusterFacts;
  target: TargetPlan;
  calico: CalicoPlan;
  /** Controller, certificates and names; absent where nothing asks for them. */
  ingress?: IngressPlan;
  labs: LabSelection[];
  /** What the nodes of an EKS cluster carry, against what the stack runs on them. */
  room?: EksRoom["room"];
  mirrors: Mirrors;
  /** What a reader should know, and what upstream has not tested. */
  notes: string[];
}

/** Name of the project in Pulumi.yaml; the namespace of its config keys. */
export const PROJECT = "k8s-network-labs";

/**
 * Plans a stack from its raw config, or throws every problem at once. Nothing is made here. `aws`: what is known of
 * AWS; offline, the tables of this project.
 */
export function planStack(
  stack: string,
  raw: RawConfig,
  aws: AwsFacts = offlineFacts,
  reading: ClusterReading = NOT_ASKED,
): StackPlan {
  const known = { aws, reading };
  const loaded = loadConfig(raw, PROJECT);
  if (loaded.config === undefined)
    return fail(stack, [...loaded.problems, ...problemsOfRest(stack, loaded, raw, known)]);
  return planConfig(stack, loaded.config, raw, known);
}

/** What is known beside the config: of AWS, and of a cluster that is there. */
interface Known {
  aws: AwsFacts;
  reading: ClusterReading;
}

const NOT_ASKED: ClusterReading = { kind: "not-asked" };

/** What else is wrong in the sections that could be read: all problems are reported at once. */
function problemsOfRest(
  stack: string,
  { rest, problems }: Loaded,
  raw: RawConfig,
  known: Known,
): readonly Problem[] {
  if (rest === undefined) return [];
  const broken = new Set(problems.map((p) => p.path.split(".")[0]));
  try {
    planConfig(stack, rest, raw, known);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.filter((p) => !broken.has(p.path.split(".")[0]));
  }
}

function planConfig(stack: string, given: Config, raw: RawConfig, { aws, reading }: Known): StackPlan {
  const problems: Problem[] = [];
  const config = withoutCalico(given);
  const versions = versionSet(config.kubernetes);
  if (versions === undefined) {
    const sets = versionSets
      .map((s) => `${setText(s)} with Calico ${s.calico}, ${s.calicoApi} CRDs`)
      .join(", ");
    problems.push({
      path: "kubernetes",
      value: config.kubernetes,
      message: "belongs to no version set",
      fix: `use one of the sets: ${sets}`,
    });
  }
  for (const key of Object.keys(config.mirrors.charts)) {
    if (!mirrorableCharts().includes(key))
      problems.push({
        path: `mirrors.charts.${key}`,
        message: "unknown chart",
        fix: suggestion(key, mirrorableCharts()),
      });
  }
  checkSections(PROJECT, config, raw, problems);
  const clusterName = config.clusterName ?? clusterNameOf(stack, problems);
  const set = versions ?? versionSets[0];
  const site = planTarget(stack, config, clusterName, set, problems, { aws, reading });
  const calico = planCalico(withObservability(config), site.calico, set, config.mirrors.calicoCrds);
  problems.push(...calico.problems);
  const known: ClusterFacts = { ...site.facts, cni: calico.plan.cni };
  const { ingress: planned, baseDomain, ...entry } = planIngress(config, known);
  const facts: ClusterFacts = {
    ...known,
    baseDomain,
    ...(planned?.controller?.alb === undefined ? {} : { albClass: planned.controller.className }),
  };
  const labs = selectLabs(config.labs, facts, planned?.site, planned?.gatewaySite);
  const ingress = planned && withGatewayHosts(planned, labs.selections);
  problems.push(...listenerProblems(ingress));
  problems.push(...entry.problems, ...labs.problems, ...calicoApiProblems(site.target, labs.selections));
  const open = ingress?.controller === undefined ? undefined : openToAll(ingress.controller);
  if (open !== undefined && aws.stage !== "offline") problems.push(open);
  const room =
    site.target.kind === "eks" && site.target.cluster !== undefined && labs.problems.length === 0
      ? eksRoom(
          { calico: calico.plan, labs: labs.selections, ...(ingress === undefined ? {} : { ingress }) },
          site.target.cluster,
          config.eks,
          aws,
        )
      : undefined;
  problems.push(...(room?.problems ?? []));
  const isolated =
    facts.isolated === true &&
    labs.problems.length === 0 &&
    site.target.kind === "eks" &&
    site.target.cluster !== undefined
      ? privateImages(
          {
            calico: calico.plan,
            labs: labs.selections,
            mirrors: config.mirrors,
            ...(ingress === undefined ? {} : { ingress }),
          },
          site.target.cluster,
        )
      : undefined;
  problems.push(...(isolated?.problems ?? []));
  if (ingress?.tls.issuer === "own")
    problems.push(...coverageProblems(ingress.tls.certificate, hostsOfLabs(labs.selections), baseDomain));
  if (problems.length > 0) return fail(stack, problems);
  const nginxHere = ingress?.controller !== undefined && ingress.controller.alb === undefined;
  return {
    stack,
    clusterName,
    config,
    versions: set,
    facts,
    target: site.target,
    calico: calico.plan,
    ...(ingress === undefined ? {} : { ingress }),
    labs: labs.selections,
    ...(room === undefined ? {} : { room: room.room }),
    mirrors: config.mirrors,
    notes: [
      // Of what the stack has not, nothing need be known.
      ...set.untested
        .filter((u) => nginxHere || !u.startsWith("ingress-nginx"))
        .map((u) => `not tested upstream: ${u}`),
      ...site.notes,
      ...calico.notes,
      ...(isolated?.notes ?? []),
      ...entry.notes,
      ...(open === undefined
        ? []
        : [`\`up\` refuses it, until ${open.path} says who may connect: ${open.message}`]),
      ...labs.notes,
      ...(room?.warnings ?? []),
      ...waitNotes(config, ingress, labs.selections, facts),
    ],
  };
}

/** Flow logs where the config, or a lab, asks for them. */
function withObservability({ calico, labs }: Config): Config["calico"] {
  const observability = calico.observability ?? (calico.install && someLab({ labs }, "observability"));
  return { ...calico, observability };
}

function waitNotes(
  { wait }: Config,
  ingress: IngressPlan | undefined,
  labs: readonly LabSelection[],
  facts: ClusterFacts,
): string[] {
  const balanced =
    balancersOf(ingress).some((b) => b.own) ||
    labs.some((l) => labAt(l).objects.some((o) => ownsLoadBalancer(o, facts)));
  return wait || !balanced
    ? []
    : [
        "wait false: what owns a load balancer is waited for all the same, else destroy would take its controller away first and leave the load balancer behind",
      ];
}

function fail(stack: string, problems: Problem[]): never {
  failOn(`The config of stack ${stack} cannot work; nothing was changed.`, problems);
  throw new Error("unreachable");
}

function planTarget(
  stack: string,
  config: Config,
  clusterName: string,
  versions: VersionSet,
  problems: Problem[],
  { aws, reading }: Known,
): Site {
  switch (config.target) {
    case "kind":
      return kindSite(config, clusterName, versions, problems);
    case "existing":
      return existingSite(config, reading, problems);
    case "eks": {
      const { planned, ...site } = eksSite(stack, clusterName, config, aws);
      problems.push(...planned.problems);
      return { ...site, target: { kind: "eks", cluster: planned.plan }, notes: planned.warnings };
    }
    case "ec2": {
      const { planned, ...site } = ec2Site(stack, clusterName, config, versions, aws);
      problems.push(...planned.problems);
      return { ...site, target: { kind: "ec2", cluster: planned.plan }, notes: planned.warnings };
    }
  }
}

/** `labs-<stack>`, as a DNS label of at most 40 characters: kind adds `-control-plane`, AWS its own prefixes. */
export function clusterNameOf(stack: string, problems: Problem[]): string {
  const name = stack.startsWith("labs-") ? stack : `labs-${stack}`;
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/-+$/, "");
  if (safe.length <= 40) return safe;
  problems.push({
    path: "clusterName",
    value: safe,
    message: "the stack's name gives a cluster name of more than 40 characters",
    fix: "set clusterName",
  });
  return safe.slice(0, 40);
}
