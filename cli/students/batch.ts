import { reasonOf } from "../../kube/problems";
import type { Clock } from "../clock";
import type { Interrupts } from "../engine/interrupts";
import { inParallel } from "../in-parallel";

/** Work on many students with bounded parallelism: one failure stops nobody else, none is started twice. */
export interface BatchOptions<R> {
  parallel: number;
  /** After this long, in milliseconds, the work on one student is cancelled, and then killed. */
  timeout: number;
  clock: Clock;
  interrupts: Interrupts<"stop" | "cancel" | "kill">;
  onEvent?: (event: BatchEvent<R>) => void;
}

/** What happened to one student. */
export type Outcome<R> =
  | { name: string; status: "done"; value: R; ms: number }
  | { name: string; status: "failed"; reason: string; error: unknown; ms: number }
  /** Never started: the batch was interrupted before. */
  | { name: string; status: "skipped"; reason: string; ms: 0 };

export type BatchEvent<R> =
  | { type: "start"; name: string }
  | { type: "progress"; name: string; text: string }
  | { type: "end"; name: string; outcome: Outcome<R> };

/** What the work on one student gets. */
export interface Task {
  progress: (text: string) => void;
  cancel: AbortSignal;
  kill: AbortSignal;
}

/** How long a cancelled operation may take to end by itself before it is killed, and a killed one to be gone. */
export const GRACE = { cancel: 120_000, kill: 30_000 } as const;

/**
 * Runs `work` for every name. Never throws; the outcomes come in the order of the names. Work that does not even
 * end when killed is left behind and reported as failed: nobody waits for it.
 */
export async function runBatch<R>(
  names: readonly string[],
  work: (name: string, task: Task) => Promise<R>,
  opts: BatchOptions<R>,
): Promise<Outcome<R>[]> {
  const stop = opts.interrupts.signal("stop");
  return inParallel(new Set(names), opts.parallel, async (name): Promise<Outcome<R>> => {
    let outcome: Outcome<R> = { name, status: "skipped", reason: "interrupted before it began", ms: 0 };
    if (!stop.aborted) {
      opts.onEvent?.({ type: "start", name });
      outcome = await one(name, work, opts);
    }
    opts.onEvent?.({ type: "end", name, outcome });
    return outcome;
  });
}

async function one<R>(
  name: string,
  work: (name: string, task: Task) => Promise<R>,
  opts: BatchOptions<R>,
): Promise<Outcome<R>> {
  const { clock, interrupts } = opts;
  const began = clock.now();
  const cancel = linked(interrupts.signal("cancel"));
  const kill = linked(interrupts.signal("kill"));
  const over = new AbortController();
  const ended = (): boolean => over.signal.aborted;
  // An object: the checker does not see that another function changes it.
  const deadline = { passed: false };
  const task: Task = {
    cancel: cancel.signal,
    kill: kill.signal,
    progress: (text) => opts.onEvent?.({ type: "progress", name, text }),
  };
  const failed = (reason: string, error: unknown): Outcome<R> => ({
    name,
    status: "failed",
    reason: deadline.passed ? `stopped after ${opts.timeout / 60_000} minutes: ${reason}` : reason,
    error,
    ms: clock.now() - began,
  });
  const worked = async (): Promise<Outcome<R>> => {
    try {
      return { name, status: "done", value: await work(name, task), ms: clock.now() - began };
    } catch (error) {
      const text = reasonOf(error);
      return failed(text.trim().replace(/\s*\n\s*/g, "; "), error);
    }
  };
  const watched = async (): Promise<Outcome<R>> => {
    await Promise.race([clock.sleep(opts.timeout, over.signal), aborted(cancel.signal, over.signal)]);
    if (ended()) return never();
    deadline.passed = !cancel.signal.aborted;
    cancel.abort();
    await Promise.race([clock.sleep(GRACE.cancel, over.signal), aborted(kill.signal, over.signal)]);
    if (ended()) return never();
    kill.abort();
    await clock.sleep(GRACE.kill, over.signal);
    return failed("did not end even when killed; what it did is not known: run the command again", undefined);
  };
  try {
    return await Promise.race([worked(), watched()]);
  } finally {
    over.abort();
    cancel.dispose();
    kill.dispose();
  }
}

const never = (): Promise<never> => new Promise<never>(() => undefined);

/** A signal that follows another and can be aborted by itself; `dispose` leaves no listener on the longer-lived one. */
function linked(source: AbortSignal): { signal: AbortSignal; abort: () => void; dispose: () => void } {
  const own = new AbortController();
  const abort = (): void => {
    own.abort();
  };
  if (source.aborted) abort();
  source.addEventListener("abort", abort);
  return {
    signal: own.signal,
    abort,
    dispose: () => {
      source.removeEventListener("abort", abort);
    },
  };
}

/** Resolves when either signal aborts. Both must be as short-lived as the task. */
function aborted(...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      resolve();
    };
    for (const signal of signals) {
      if (signal.aborted) done();
      else signal.addEventListener("abort", done, { once: true });
    }
  });
}
