import { ProblemsError, UserError, type Problem } from "../../kube/problems";
import { beginsInFuture } from "../../classroom/lease";
import type { EnvironmentRecord } from "../../classroom/environment-record";
import type { Engine } from "../engine/engine";
import type { ChosenOptions } from "./students-options";
import { allRecords, type EnvironmentRecords } from "./environment-records";

/** The environments that a command is to work on: those named, or with `--all` every one. */
export async function choose(
  engine: Engine,
  ids: readonly string[],
  options: ChosenOptions,
): Promise<Map<string, EnvironmentRecord>> {
  if (ids.length === 0 && options.all !== true) {
    throw new UserError("name the students, or say --all (with --class for one class only)");
  }
  if (ids.length > 0 && options.all === true)
    throw new UserError("either name students or say --all, not both");
  const found = await allRecords(engine, options.class);
  if (options.all === true) {
    warnDamaged(found);
    return found.records;
  }
  return pick(ids, found);
}

/** Finds environments by student id or stack name; every id that is unknown or ambiguous is reported. */
export function pick(ids: readonly string[], found: EnvironmentRecords): Map<string, EnvironmentRecord> {
  const problems: Problem[] = [];
  const chosen = new Map<string, EnvironmentRecord>();
  for (const id of ids) {
    const matches = [...found.records].filter(([name, r]) => name === id || r.id === id);
    const [first, second] = matches;
    if (first === undefined) {
      const damaged = found.damaged.find((d) => d.name === id);
      problems.push({
        path: id,
        message: damaged === undefined ? "has no environment" : damaged.problem,
        fix:
          damaged === undefined
            ? "labs students list shows who has one"
            : `pulumi stack tag ls --stack ${id}`,
      });
    } else if (second !== undefined) {
      const names = matches.map(([name]) => name).join(", ");
      problems.push({
        path: id,
        message: `is in several classes: ${names}`,
        fix: "say --class, or name the stack",
      });
    } else chosen.set(...first);
  }
  if (problems.length > 0)
    throw new ProblemsError("Not every student is known; nothing was changed.", problems);
  return chosen;
}

/** Says which leases begin in the future, and whether any does: who made them had a wrong clock, and they live too long. */
export function warnFuture({ records }: Pick<EnvironmentRecords, "records">, now: number): boolean {
  const wrong = [...records].filter(([, r]) => beginsInFuture(r.lease, now));
  for (const [name, { lease }] of wrong)
    process.stderr.write(
      `warning: ${name}: its lease begins in the future (${new Date(lease.created).toISOString()}), so a clock was wrong: labs students extend ${name} sets it right, or down ends it\n`,
    );
  return wrong.length > 0;
}

/** Stacks that carry the class tag but cannot be read are never passed over in silence. */
export function warnDamaged(found: EnvironmentRecords): void {
  for (const d of found.damaged) {
    process.stderr.write(
      `warning: ${d.name}: ${d.problem}; look at it with pulumi stack tag ls --stack ${d.name}\n`,
    );
  }
}
