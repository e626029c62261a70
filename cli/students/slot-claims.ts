import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { z } from "zod";
import { UserError } from "../../kube/problems";
import { isAlive } from "../engine/machine";
import { ownFolder } from "../../stacks/project-folders";

const claimSchema = z.object({ machine: z.string(), slots: z.record(z.string(), z.number()) });

/**
 * Slots that runs under way on this machine have chosen. The backend knows a slot only when its environment's turn has
 * come: until then a second run would choose the same.
 */
export class SlotClaims {
  constructor(
    private readonly folder = join(ownFolder, "slots"),
    private readonly pid = process.pid,
    private readonly alive: (pid: number) => boolean = isAlive,
  ) {}

  /**
   * Runs a choice of slots while no other process makes one. It gets the slots that others have chosen, by stack; what
   * it gives is claimed until `release`, or the end of this process.
   */
  async choose<T>(
    machine: string,
    choice: (
      others: ReadonlyMap<string, number>,
    ) => Promise<{ chosen: T; slots: ReadonlyMap<string, number> }>,
  ): Promise<T> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const unlock = await this.lock();
    try {
      const { chosen, slots } = await choice(this.others(machine));
      this.write({ machine, slots: Object.fromEntries(slots) });
      return chosen;
    } finally {
      await unlock();
    }
  }

  release(): void {
    rmSync(this.file(this.pid), { force: true });
  }

  private async lock(): Promise<() => Promise<void>> {
    try {
      // A class is read in a minute or two; of a process that died, the lock is stale after half a minute.
      return await lock(this.folder, {
        stale: 30_000,
        retries: { retries: 600, factor: 1, minTimeout: 500, maxTimeout: 500 },
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      throw new UserError(
        "another `students up` has been choosing ports on this machine for 5 minutes: end it first",
      );
    }
  }

  private others(machine: string): Map<string, number> {
    const found = new Map<string, number>();
    for (const name of readdirSync(this.folder)) {
      const pid = /^(\d+)\.json$/.exec(name)?.[1];
      if (pid === undefined || Number(pid) === this.pid) continue;
      if (!this.alive(Number(pid))) {
        rmSync(this.file(Number(pid)), { force: true });
        continue;
      }
      const claim = claimSchema.parse(JSON.parse(readFileSync(this.file(Number(pid)), "utf8")));
      if (claim.machine !== machine) continue;
      for (const [stack, slot] of Object.entries(claim.slots)) found.set(stack, slot);
    }
    return found;
  }

  private write(claim: z.infer<typeof claimSchema>): void {
    const draft = `${this.file(this.pid)}.part`;
    writeFileSync(draft, JSON.stringify(claim), { mode: 0o600 });
    renameSync(draft, this.file(this.pid));
  }

  private file(pid: number): string {
    return join(this.folder, `${pid}.json`);
  }
}
