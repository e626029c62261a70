import { stepNumber, stepsFix } from "../../classroom/student";
import { failOn, type Problem } from "../../kube/problems";
import { bringUp } from "./actions";
import type { Task } from "./batch";
import { classNameOf, knownLabs } from "./load";
import { durationOf, parallelOf, type ResetCommand } from "./options";
import { recover, withLock, type Workshop } from "./recover";
import { choose, openShop, STANDARD } from "./backend";
import type { EnvironmentRecord } from "../../classroom/record";
import { plain, print, workOn } from "./work";

/** `labs students reset`: labs go to a step, and what was broken in the cluster is mended. The lease stays. */
export async function runStudentsReset(ids: string[], options: ResetCommand): Promise<void> {
  const problems: Problem[] = [];
  const parallel = parallelOf(options, STANDARD.parallel, problems);
  const timeout = durationOf("--timeout", options.timeout, STANDARD.timeout, problems);
  const wish = wishOf(options, problems);
  failOn("Nothing was changed.", problems);
  const shop = await openShop(options);
  const className = classNameOf(options.class);
  const chosen = await choose(shop, ids, {
    ...options,
    ...(className === undefined ? {} : { class: className }),
  });
  const json = options.json === true;
  const outcomes = await workOn([...chosen.keys()], { parallel, timeout, json }, (name, task) => {
    const record = chosen.get(name);
    if (record === undefined) throw new Error(`${name} was not chosen`);
    return reset(shop, name, record, wish, options.rebuild === true, task);
  });
  await print(json, outcomes.map(plain), () =>
    outcomes
      .map((o) => (o.status === "done" ? `${o.name}: ${o.value.labs}\n` : `${o.name}: ${o.reason}\n`))
      .join(""),
  );
}

/** Which lab to put to which step; without a lab every lab that is on, to the same step. */
export interface ResetWish {
  lab?: string;
  step: string;
}

function wishOf(options: ResetCommand, problems: Problem[]): ResetWish {
  const step = options.step ?? "0";
  const known = knownLabs();
  if (options.lab === undefined) {
    if (step !== "0")
      problems.push({ path: "--step", value: step, message: "of which lab?", fix: "say --lab too" });
    return { step };
  }
  const steps = known.get(options.lab);
  if (steps === undefined) {
    problems.push({
      path: "--lab",
      value: options.lab,
      message: "is no lab",
      fix: `labs: ${[...known.keys()].join(", ")}`,
    });
  } else if (stepNumber(step, steps) === undefined) {
    problems.push({
      path: "--step",
      value: step,
      message: `${options.lab} has no such step`,
      fix: stepsFix(steps),
    });
  }
  return { lab: options.lab, step };
}

/** Labs of a stack's config after the wish. */
export function resetLabs(labs: unknown, wish: ResetWish): Record<string, unknown> {
  const now = typeof labs === "object" && labs !== null ? (labs as Record<string, unknown>) : {};
  const step = /^[0-9]+$/.test(wish.step) ? Number(wish.step) : wish.step;
  const put = (lab: unknown): Record<string, unknown> => ({ ...(typeof lab === "object" ? lab : {}), step });
  if (wish.lab !== undefined) return { ...now, [wish.lab]: put(now[wish.lab]) };
  return Object.fromEntries(Object.entries(now).map(([name, lab]) => [name, put(lab)]));
}

async function reset(
  shop: Workshop,
  stack: string,
  record: EnvironmentRecord,
  wish: ResetWish,
  rebuild: boolean,
  task: Task,
): Promise<{ labs: string }> {
  const config = await shop.engine.config(stack);
  const labs = resetLabs(config["labs"], wish);
  if (rebuild) {
    const { state } = await recover(shop, stack, record);
    if (state.resources.length > 0) {
      await withLock(shop, stack, () =>
        shop.engine.destroy(stack, { onProgress: task.progress, cancel: task.cancel, kill: task.kill }),
      );
    }
  }
  await bringUp(shop, stack, { record, config: { ...config, labs }, refresh: !rebuild }, task);
  return {
    labs: Object.entries(labs)
      .map(([lab, v]) => `${lab}=${(v as { step?: number | string }).step ?? 0}`)
      .join(" "),
  };
}
