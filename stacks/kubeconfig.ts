import { existsSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import { callApi, refusalText } from "../components/kubernetes/request";
import { ProblemsError, reasonOf, type Problem } from "../kube/problems";
import { versionSets } from "../components/versions";

export interface Access {
  /** Kubeconfig with the one context that is meant, files embedded. */
  text: string;
  /** Address of the API server. */
  server: string;
}

/** Takes one context out of a kubeconfig: a path, its text, or where kubectl looks. @throws ProblemsError */
export async function readKubeconfig(context: string, kubeconfig: string | undefined): Promise<Access> {
  // Only here: importing it costs every start half a second.
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  load(config, kubeconfig);
  const found = config.getContextObject(context);
  const cluster = found === null ? null : config.getCluster(found.cluster);
  const user = found === null ? null : config.getUser(found.user);
  if (found === null || cluster === null) {
    const names = config.getContexts().map((c) => c.name);
    throw unusable({
      path: "existing.context",
      value: context,
      message: "is not a context of the kubeconfig",
      fix:
        names.length === 0
          ? "the kubeconfig has no contexts; set existing.kubeconfig"
          : `contexts: ${names.join(", ")}`,
    });
  }
  const only = new client.KubeConfig();
  only.loadFromOptions({
    clusters: [cluster],
    users: user === null ? [] : [user],
    contexts: [found],
    currentContext: context,
  });
  return { text: only.exportConfig(), server: cluster.server };
}

function load(config: KubeConfig, kubeconfig: string | undefined): void {
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else if (kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{"))
      config.loadFromString(kubeconfig);
    else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
    else throw new Error("no such file");
  } catch (error) {
    throw unusable({
      path: "existing.kubeconfig",
      ...(kubeconfig?.includes("\n") === true ? {} : { value: kubeconfig }),
      message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      fix: "give the path of a kubeconfig file",
    });
  }
}

/** Asks the API server for its version: it must answer, and be in the version set that the config names. @throws ProblemsError */
export async function checkCluster(access: Access, kubernetes: string, ms = 10_000): Promise<void> {
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  config.loadFromString(access.text);
  const version = await askVersion(config, ms).catch((error: unknown) => {
    throw unusable({
      path: "existing.context",
      value: config.currentContext,
      message: `the API server ${access.server} does not answer: ${reasonOf(error)}`,
      fix: `check that kubectl --context ${config.currentContext} version works`,
    });
  });
  const problem = versionProblem(version.gitVersion, kubernetes);
  if (problem !== undefined) throw unusable(problem);
}

/** Whether a cluster of this version is what the config says. */
export function versionProblem(gitVersion: string, kubernetes: string): Problem | undefined {
  const running = /^v(\d+\.\d+)/.exec(gitVersion)?.[1];
  // Builds without a version stamp say v0.0.0; there is nothing to compare then.
  if (running === undefined || running.startsWith("0.") || running === kubernetes) return undefined;
  const known = versionSets.map((s) => s.kubernetes);
  return {
    path: "kubernetes",
    value: kubernetes,
    message: `the cluster runs ${gitVersion}`,
    fix: known.includes(running)
      ? `set kubernetes to "${running}"`
      : `no version set fits it; sets: ${known.join(", ")}`,
  };
}

interface Version {
  gitVersion: string;
}

/** Aborted at its limit, not raced: a connection that stays open would keep the process alive. */
async function askVersion(config: KubeConfig, ms: number): Promise<Version> {
  const signal = AbortSignal.timeout(ms);
  try {
    const answer = await callApi(config, { method: "GET", path: "/version", signal });
    if (answer.code !== 200) throw new Error(refusalText(answer));
    return JSON.parse(answer.text) as Version;
  } catch (error) {
    throw signal.aborted ? new Error(`no answer in ${ms / 1000} seconds`) : error;
  }
}

function unusable(problem: Problem): ProblemsError {
  return new ProblemsError("The cluster cannot be used; nothing was changed.", [problem]);
}
