import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { MachineObject } from "../components/kind/machine-objects";
import { ownFolder } from "./project-folders";

/** A run under way: what it may make on this machine, as far as it was not there when the run began. */
export interface RunEntry {
  /** Milliseconds since 1970. */
  began: number;
  fresh: MachineObject[];
  /** Among which processes it runs. */
  space?: string | undefined;
}

const entrySchema = z.object({
  began: z.number(),
  space: z.string().optional(),
  fresh: z.array(z.object({ kind: z.enum(["cluster", "container", "network"]), name: z.string() })),
});

/**
 * Runs that have begun and not ended, one entry per stack. Only by it is a half-made cluster known to be ours: kind has
 * no labels to give, and a command that was cancelled leaves nothing in the engine's state.
 */
export class RunJournal {
  constructor(private readonly folder = join(ownFolder, "running")) {}

  read(stack: string): RunEntry | undefined {
    try {
      return entrySchema.parse(JSON.parse(readFileSync(this.file(stack), "utf8")));
    } catch {
      // None, or cut off while it was written: then nothing had been made yet.
      return undefined;
    }
  }

  write(stack: string, entry: RunEntry): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.file(stack), JSON.stringify(entry), { mode: 0o600 });
  }

  remove(stack: string): void {
    rmSync(this.file(stack), { force: true });
  }

  private file(stack: string): string {
    return join(this.folder, `${encodeURIComponent(stack)}.json`);
  }
}
