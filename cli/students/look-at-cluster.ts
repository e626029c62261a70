import type { EnvironmentRecord } from "../../classroom/environment-record";
import { labStanding, type LabStanding, type Standing, type Wrong } from "../../classroom/standing";
import { reasonOf } from "../../kube/problems";
import { planStack } from "../../stacks/stack-plan";
import type { Clock } from "../clock";
import { openApi } from "../cluster/api-client";
import type { Engine } from "../engine/engine";
import { openedBy, type ReachedCluster } from "../verify/cluster/cluster-access";
import { findHints } from "../verify/hint/find-hints";
import { countOf } from "../verify/format/report-words";
import type { Result } from "../verify/core/check-model";
import { verify, type VerifyRun } from "../verify/verify-claims";
import type { Task } from "./batch";
import { rawConfigOf } from "./planned-stacks";
import { askOnce, checksOfSteps, type StepChecks } from "./step-checks";

export interface LookOptions {
  engine: Pick<Engine, "config" | "outputs">;
  /** Name of this machine: a kind cluster of another one is not reached from here. */
  machine: string;
  /** Only these labs. */
  labs?: readonly string[];
  probes: VerifyRun["options"];
  clock: Clock;
}

/** What a student's cluster says of every step of its labs. Never throws: who cannot be reached is reported so. */
export async function lookAt(
  stack: string,
  record: EnvironmentRecord,
  options: LookOptions,
  task: Task,
): Promise<Standing> {
  const began = options.clock.now();
  const of = { student: record.id, name: record.name, stack };
  const seen = await standing(stack, record, options, task).catch((error: unknown) => {
    if (task.cancel.aborted) throw error;
    return {
      labs: [],
      unreachable: reasonOf(error)
        .trim()
        .replace(/\s*\n\s*/g, "; "),
    };
  });
  return { ...of, looked: Date.now(), ms: Math.round(options.clock.now() - began), ...seen };
}

async function standing(
  stack: string,
  record: EnvironmentRecord,
  options: LookOptions,
  task: Task,
): Promise<Pick<Standing, "labs" | "unreachable">> {
  const { engine, machine, labs, probes, clock } = options;
  if (record.machine !== undefined && record.machine !== machine)
    return { labs: [], unreachable: `its kind cluster is on ${record.machine}: run the command there` };
  const { kubeconfig, caCertificate } = await engine.outputs(stack);
  if (typeof kubeconfig !== "string" || kubeconfig === "")
    return { labs: [], unreachable: "its cluster is not built yet" };
  const plan = planStack(stack, rawConfigOf(await engine.config(stack)));
  const chosen = plan.labs.filter((s) => labs?.includes(s.lab.id) !== false);
  const steps = checksOfSteps(plan, chosen);
  const { asked, resultsOf } = askOnce(steps);
  const reached = openedBy({ kubeconfig, caCertificate }, plan.clusterName);
  const report = await verify({
    plan,
    checks: asked,
    reached,
    options: probes,
    say: task.progress,
    signal: task.cancel,
    clock,
  });
  const found = await Promise.all(
    chosen.map(({ instance }) =>
      judged(
        instance,
        steps
          .filter((s) => s.lab === instance)
          .map((step) => ({ step, results: resultsOf(step, report.results) })),
        reached,
        task.cancel,
      ),
    ),
  );
  return { labs: found };
}

async function judged(
  lab: string,
  steps: readonly { step: StepChecks; results: readonly Result[] }[],
  { kubeconfig }: ReachedCluster,
  signal: AbortSignal,
): Promise<LabStanding> {
  const probed = steps.map(({ step: { step, id }, results }) => {
    const { pass, error, skip, fail } = countOf({ results: [...results] });
    return { step, id, held: pass, claims: pass + fail + error + skip, unknown: error + skip };
  });
  const found = labStanding(lab, probed);
  const next = steps.find((s) => s.step.step === found.next);
  if (next === undefined) return found;
  const hints = await findHints(openApi(kubeconfig), next.step.plan, next.results, signal);
  const failed = next.results.filter((r) => r.status === "fail" && r.check.kind !== "flow");
  const wrong: Wrong[] = [
    ...hints.map(({ cause, object, message }) => ({ cause, object, message })),
    ...failed.map((r) => ({ cause: "route", object: r.check.id, message: r.detail })),
  ];
  return { ...found, steps: found.steps.map((s) => (s.step === found.next ? { ...s, wrong } : s)) };
}
