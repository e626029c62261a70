import { KubeConfig } from "@kubernetes/client-node";
import { kindKubeconfig } from "../../../components/kind/docker";
import { reasonOf, UserError } from "../../../kube/problems";
import { readKubeconfig } from "../../../stacks/kubeconfig";
import type { StackPlan } from "../../../stacks/stack-plan";
import { EngineError } from "../../engine/engine";

export interface ReachedCluster {
  kubeconfig: KubeConfig;
  /** How it was reached, for people. */
  how: string;
  /** PEM of the cluster's own authority, where the stack tells it. */
  ca?: string;
}

export interface AccessOptions {
  kubeconfig?: string;
  context?: string;
}

/** Opens the cluster of a stack: as the options say, else by the stack's outputs, else as its tool knows it. */
export async function reach(plan: StackPlan, options: AccessOptions): Promise<ReachedCluster> {
  const { target, clusterName, stack } = plan;
  if (options.kubeconfig !== undefined || options.context !== undefined) return named(options);
  const outputs = await outputsOf(stack);
  if ("kubeconfig" in outputs) {
    return openedBy(outputs, clusterName);
  }
  if (target.kind === "existing") {
    const { text } = await readKubeconfig(target.context, target.kubeconfig);
    return { kubeconfig: parsed(text), how: `context ${target.context}` };
  }
  if (target.kind === "kind") {
    const found = await fromKind(clusterName);
    if (typeof found !== "string") return found;
    throw new UserError(
      `the cluster of ${stack} cannot be reached: ${outputs.why}; ${found}\n  fix: npm run up -- ${stack}, or name it with --context`,
    );
  }
  throw new UserError(
    `the cluster of ${stack} cannot be reached: ${outputs.why}\n  fix: npm run up -- ${stack}, or name it with --kubeconfig and --context`,
  );
}

/** A cluster by what its stack says of it. */
export const openedBy = (
  { kubeconfig, caCertificate: ca }: { kubeconfig: string; caCertificate?: unknown },
  clusterName: string,
): ReachedCluster => ({
  kubeconfig: parsed(kubeconfig),
  how: `cluster ${clusterName}`,
  ...(typeof ca === "string" && ca !== "" ? { ca } : {}),
});

function named({ kubeconfig: file, context }: AccessOptions): ReachedCluster {
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    throw new UserError(`${file ?? "the kubeconfig"} cannot be read: ${reasonOf(error)}`);
  }
  const names = config.getContexts().map((c) => c.name);
  const name = context ?? config.getCurrentContext();
  if (!names.includes(name))
    throw new UserError(
      `${name === "" ? "no context is set" : `${name} is not a context`} of the kubeconfig; contexts: ${names.join(", ") || "none"}`,
    );
  config.setCurrentContext(name);
  return { kubeconfig: config, how: `context ${name}` };
}

function parsed(text: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

/** The stack's outputs, by a CLI that is there already. */
async function outputsOf(
  stack: string,
): Promise<{ kubeconfig: string; caCertificate?: unknown } | { why: string }> {
  // The Automation API takes a moment to load.
  const { installedEngine } = await import("../../engine/session");
  const engine = await installedEngine();
  if (engine === undefined) return { why: "the Pulumi CLI is not there to ask for the stack's outputs" };
  try {
    const { kubeconfig, caCertificate } = await engine.outputs(stack);
    if (typeof kubeconfig !== "string" || kubeconfig === "")
      return { why: `stack ${stack} has not been built` };
    return { kubeconfig, caCertificate };
  } catch (error) {
    if (error instanceof EngineError && error.kind === "gone")
      return { why: `there is no stack ${stack} in this state backend` };
    return { why: reasonOf(error) };
  }
}

async function fromKind(name: string): Promise<ReachedCluster | string> {
  try {
    const text = await kindKubeconfig(name, { timeout: 20_000 });
    return { kubeconfig: parsed(text), how: `kind cluster ${name}` };
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    return code === "ENOENT"
      ? "kind is not installed"
      : `kind: ${(stderr ?? "").trim().split("\n")[0] || "no such cluster"}`;
  }
}
