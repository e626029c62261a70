import type * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Calico } from "../components/calico/calico";
import { factsBeforeLookup, offlineFacts } from "../components/eks/plan/aws-facts";
import type { Cluster } from "../components/cluster";
import { ExistingCluster } from "../components/existing/existing-cluster";
import type { ClusterReading } from "../components/existing/plan/described-cluster";
import { KindCluster } from "../components/kind/kind-cluster";
import { LabMachine } from "../components/kind/lab-machine";
import { Weave } from "../components/weave/weave";
import { planLabMachine } from "../components/kind/plan/lab-machine-plan";
import { LabResources } from "../components/lab/lab";
import { machineAt, patchedFields, type LabSelection } from "../labs/model";
import { predecessors } from "../labs/predecessors";
import { failOn, formatProblem } from "../kube/problems";
import { askCluster } from "./ask-cluster";
import { loadConfig, type RawConfig } from "./config/load-config";
import type { AwsSite, IngressResources } from "./ingress-resources";
import { checkContents } from "./cluster-contents";
import { askKindMachine } from "./kind-machine";
import { checkCluster, readKubeconfig } from "./kubeconfig";
import { clusterNameOf, planStack, PROJECT, type StackPlan } from "./stack-plan";
import { missingKindTools } from "./required-tools";

export interface ProgramInput {
  stack: string;
  raw: RawConfig;
  /** The offline plan: no tool is asked, no cluster is called. */
  offline: boolean;
  /** What a cluster that is there has told already; else it is asked, unless this is offline. */
  reading?: ClusterReading;
}

/** A cluster, and how nodes are added once a CNI that comes first is there. */
interface Target {
  cluster: Cluster;
  /** Where names can be made. */
  aws?: AwsSite;
  addNodes?: (after: pulumi.Resource[]) => pulumi.Resource[];
  /** What the cluster still needs once pods can run; gives what all else waits for. */
  complete?: (nodes: pulumi.Resource[], network: pulumi.Resource[]) => pulumi.Resource[];
}

/** The stack: a cluster, Calico (or Weave Net) on it, the labs at their steps. Reads like its table of contents. */
export async function stack(run: ProgramInput): Promise<Record<string, unknown>> {
  const { plan, aws } = await planHere(run);
  await checkMachine(plan, run);
  const local = new command.Provider("local");
  const target = await provision(plan, local, run, aws);
  const { nodes, pods } = installCni(plan, target);
  const network = [...pods, ...(target.complete?.(nodes, pods) ?? [])];
  const ingress = await openIngress(plan, target, network);
  for (const selection of plan.labs) {
    besideTheNodes(plan, selection, target.cluster);
    new LabResources(`lab-${selection.instance}`, {
      cluster: target.cluster,
      selection,
      mirrors: plan.mirrors,
      wait: plan.config.wait,
      forStudent: plan.config.student !== undefined,
      predecessors: predecessors(selection).map((id) => `lab-${id}`),
      after: selection.lab.needs.ingress === true ? [...network, ...ingress.ready] : network,
    });
  }
  return { ...outputs(plan, target.cluster), ...ingress.outputs };
}

/** What a lab's step has of Docker: selection has seen to it that there is one. */
function besideTheNodes(
  plan: StackPlan,
  selection: LabSelection,
  { goesWith, local, identity }: Cluster,
): void {
  const machine = machineAt(selection);
  if (goesWith === undefined || machine.networks.length + machine.containers.length === 0) return;
  new LabMachine(`lab-${selection.instance}-machine`, {
    plan: planLabMachine(plan.clusterName, machine, plan.mirrors),
    local,
    cluster: goesWith,
    identity,
  });
}

/** The ingress, where something asks for it; imported only then, as it brings the AWS SDK's types along. */
async function openIngress(
  plan: StackPlan,
  target: Target,
  network: pulumi.Resource[],
): Promise<IngressResources> {
  if (plan.ingress === undefined) return { ready: [], outputs: {} };
  const { provisionIngress } = await import("./ingress-resources");
  return provisionIngress(plan, plan.ingress, target.cluster, network, target.aws);
}

/**
 * The plan. On AWS it needs AWS's answers: first everything is said that is known without them. A cluster that is there
 * is asked before anything is said of it: without its facts nobody knows what is wrong.
 */
async function planHere({
  stack,
  raw,
  offline,
  reading,
}: ProgramInput): Promise<{ plan: StackPlan; aws?: aws.Provider }> {
  const facts = offline ? offlineFacts : factsBeforeLookup;
  const plan = planStack(stack, raw, facts, reading ?? (offline ? undefined : await askThere(stack, raw)));
  if (plan.target.kind !== "eks" && plan.target.kind !== "ec2") return { plan };
  const { lookUpForEks, awsProvider } = await import("./eks-target");
  const provider = () => awsProvider(stack, plan.clusterName, plan.config);
  if (offline) return { plan, aws: provider() };
  const { lookUpForEc2 } = await import("./ec2-target");
  const lookUp = plan.target.kind === "eks" ? lookUpForEks : lookUpForEc2;
  const answers = await lookUp(plan.config, plan.clusterName, provider);
  return { plan: planStack(stack, raw, answers.facts), aws: answers.provider };
}

/** @throws ProblemsError where it does not answer, or is of another version: nothing can be made in it */
async function askThere(stack: string, raw: RawConfig): Promise<ClusterReading | undefined> {
  const { config } = loadConfig(raw, PROJECT);
  if (config?.target !== "existing" || config.existing === undefined) return undefined;
  const access = await readKubeconfig(config.existing.context, config.existing.kubeconfig);
  await checkCluster(access, config.kubernetes);
  return askCluster(access, config.clusterName ?? clusterNameOf(stack, []));
}

async function provision(
  plan: StackPlan,
  local: command.Provider,
  { offline }: ProgramInput,
  aws?: aws.Provider,
): Promise<Target> {
  const { facts, target } = plan;
  switch (target.kind) {
    case "kind": {
      const { cluster } = new KindCluster("kind", { plan: target.cluster, facts, local });
      // Before the Services that it serves, so that a step back finds it.
      return { cluster, complete: () => cluster.servesLoadBalancers ?? [] };
    }
    case "existing": {
      const { kubeconfig, server } = offline
        ? { kubeconfig: unknownText(), server: target.context }
        : await readKubeconfig(target.context, target.kubeconfig).then((a) => ({
            kubeconfig: a.text,
            server: a.server,
          }));
      return {
        cluster: new ExistingCluster("existing", {
          name: plan.clusterName,
          kubeconfig,
          server,
          facts,
          apiServer: target.described.apiServer,
          local,
        }).cluster,
      };
    }
    case "eks": {
      if (target.cluster === undefined || aws === undefined) throw new Error("no plan for EKS");
      const { provisionEks } = await import("./eks-target");
      const { mirrors, config } = plan;
      return provisionEks(target.cluster, aws, { facts, local, mirrors, wait: config.wait });
    }
    case "ec2": {
      if (target.cluster === undefined || aws === undefined) throw new Error("no plan for EC2");
      const { provisionEc2 } = await import("./ec2-target");
      return provisionEc2(target.cluster, aws, {
        facts,
        local,
        wait: plan.config.wait && plan.calico.install,
      });
    }
  }
}

/** The nodes, and what pods and policies wait for. Where the cluster has Calico already: nodes alone. */
function installCni(plan: StackPlan, target: Target): { nodes: pulumi.Resource[]; pods: pulumi.Resource[] } {
  const { cluster } = target;
  if (!plan.calico.install) {
    const nodes = [...cluster.nodes, ...(target.addNodes?.([]) ?? [])];
    return { nodes, pods: [...nodes, ...weave(plan, cluster)] };
  }
  const calico = new Calico("calico", {
    cluster,
    plan: plan.calico,
    mirrors: plan.mirrors,
    felixLeftToLabs: patchedFields(plan.labs, "FelixConfiguration", "default"),
    wait: plan.config.wait,
  });
  const nodes = [...cluster.nodes, ...(target.addNodes?.(calico.installed) ?? [])];
  return { nodes, pods: calico.ready(nodes) };
}

/** Weave Net, where it is in Calico's place. */
function weave({ facts, mirrors, config }: StackPlan, cluster: Cluster): pulumi.Resource[] {
  const [podCidr] = facts.podCidrs;
  if (facts.cni.type !== "weave" || podCidr === undefined) return [];
  return new Weave("weave", { cluster, podCidr, mirrors, wait: config.wait }).ready;
}

function outputs(plan: StackPlan, cluster: Cluster): Record<string, unknown> {
  const links = plan.labs.flatMap((s) =>
    (s.lab.links?.(s.context) ?? []).map((l) => [`${s.instance}: ${l.title}`, l.url] as const),
  );
  return {
    clusterName: cluster.name,
    kubeconfig: cluster.kubeconfig,
    labs: Object.fromEntries(
      plan.labs.map((s) => [
        s.instance,
        `${s.step} (${s.lab.steps[s.step]?.id ?? ""}) of ${s.lab.steps.length - 1}`,
      ]),
    ),
    links: Object.fromEntries(links),
  };
}

/** What can only be known here and now: tools for kind, an API server that answers. Errors before anything is made. */
async function checkMachine(plan: StackPlan, { offline }: ProgramInput): Promise<void> {
  if (offline) return;
  for (const note of plan.notes) void pulumi.log.info(note);
  if (plan.target.kind === "kind") {
    // A preview makes nothing, and a PR's runner may have no Docker: there it is worth a warning.
    if (pulumi.runtime.isDryRun())
      for (const m of missingKindTools(process.env, false))
        void pulumi.log.warn(`needed by up:\n${formatProblem(m)}`);
    else {
      const { problems, notes } = await askKindMachine([plan]);
      for (const note of notes) void pulumi.log.info(`this machine: ${note}`);
      failOn("This machine cannot run the kind cluster yet; nothing was changed.", problems);
    }
  }
  if (plan.target.kind === "existing") {
    const access = await readKubeconfig(plan.target.context, plan.target.kubeconfig);
    void pulumi.log.info(`the cluster says: ${plan.target.described.read.join("; ")}`);
    for (const question of await checkContents(plan, access))
      void pulumi.log.warn(
        `the cluster does not say what is in it, so that a clash is only seen when it comes: ${question}`,
      );
  }
}

/** A text that is not known at preview. */
function unknownText(): pulumi.Output<string> {
  return pulumi.runtime.isDryRun()
    ? pulumi.unsecret(pulumi.output(pulumi.unknown as string))
    : pulumi.output("");
}
