import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../../../kube/problems";
import { readKubeconfig } from "../../../stacks/kubeconfig";
import type { StackPlan } from "../../../stacks/stack-plan";
import { engineEnvironment, openStack, ownFolder, projectFolder } from "../../engine/workspace";

export interface Reached {
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

/** Opens the cluster of a stack: as told, else as the stack's outputs say, else as its tool knows it. */
export async function reach(plan: StackPlan, options: AccessOptions): Promise<Reached> {
  const { target, clusterName, stack } = plan;
  if (options.kubeconfig !== undefined || options.context !== undefined) return told(options);
  const outputs = await outputsOf(stack);
  if ("kubeconfig" in outputs) {
    const { kubeconfig, ca } = outputs;
    return {
      kubeconfig: parsed(kubeconfig),
      how: `cluster ${clusterName}`,
      ...(ca === undefined ? {} : { ca }),
    };
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

function told({ kubeconfig: file, context }: AccessOptions): Reached {
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (error) {
    throw new UserError(
      `${file ?? "the kubeconfig"} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const names = config.getContexts().map((c) => c.name);
  const name = context ?? config.getCurrentContext();
  if (!names.includes(name))
    throw new UserError(
      `${name === "" ? "no context is set" : `${name} is no context`} of the kubeconfig; contexts: ${names.join(", ") || "none"}`,
    );
  config.setCurrentContext(name);
  return { kubeconfig: config, how: `context ${name}` };
}

function parsed(text: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}

/** The stack's outputs, by a CLI that is there already: to look at a cluster nothing is installed. */
async function outputsOf(stack: string): Promise<{ kubeconfig: string; ca?: string } | { why: string }> {
  const { PulumiCommand } = await import("@pulumi/pulumi/automation");
  for (const options of [{}, { root: join(ownFolder, "pulumi") }]) {
    const pulumiCommand = await PulumiCommand.get(options).catch(() => undefined);
    if (pulumiCommand === undefined) continue;
    try {
      const opened = await openStack(
        stack,
        { pulumiCommand, envVars: engineEnvironment(), workDir: projectFolder },
        false,
      );
      const outputs = await opened.outputs();
      const kubeconfig: unknown = outputs["kubeconfig"]?.value;
      const ca: unknown = outputs["caCertificate"]?.value;
      if (typeof kubeconfig !== "string" || kubeconfig === "")
        return { why: `stack ${stack} has not been built` };
      return { kubeconfig, ...(typeof ca === "string" && ca !== "" ? { ca } : {}) };
    } catch (error) {
      return { why: brief(stack, error) };
    }
  }
  return { why: "the Pulumi CLI is not there to ask for the stack's outputs" };
}

function brief(stack: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/no stack named/.test(text)) return `there is no stack ${stack} in this state backend`;
  if (/incorrect passphrase/.test(text)) return `stack ${stack} was made with another passphrase`;
  return /stderr: (.+)/.exec(text)?.[1] ?? text.split("\n")[0] ?? "";
}

async function fromKind(name: string): Promise<Reached | string> {
  try {
    const { stdout } = await promisify(execFile)("kind", ["get", "kubeconfig", "--name", name], {
      timeout: 20_000,
    });
    return { kubeconfig: parsed(stdout), how: `kind cluster ${name}` };
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    return code === "ENOENT"
      ? "kind is not installed"
      : `kind: ${(stderr ?? "").trim().split("\n")[0] || "no such cluster"}`;
  }
}
