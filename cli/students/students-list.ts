import Table from "cli-table3";
import pc from "picocolors";
import { stackReader } from "../engine/session";
import { warnDamaged, warnFuture } from "./choose-environments";
import { classNameOf } from "./class-input";
import type { ListCommand } from "./students-options";
import { allRecords, type EnvironmentRecords } from "./environment-records";
import { whenText } from "./moment-text";
import { print } from "./work-on-students";

/** One environment, as `list --json` prints it. */
export interface ListedEnvironment {
  stack: string;
  class: string;
  id: string;
  name: string;
  owner: string;
  target: string;
  machine?: string;
  /** `empty`: nothing was made yet. `updating` is known of Pulumi Cloud only. */
  state: "empty" | "there" | "updating";
  expired: boolean;
  created: string;
  expires: string;
  /** The hard limit: no `extend` goes beyond. */
  limit: string;
  lastUpdate?: string;
}

export async function runStudentsList(options: ListCommand): Promise<void> {
  const className = classNameOf(options.class);
  const found = await allRecords(await stackReader(), className);
  warnDamaged(found);
  const now = Date.now();
  warnFuture(found, now);
  const listed = listing(found, now);
  await print(options.json === true, listed, () => listText(listed, now));
}

/** What the backend knows, sorted by class and stack. */
export function listing(found: EnvironmentRecords, now: number): ListedEnvironment[] {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return [...found.records].map(([stack, r]) => {
    const s = found.summaries.get(stack);
    return {
      stack,
      class: r.class,
      id: r.id,
      name: r.name,
      owner: r.owner,
      target: r.target,
      ...(r.machine === undefined ? {} : { machine: r.machine }),
      state: s?.updating === true ? "updating" : s?.resources === 0 ? "empty" : "there",
      expired: r.lease.expires <= now,
      created: iso(r.lease.created),
      expires: iso(r.lease.expires),
      limit: iso(r.lease.created + r.lease.hardLimit),
      ...(s?.lastUpdate === undefined ? {} : { lastUpdate: iso(s.lastUpdate) }),
    };
  });
}

export function listText(listed: readonly ListedEnvironment[], now: number): string {
  if (listed.length === 0) return "No environments in this backend.\n";
  const table = new Table({
    head: ["student", "stack", "target", "machine", "state", "expires", "owner"],
    style: { head: [], border: [], compact: true },
  });
  for (const e of listed) {
    const at = Date.parse(e.expires);
    const text = whenText(at, now);
    const when = e.expired ? pc.red(text) : at - now < 30 * 60_000 ? pc.yellow(text) : text;
    table.push([
      e.name === e.id ? e.id : `${e.id} (${e.name})`,
      e.stack,
      e.target,
      e.machine ?? "",
      e.state,
      when,
      e.owner,
    ]);
  }
  const expired = listed.filter((e) => e.expired).length;
  const hint = expired === 0 ? "" : `\n${expired} expired: labs students reap destroys them.`;
  return `${table.toString()}\n${listed.length} environments.${hint}\n`;
}
