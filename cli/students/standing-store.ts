import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Standing } from "../../classroom/standing";

/** A run that has not ended: who asks for the same again within the hour goes on with it. */
interface Run {
  /** What was asked for. */
  key: string;
  began: number;
}

const HOUR = 3_600_000;
const RUN = "run.json";

/** What was last seen of each student, a file for each, so that a run that is cut off loses nobody. */
export class StandingStore {
  constructor(private readonly folder: string) {}

  of(stack: string): Standing | undefined {
    return this.read(`${stack}.standing.json`) as Standing | undefined;
  }

  all(): Standing[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((f) => f.endsWith(".standing.json"))
      .sort()
      .flatMap((f) => (this.read(f) as Standing | undefined) ?? []);
  }

  keep(standing: Standing): void {
    this.write(`${standing.stack}.standing.json`, standing);
  }

  /** Begins a run, or goes on with one of the same that did not end: those looked at since then are not looked at again. */
  begin(key: string, now: number, fresh: boolean): number {
    const run = this.read(RUN) as Run | undefined;
    if (!fresh && run?.key === key && now - run.began < HOUR && run.began <= now) return run.began;
    this.write(RUN, { key, began: now });
    return now;
  }

  ended(): void {
    rmSync(join(this.folder, RUN), { force: true });
  }

  /** undefined where there is none, or it is broken: then it is made again. */
  private read(name: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.folder, name), "utf8")) as unknown;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all, whenever the process ends. */
  private write(name: string, value: unknown): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, name);
    writeFileSync(`${path}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}
