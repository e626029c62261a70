import { setTimeout } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import {
  CLUSTER_QUESTIONS,
  type ClusterAnswers,
  type ClusterQuestion,
} from "../components/existing/plan/cluster-questions";
import type { ClusterReading } from "../components/existing/plan/described-cluster";
import { foundCluster } from "../components/existing/plan/found-cluster";
import { callApi, refusalText } from "../components/kubernetes/request";
import type { KubeObject } from "../kube/objects";
import { ProblemsError, reasonOf } from "../kube/problems";
import { loadConfig, type RawConfig } from "./config/load-config";
import { readKubeconfig, type Access } from "./kubeconfig";
import { clusterNameOf, PROJECT } from "./stack-plan";

/** Milliseconds for one answer. */
const LIMIT = 10_000;

/** Asks for JSON; undefined where the server has no such thing. @throws Error with the reason of any other refusal */
export type Ask = (path: string, ms?: number) => Promise<unknown>;

export async function opened(access: Access): Promise<Ask> {
  const client = await import("@kubernetes/client-node");
  const kubeconfig: KubeConfig = new client.KubeConfig();
  kubeconfig.loadFromString(access.text);
  return async (path, ms = LIMIT) => {
    const signal = AbortSignal.timeout(ms);
    let busy: string | undefined;
    try {
      for (;;) {
        const answer = await callApi(kubeconfig, { method: "GET", path, signal });
        if (answer.code === 200) return JSON.parse(answer.text) as unknown;
        if (answer.code === 404) return undefined;
        // A server that is busy, or whose kinds are just being made, says when it will know.
        if (answer.code !== 429 && answer.code !== 503) throw new Error(refusalText(answer));
        busy = refusalText(answer);
        await setTimeout((answer.retryAfter ?? 1) * 1000, undefined, { signal });
      }
    } catch (error) {
      throw signal.aborted ? new Error(busy ?? `no answer in ${ms / 1000} seconds`) : error;
    }
  };
}

/** Reads the facts of a cluster that is there. @throws Error where it does not even tell its version */
export async function askCluster(access: Access, cluster: string): Promise<ClusterReading> {
  const ask = await opened(access);
  const version = (await ask("/version")) as { gitVersion?: string } | undefined;
  const answers: ClusterAnswers = { version: version?.gitVersion ?? "", objects: {}, refused: {} };
  const questions = Object.entries(CLUSTER_QUESTIONS) as [ClusterQuestion, { path: string }][];
  await Promise.all(
    questions.map(async ([question, { path }]) => {
      try {
        answers.objects[question] = objectsIn(await ask(path));
      } catch (error) {
        answers.refused[question] = reasonOf(error);
      }
    }),
  );
  return { kind: "answered", found: foundCluster(answers, cluster) };
}

/** The same for commands that also work without a cluster: why it was not asked is then part of the plan. */
export async function readClusterOf(stack: string, raw: RawConfig): Promise<ClusterReading> {
  const { config } = loadConfig(raw, PROJECT);
  if (config?.target !== "existing" || config.existing === undefined) return { kind: "not-asked" };
  const { context, kubeconfig } = config.existing;
  try {
    return await askCluster(
      await readKubeconfig(context, kubeconfig),
      config.clusterName ?? clusterNameOf(stack, []),
    );
  } catch (error) {
    return { kind: "no-answer", why: `context ${context}: ${whyOf(error)}` };
  }
}

const whyOf = (error: unknown): string =>
  error instanceof ProblemsError
    ? error.problems.map((p) => `${p.path} ${p.message}`).join("; ")
    : reasonOf(error);

/** A list's items, or the one object. */
function objectsIn(answer: unknown): KubeObject[] {
  if (answer === undefined) return [];
  const { items } = answer as { items?: KubeObject[] };
  return items ?? [answer as KubeObject];
}
