import { DEFAULT_TTL, formatDuration, renewLease } from "../../classroom/lease";
import { TAG_EXPIRES, TAG_HOME, toTags, type EnvironmentRecord } from "../../classroom/environment-record";
import { failOn, type Problem } from "../../kube/problems";
import { assertClock } from "../engine/backend-time";
import { openSession, type EngineSession } from "../engine/session";
import { withLock } from "../engine/stack-lock";
import type { Task } from "./batch";
import { classNameOf } from "./class-input";
import { choose } from "./choose-environments";
import { durationOf, parallelOf, STANDARD, type ExtendCommand } from "./students-options";
import { whenText } from "./moment-text";
import { printable, print, workOn } from "./work-on-students";

/** `labs students extend`: the lease counts from now, up to the hard limit. */
export async function runStudentsExtend(ids: string[], options: ExtendCommand): Promise<void> {
  const problems: Problem[] = [];
  const ttl = durationOf("--ttl", options.ttl, DEFAULT_TTL, problems);
  const parallel = parallelOf(options, STANDARD.parallel, problems);
  const timeout = durationOf("--timeout", options.timeout, STANDARD.timeout, problems);
  failOn("Nothing was changed.", problems);
  const session = await openSession(options);
  await assertClock(options);
  const chosen = await choose(session.engine, ids, { ...options, ...classOption(options.class) });
  const json = options.json === true;
  const outcomes = await workOn([...chosen.keys()], { parallel, timeout, json }, (name, task) => {
    const record = chosen.get(name);
    if (record === undefined) throw new Error(`${name} was not chosen`);
    return extend(session, name, record, ttl, Date.now(), task);
  });
  await print(json, outcomes.map(printable), () =>
    outcomes
      .map((o) =>
        o.status === "done"
          ? `${o.name} lives until ${whenText(Date.parse(o.value.expires), Date.now())}${o.value.capped ? ", its hard limit" : ""}\n`
          : `${o.name}: ${o.reason}\n`,
      )
      .join(""),
  );
}

const classOption = (option: string | undefined): { class?: string } => {
  const name = classNameOf(option);
  return name === undefined ? {} : { class: name };
};

/** Extends one lease: the tag first, which `reap` reads, then the config; on a cloud its tags follow by an update. */
export async function extend(
  session: EngineSession,
  stack: string,
  record: EnvironmentRecord,
  ttl: number,
  now: number,
  task: Task,
): Promise<{ expires: string; capped: boolean }> {
  const { lease, capped } = renewLease(record.lease, now, ttl, true);
  if (capped && lease.expires <= record.lease.expires) {
    throw new Error(
      `has reached its hard limit (${formatDuration(lease.hardLimit)} after the first up): ${whenText(lease.expires, now)}`,
    );
  }
  const expires = new Date(lease.expires).toISOString();
  // When it began is said only where a wrong clock had said it.
  const tags = toTags({ ...record, lease });
  for (const name of lease.created === record.lease.created ? [TAG_EXPIRES] : [TAG_EXPIRES, TAG_HOME])
    await session.engine.setTag(stack, name, tags[name] ?? "");
  await session.engine.setConfig(stack, { ...(await session.engine.config(stack)), expires });
  if (record.target === "eks") {
    task.progress("update of the tags on AWS");
    await withLock(session, stack, () =>
      session.engine.up(stack, { onProgress: task.progress, cancel: task.cancel, kill: task.kill }),
    );
  }
  return { expires, capped };
}
