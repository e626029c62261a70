import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ownFolder } from "./workspace";

/** Something of a kind stack that Docker runs outside every Kubernetes API. */
export interface Thing {
  kind: "cluster" | "container" | "network";
  name: string;
}

/** A run under way: what it may make, as far as it was not on the machine when it began. */
export interface RunNote {
  fresh: Thing[];
}

const noteSchema = z.object({
  fresh: z.array(z.object({ kind: z.enum(["cluster", "container", "network"]), name: z.string() })),
});

/**
 * Notes of runs that have begun and not ended, one per stack. Only by them is a half-made cluster known to be ours:
 * kind has no labels to give, and a command that was cancelled leaves nothing in the engine's state.
 */
export class RunNotes {
  constructor(private readonly folder = join(ownFolder, "running")) {}

  read(stack: string): RunNote | undefined {
    try {
      return noteSchema.parse(JSON.parse(readFileSync(this.file(stack), "utf8")));
    } catch {
      // None, or cut off while it was written: then nothing had been made yet.
      return undefined;
    }
  }

  write(stack: string, note: RunNote): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(this.file(stack), JSON.stringify(note), { mode: 0o600 });
  }

  remove(stack: string): void {
    rmSync(this.file(stack), { force: true });
  }

  private file(stack: string): string {
    return join(this.folder, `${encodeURIComponent(stack)}.json`);
  }
}
