import { runBatch, type Outcome, type Task } from "./batch";
import { realClock } from "../clock";
import { batchInterrupts } from "../engine/interrupts";
import { canShowLive, show } from "./batch-progress";

/**
 * Runs work on students with progress on standard error and Ctrl-C in three stages. The exit code is 1 when any
 * student failed or was not reached.
 */
export async function workOn<R>(
  names: readonly string[],
  opts: { parallel: number; timeout: number; json: boolean },
  work: (name: string, task: Task) => Promise<R>,
): Promise<Outcome<R>[]> {
  const interrupts = batchInterrupts();
  const write = (text: string): void => void process.stderr.write(text);
  const progress = show<R>(names, {
    live: !opts.json && canShowLive(names.length),
    write,
    now: () => Date.now(),
  });
  const run = async (): Promise<Outcome<R>[]> => {
    const onEvent = progress.onEvent;
    const outcomes = await runBatch(names, work, { ...opts, clock: realClock, interrupts, onEvent });
    await progress.end();
    return outcomes;
  };
  const outcomes = await interrupts.during((text) => {
    write(`\n${text}\n`);
  }, run);
  if (outcomes.some((o) => o.status !== "done")) process.exitCode = 1;
  return outcomes;
}

/** Writes a result to standard output: JSON for machines, else text. */
export async function print(json: boolean, value: unknown, text: () => string): Promise<void> {
  const out = json ? `${JSON.stringify(value, null, 2)}\n` : text();
  await new Promise<void>((resolve) =>
    process.stdout.write(out, () => {
      resolve();
    }),
  );
}

/** An outcome without what cannot be printed. */
export function printable<R>(o: Outcome<R>): Record<string, unknown> {
  if (o.status !== "failed") return { ...o };
  const { error: _, ...rest } = o;
  return rest;
}
