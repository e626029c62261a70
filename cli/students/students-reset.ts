import type { EnvironmentRecord } from "../../classroom/environment-record";
import { stepList, stepNumber } from "../../classroom/steps";
import { failOn, type Problem } from "../../kube/problems";
import { openSession, type EngineSession } from "../engine/session";
import type { Task } from "./batch";
import { assertHome, bringUp } from "./bring-up";
import { choose } from "./choose-environments";
import { classNameOf, knownLabs } from "./class-input";
import { durationOf, parallelOf, STANDARD, type ResetCommand } from "./students-options";
import { destroyResources } from "./take-down";
import { printable, print, workOn } from "./work-on-students";

/** `labs students reset`: labs go to a step, and what was broken in the cluster is put right. The lease stays. */
export async function runStudentsReset(ids: string[], options: ResetCommand): Promise<void> {
  const problems: Problem[] = [];
  const parallel = parallelOf(options, STANDARD.parallel, problems);
  const timeout = durationOf("--timeout", options.timeout, STANDARD.timeout, problems);
  const target = labReset(options, problems);
  failOn("Nothing was changed.", problems);
  const session = await openSession(options);
  const className = classNameOf(options.class);
  const chosen = await choose(session.engine, ids, {
    ...options,
    ...(className === undefined ? {} : { class: className }),
  });
  const json = options.json === true;
  const outcomes = await workOn([...chosen.keys()], { parallel, timeout, json }, (name, task) => {
    const record = chosen.get(name);
    if (record === undefined) throw new Error(`${name} was not chosen`);
    return resetEnvironment(session, name, record, target, options.rebuild === true, task);
  });
  await print(json, outcomes.map(printable), () =>
    outcomes
      .map((o) => (o.status === "done" ? `${o.name}: ${o.value.labs}\n` : `${o.name}: ${o.reason}\n`))
      .join(""),
  );
}

/** Which lab to put to which step; without a lab every lab that is on, to the same step. */
export interface LabReset {
  lab?: string;
  step: number;
}

function labReset(options: ResetCommand, problems: Problem[]): LabReset {
  const step = options.step ?? "0";
  const known = knownLabs();
  if (options.lab === undefined) {
    if (step !== "0")
      problems.push({ path: "--step", value: step, message: "of which lab?", fix: "say --lab too" });
    return { step: 0 };
  }
  const steps = known.get(options.lab);
  const number = stepNumber(step, steps ?? []);
  if (steps === undefined) {
    problems.push({
      path: "--lab",
      value: options.lab,
      message: "is not a lab",
      fix: `labs: ${[...known.keys()].join(", ")}`,
    });
  } else if (number === undefined) {
    problems.push({
      path: "--step",
      value: step,
      message: `${options.lab} has no such step`,
      fix: `a step: ${stepList(steps)}`,
    });
  }
  return { lab: options.lab, step: number ?? 0 };
}

/** Labs of a stack's config after a reset. */
export function resetLabs(labs: unknown, target: LabReset): Record<string, unknown> {
  const now = typeof labs === "object" && labs !== null ? (labs as Record<string, unknown>) : {};
  const put = (lab: unknown): Record<string, unknown> => ({
    ...(typeof lab === "object" ? lab : {}),
    step: target.step,
  });
  if (target.lab !== undefined) return { ...now, [target.lab]: put(now[target.lab]) };
  return Object.fromEntries(Object.entries(now).map(([name, lab]) => [name, put(lab)]));
}

/** Puts one environment's labs to a step. The lease stays. */
export async function resetEnvironment(
  session: EngineSession,
  stack: string,
  record: EnvironmentRecord,
  target: LabReset,
  rebuild: boolean,
  task: Task,
): Promise<{ labs: string }> {
  // Before anything is destroyed: elsewhere the state would go, and the cluster stay.
  assertHome(record, session);
  const config = await session.engine.config(stack);
  const labs = resetLabs(config["labs"], target);
  if (rebuild) await destroyResources(session, stack, record, task);
  await bringUp(session, stack, { record, config: { ...config, labs }, refresh: !rebuild }, task);
  return {
    labs: Object.entries(labs)
      .map(([lab, v]) => `${lab}=${(v as { step?: number | string }).step ?? 0}`)
      .join(" "),
  };
}
