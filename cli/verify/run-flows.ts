import type { KubeConfig } from "@kubernetes/client-node";
import { inContainer } from "../../components/kind/docker";
import type { Clock } from "../clock";
import { inParallel } from "../in-parallel";
import type { Inventory } from "./core/inventory";
import { compareFlow, contradicts } from "./core/compare-flow";
import type { FlowCheck, Observation, Result } from "./core/check-model";
import { planProbes, type Probe, type ProbePlan, type ProbeSite } from "./core/probes";
import { parseProbes, script } from "./core/probe-script";
import { settle } from "./core/settle";
import type { ProbePodSource } from "./core/probe-pod";
import { exec } from "./cluster/pod-exec";
import { tryHere } from "./cluster/try-here";
import type { ProbePod } from "./cluster/probe-pods";

export interface FlowRun {
  kubeconfig: KubeConfig;
  /** Gives the probe pod of a source. */
  probePods: { ensure(sources: readonly ProbePodSource[]): Promise<void>; of(key: string): ProbePod };
  /** Seconds for one probe. */
  timeout: number;
  /** Connections to the API server at once. */
  parallel: number;
  settleMs: number;
  /** For opening an exec. */
  connectMs: number;
  clock: Clock;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** Probes in one shell at once: a small container carries them, and a broken connection costs few. */
const BATCH = 16;

/** Probes the flows until they are as they should be, or the time is up. */
export async function verifyFlows(
  checks: readonly FlowCheck[],
  inventory: Inventory,
  site: ProbeSite,
  run: FlowRun,
): Promise<Result[]> {
  const plan = planProbes(checks, inventory, site);
  const unprobed = new Map(plan.unprobed.map((u) => [u.check, u]));
  const probed = checks.filter((c) => !unprobed.has(c.id));
  const sources = new Map(plan.probes.map((p) => [p.source.key, p.source]));
  await run.probePods.ensure(
    [...sources.values()].filter((s): s is ProbePodSource => s.kind === "pod" || s.kind === "node"),
  );
  const broken = new Map<string, string>();
  for (const { source, check } of plan.probes) {
    if (source.kind !== "pod" && source.kind !== "node") continue;
    const where = run.probePods.of(source.key);
    if ("broken" in where) broken.set(check, where.broken);
  }
  const found = await settle(
    // Waiting cures neither a pod that cannot start nor a lab that contradicts itself.
    probed.filter((c) => !broken.has(c.id)),
    (some) => attempt(some, plan, run),
    (check, result) => result.status === "pass" || contradicts(check),
    {
      limitMs: run.settleMs,
      clock: run.clock,
      waiting: (n, seconds) => {
        run.say(`${n} not as expected yet; trying again for up to ${seconds} s, as a change takes a moment`);
      },
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    },
  );
  return checks.map((check) => {
    const not = unprobed.get(check.id);
    if (not !== undefined) return { check, status: not.status, detail: not.reason, rules: [] };
    const why = broken.get(check.id);
    if (why !== undefined) return { check, status: "error", detail: why, rules: [] };
    return found.get(check) ?? { check, status: "error", detail: "stopped before it was probed", rules: [] };
  });
}

async function attempt(
  checks: readonly FlowCheck[],
  plan: ProbePlan,
  run: FlowRun,
): Promise<Map<FlowCheck, Result>> {
  const ids = new Set(checks.map((c) => c.id));
  const probes = plan.probes.filter((p) => ids.has(p.check));
  const seen = new Map<string, Observation>();
  await inParallel(batches(probes), run.parallel, async (batch) => {
    for (const [id, observation] of await probe(batch, run)) seen.set(id, observation);
  });
  return new Map(
    checks.map((check) => {
      const own = probes.filter((p) => p.check === check.id).flatMap((p) => seen.get(p.id) ?? []);
      return [check, compareFlow(check, own)];
    }),
  );
}

/** Probes from the same source, together. */
export function batches(probes: readonly Probe[]): Probe[][] {
  const bySource = new Map<string, Probe[]>();
  for (const p of probes) bySource.set(p.source.key, [...(bySource.get(p.source.key) ?? []), p]);
  return [...bySource.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i) => all.slice(i * BATCH, (i + 1) * BATCH)),
  );
}

async function probe(batch: readonly Probe[], run: FlowRun): Promise<Map<string, Observation>> {
  const [first] = batch;
  if (first === undefined) return new Map();
  const { source } = first;
  if (source.kind === "here") {
    const each = batch.map(
      async (p) => [p.id, await tryHere(p.target, run.timeout, run.signal, p.http)] as const,
    );
    return new Map(await Promise.all(each));
  }
  const answer = await shell(source.kind === "container" ? source : run.probePods.of(source.key), batch, run);
  const found = parseProbes(answer.stdout, batch);
  for (const { id, source: from } of batch) {
    if (!found.has(id))
      found.set(id, {
        saw: "unclear",
        detail: `${from.key}: ${answer.broken ?? "the probe printed nothing"}`,
      });
  }
  return found;
}

/** What a script may take: probes run side by side, a lookup may ask twice. */
const allowance = (timeout: number): number => (timeout * 2 + 5) * 1000;

async function shell(
  where: ProbePod | { container: string },
  batch: readonly Probe[],
  { kubeconfig, timeout, connectMs, signal }: FlowRun,
): Promise<{ stdout: string; broken?: string }> {
  if ("broken" in where) return { stdout: "", broken: where.broken };
  const text = script(batch, timeout);
  const totalMs = connectMs + allowance(timeout);
  if ("container" in where)
    return inContainer(where.container, text, { timeout: totalMs, ...(signal && { signal }) });
  const target = {
    namespace: where.namespace,
    pod: where.name,
    container: "probe",
    command: ["sh", "-c", text],
  };
  const result = await exec(kubeconfig, target, {
    connectMs,
    totalMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const { stdout, stderr, code, broken } = result;
  if (broken !== undefined) return { stdout, broken };
  return code === 0
    ? { stdout }
    : { stdout, broken: `the shell ended with ${code ?? "?"}: ${stderr.trim().slice(0, 200)}` };
}
