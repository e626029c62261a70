import { join } from "node:path";
import { downEffort, longestFirst } from "../../classroom/work-effort";
import { hasExpired } from "../../classroom/lease";
import type { EnvironmentRecord } from "../../classroom/environment-record";
import { failOn, type Problem } from "../../kube/problems";
import { assertClock } from "../engine/backend-time";
import { openSession, type EngineSession } from "../engine/session";
import { ownFolder } from "../../stacks/project-folders";
import { choose, warnDamaged, warnFuture } from "./choose-environments";
import { listing, listText } from "./students-list";
import { classNameOf } from "./class-input";
import {
  durationOf,
  parallelOf,
  STANDARD,
  type DownCommand,
  type ReapCommand,
  type WorkingOptions,
} from "./students-options";
import { receiptOf, receiptText, writeReceipt } from "./receipt";
import { allRecords } from "./environment-records";
import { takeDown, type DownOptions } from "./take-down";
import { print, workOn } from "./work-on-students";

/** `labs students down`: destroys, looks again, and writes a receipt. */
export async function runStudentsDown(ids: string[], options: DownCommand): Promise<void> {
  const sizes = checked(options);
  const session = await openSession(options);
  const className = classNameOf(options.class);
  const chosen = await choose(session.engine, ids, {
    ...options,
    ...(className === undefined ? {} : { class: className }),
  });
  await destroyAll(
    session,
    chosen,
    options.forget === true ? { forget: true } : {},
    sizes,
    options.json === true,
  );
}

/** `labs students reap`: destroys what has expired, by the tags as they are at that moment. */
export async function runStudentsReap(options: ReapCommand): Promise<void> {
  const sizes = checked(options);
  const session = await openSession(options);
  await assertClock(options);
  const found = await allRecords(session.engine, classNameOf(options.class));
  warnDamaged(found);
  const now = Date.now();
  if (found.damaged.length > 0 || warnFuture(found, now)) process.exitCode = 1;
  const expired = new Map([...found.records].filter(([, r]) => hasExpired(r.lease, now)));
  const json = options.json === true;
  if (options.dryRun === true || expired.size === 0) {
    const listed = listing({ ...found, records: expired }, now);
    await print(json, listed, () => (expired.size === 0 ? "Nothing has expired.\n" : listText(listed, now)));
    return;
  }
  await destroyAll(session, expired, { expiredAt: () => Date.now() }, sizes, json);
}

function checked(options: WorkingOptions): { parallel: number; timeout: number } {
  const problems: Problem[] = [];
  const parallel = parallelOf(options, STANDARD.parallel, problems);
  const timeout = durationOf("--timeout", options.timeout, STANDARD.timeout, problems);
  failOn("Nothing was changed.", problems);
  return { parallel, timeout };
}

async function destroyAll(
  session: EngineSession,
  records: ReadonlyMap<string, EnvironmentRecord>,
  down: DownOptions,
  sizes: { parallel: number; timeout: number },
  json: boolean,
): Promise<void> {
  if (records.size === 0) {
    await print(json, { environments: [], clean: true }, () => "No environments: nothing to destroy.\n");
    return;
  }
  const order = longestFirst(records.keys(), (name) => downEffort(records.get(name)?.target ?? "kind"));
  const outcomes = await workOn(order, { ...sizes, json }, (name, task) =>
    takeDown(session, name, down, task),
  );
  const receipt = receiptOf(outcomes, records, session.machine.name, Date.now());
  const path = writeReceipt(receipt, join(ownFolder, "receipts"));
  if (!receipt.clean) process.exitCode = 1;
  await print(json, { ...receipt, file: path }, () => receiptText(receipt, path));
}
