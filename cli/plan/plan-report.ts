import { operatorSummary } from "../../components/calico/plan/specs";
import { WEAVE } from "../../components/versions";
import { ec2Summary, type Ec2Summary } from "../../components/ec2/plan/ec2-summary";
import { eksSummary, type EksSummary } from "../../components/eks/plan/eks-summary";
import { ingressSummary } from "../../stacks/ingress-summary";
import { labAt, type LabSelection } from "../../labs/model";
import { ambientOf, type Ambient } from "../../labs/prediction/ambient";
import { predictedState } from "../../labs/prediction/state";
import { checkIntents, UNKNOWN, type Checked, type Intent } from "../../packages/reach/src";
import { KNOWN_LATER } from "./known-later";
import { checkAll } from "../../policies/guardrails";
import { subjects } from "../../policies/guardrails/registered";
import type { Violation } from "../../policies/guardrails/rule";
import type { KubeObject } from "../../kube/objects";
import { clusterObjects, registeredObjects } from "../../stacks/offline/registered-objects";
import type { OfflineRun } from "../../stacks/offline/run-offline";
import type { Registered } from "../../stacks/offline/registration";
import { stackCost, type StackCost } from "../../stacks/stack-cost";
import type { StackPlan } from "../../stacks/stack-plan";
import { buildCommands, type BuildCommands } from "./build-command";
import { labFlows, stackFlows, type LabFlows } from "./flow-text";
import { labRoutes, type LabRoutes } from "./lab-routes";
import { manifests, type ManifestFile } from "./manifests";

/** A plan as data: what `labs plan --json` prints, and what text, Markdown and the page are made of. */
export interface PlanReport {
  stack: string;
  target: string;
  clusterName: string;
  versions: { kubernetes: string; calico: string; api: string };
  /** What networks the pods, with its version, as `Calico v3.33.1`; absent where the stack installs nothing. */
  cni?: string;
  /** What this is, and the command that builds it. */
  about: string;
  /** The command that builds it. */
  build: string;
  notes: string[];
  /** What the guardrails say of the resources; empty when they hold. */
  guardrails: Violation[];
  /** What a cluster that is there has told, a fact a line; absent where there is none, or it was not asked. */
  cluster?: string[];
  /** Network and node groups, where the target is EKS. */
  eks?: EksSummary;
  /** Network, nodes and security groups, where the target is EC2. */
  ec2?: Ec2Summary;
  /** What it costs at list prices; absent where nothing is charged by the hour. */
  cost?: StackCost;
  /** Controller, certificates and names, as lines; absent where the stack has no ingress. */
  ingress?: string[];
  resources: ResourceReport[];
  charts: ChartReport[];
  labs: LabReport[];
  /** Flows that must be open or closed, beside what is so; empty where none were named. */
  intents: Checked[];
  outputs: Record<string, unknown>;
  manifests: Omit<ManifestFile, "text">[];
  /** What the evaluator reads beside the manifests. */
  ambient: Ambient;
}

export interface ResourceReport {
  urn: string;
  type: string;
  name: string;
  parent?: string;
  custom: boolean;
  provider: string;
  dependsOn: string[];
  deletedWith?: string;
  inputs: Record<string, unknown>;
}

export interface ChartReport {
  name: string;
  chart: string;
  version: string;
  repository?: string;
  namespace?: string;
  values: unknown;
  /** Settings that matter, as lines. */
  summary: string[];
}

export interface LabReport extends LabRoutes, LabFlows {
  instance: string;
  lab: string;
  title: string;
  guide: string;
  namespaces: Record<string, string>;
  step: number;
  steps: { number: number; id: string; title: string; aim: string; current: boolean }[];
  workloads: { kind: string; namespace: string; name: string; replicas?: number; images: string[] }[];
  services: { namespace: string; name: string; type: string; ports: string[] }[];
  policies: string[];
  links: { title: string; url: string }[];
  /** How the lab moves on; absent at its last step. */
  nextStep?: string;
}

export interface Plan {
  report: PlanReport;
  files: ManifestFile[];
}

/** Makes the report of a stack from its plan and its offline run. */
export function planReport(
  plan: StackPlan,
  run: OfflineRun,
  { ownFile, intents = [] }: { ownFile?: string | undefined; intents?: readonly Intent[] } = {},
): Plan {
  const build = buildCommands(plan.stack, ownFile);
  const files = manifests(registeredObjects(run.resources));
  const state = predictedState(plan, clusterObjects(run.resources));
  const flows = stackFlows(state);
  const cost = stackCost(plan, new Date());
  const report: PlanReport = {
    stack: plan.stack,
    target: plan.target.kind,
    clusterName: plan.clusterName,
    versions: {
      kubernetes: plan.versions.kubernetes,
      calico: plan.versions.calico,
      api: plan.versions.calicoApi,
    },
    ...installedCni(plan),
    about: about(plan, build.up, ownFile),
    build: build.up,
    notes: plan.notes,
    guardrails: checkAll(subjects(run.resources)),
    ...(plan.target.kind === "existing" && plan.target.described.read.length > 0
      ? { cluster: plan.target.described.read }
      : {}),
    ...(plan.target.kind === "eks" && plan.target.cluster !== undefined
      ? { eks: eksSummary(plan.target.cluster, plan.room) }
      : {}),
    ...(plan.target.kind === "ec2" && plan.target.cluster !== undefined
      ? { ec2: ec2Summary(plan.target.cluster) }
      : {}),
    ...(cost === undefined ? {} : { cost }),
    ...(plan.ingress === undefined ? {} : { ingress: ingressSummary(plan.ingress) }),
    resources: run.resources.map(resourceReport),
    charts: run.resources
      .filter((r) => r.type === "kubernetes:helm.sh/v3:Release")
      .map((r) => chartReport({ ...r, inputs: readable(r.inputs) as Registered["inputs"] }, plan)),
    labs: plan.labs.map((l) => ({ ...labReport(l, build), ...labFlows(state, l, flows) })),
    intents: checkIntents(state, intents),
    outputs: readable(run.outputs) as Record<string, unknown>,
    manifests: files.map(({ text: _text, ...rest }) => rest),
    ambient: ambientOf(plan),
  };
  return { report, files };
}

function about(plan: StackPlan, up: string, ownFile: string | undefined): string {
  const pulumi =
    ownFile === undefined ? `, or with \`pulumi up --stack ${plan.stack}\` where Pulumi is set up` : "";
  return `This is a plan: nothing was made. Build it with \`${up}\`${pulumi}.`;
}

function resourceReport(r: Registered): ResourceReport {
  return {
    urn: r.urn,
    type: r.type,
    name: r.name,
    ...(r.parent === undefined ? {} : { parent: r.parent }),
    custom: r.custom,
    provider: r.provider,
    dependsOn: r.dependencies,
    ...(r.deletedWith === undefined ? {} : { deletedWith: r.deletedWith }),
    inputs: readable(r.inputs) as Record<string, unknown>,
  };
}

/** Pulumi's mark of a value that is known only after an up, as people read it. */
function readable(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(UNKNOWN, KNOWN_LATER);
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, readable(v)]));
}

function chartReport(r: Registered, plan: StackPlan): ChartReport {
  const { chart, version, repositoryOpts, namespace, values } = r.inputs as {
    chart?: string;
    version?: string;
    namespace?: string;
    repositoryOpts?: { repo?: string };
    values?: unknown;
  };
  return {
    name: r.name,
    chart: chart ?? "",
    version: version ?? "as the local chart says",
    ...(repositoryOpts?.repo === undefined ? {} : { repository: repositoryOpts.repo }),
    ...(namespace === undefined ? {} : { namespace }),
    values,
    summary: r.name === "calico-operator" ? operatorSummary(plan.calico) : [],
  };
}

function labReport(s: LabSelection, build: BuildCommands): Omit<LabReport, keyof LabFlows> {
  const { objects, patches } = labAt(s);
  const kinds = (...names: string[]): KubeObject[] => objects.filter((o) => names.includes(o.kind));
  return {
    instance: s.instance,
    lab: s.lab.id,
    title: s.lab.title,
    guide: `labs/${s.lab.id}/README.md`,
    namespaces: { ...s.context.namespaces },
    step: s.step,
    steps: s.lab.steps.map((step, number) => ({
      number,
      id: step.id,
      title: step.title,
      aim: step.aim,
      current: number === s.step,
    })),
    workloads: kinds("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod").map(workload),
    services: kinds("Service").map(serviceReport),
    policies: [...objects.filter(isPolicy), ...patches].map((o) => title(o)),
    links: s.lab.links?.(s.context) ?? [],
    ...(s.step < s.lab.steps.length - 1 ? { nextStep: build.step(s.instance, s.step + 1) } : {}),
    ...labRoutes(s, objects),
  };
}

const isPolicy = (o: KubeObject): boolean =>
  o.kind !== "Ingress" &&
  /^(networking\.k8s\.io|projectcalico\.org|crd\.projectcalico\.org)\//.test(o.apiVersion);

const title = (o: KubeObject): string =>
  `${o.kind} ${o.metadata.namespace === undefined ? "" : `${o.metadata.namespace}/`}${o.metadata.name}`;

function workload(o: KubeObject): LabReport["workloads"][number] {
  const spec = o["spec"] as {
    replicas?: number;
    template?: { spec: PodSpec };
    containers?: PodSpec["containers"];
  };
  const containers = spec.template?.spec.containers ?? spec.containers ?? [];
  return {
    kind: o.kind,
    namespace: o.metadata.namespace ?? "",
    name: o.metadata.name,
    ...(spec.replicas === undefined ? {} : { replicas: spec.replicas }),
    images: containers.map((c) => c.image),
  };
}

interface PodSpec {
  containers: { image: string }[];
}

function serviceReport(o: KubeObject): LabReport["services"][number] {
  const spec = o["spec"] as {
    type?: string;
    ports?: { port: number; targetPort?: number | string; nodePort?: number }[];
  };
  return {
    namespace: o.metadata.namespace ?? "",
    name: o.metadata.name,
    type: spec.type ?? "ClusterIP",
    ports: (spec.ports ?? []).map(
      (p) =>
        `${p.port}${p.targetPort === undefined || p.targetPort === p.port ? "" : `→${p.targetPort}`}${p.nodePort === undefined ? "" : ` (node ${p.nodePort})`}`,
    ),
  };
}

function installedCni({ calico, facts }: StackPlan): Pick<PlanReport, "cni"> {
  if (facts.cni.type === "weave") return { cni: `Weave Net ${WEAVE.version}` };
  return calico.install ? { cni: `Calico ${calico.version}` } : {};
}
