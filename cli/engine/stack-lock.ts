import { EngineError, type LockHolder } from "./engine";
import type { RunEntry } from "../../stacks/run-journal";
import type { EngineSession } from "./session";

/**
 * Runs an operation that takes the stack's lock. A lock that a dead process of this machine left behind is taken
 * away, and the operation is run once more; a live one is left alone unless the user says to break it.
 */
export async function withLock<T>(
  { engine, machine, breakLocks }: EngineSession,
  stack: string,
  operation: () => Promise<T>,
  /** Gets whose lock it was that was taken away. */
  onBroken: (holder: LockHolder) => void = () => undefined,
  /** An earlier run on the stack that did not end, as its journal says. */
  earlier?: RunEntry,
): Promise<T> {
  try {
    return await operation();
  } catch (e) {
    if (!(e instanceof EngineError) || e.kind !== "locked") throw e;
    const { holder } = e;
    const here = holder?.machine === machine.host;
    const alive = here ? machine.alive(holder.pid) : undefined;
    // From inside a container: only of a run that was begun among the same processes.
    const ours = here && machine.space !== undefined && earlier?.space === machine.space;
    const dead = alive === false || (alive === undefined && ours);
    if (!breakLocks && !dead) {
      const who =
        holder === undefined
          ? "another update"
          : `process ${holder.pid} ${here ? (alive === true ? "of this machine" : "of this machine's name, which is not seen from this container") : `on ${holder.machine}`} since ${holder.since}`;
      const advice =
        here && alive === true
          ? "let it end, or stop it"
          : "let it end; if you know that it is dead, run again with --break-locks";
      throw new EngineError("locked", `is being worked on by ${who}: ${advice}`, {
        ...(holder && { holder }),
      });
    }
    await engine.cancel(stack);
    if (holder !== undefined) onBroken(holder);
    return operation();
  }
}
