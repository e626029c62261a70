import { runBatch, type Outcome, type Task } from "./batch";
import { Interrupts, STAGES } from "../engine/interrupts";
import { realClock } from "../engine/machine";
import { canShowLive, show } from "./show";

/**
 * Runs work on students with progress on standard error and Ctrl-C in three stages. The exit code is 1 when any
 * student failed or was not reached.
 */
export async function workOn<R>(
  names: readonly string[],
  opts: { parallel: number; timeout: number; json: boolean },
  work: (name: string, task: Task) => Promise<R>,
): Promise<Outcome<R>[]> {
  const interrupts = new Interrupts();
  const write = (text: string): void => void process.stderr.write(text);
  const press = (): void => {
    write(`\n${STAGES[interrupts.press()] ?? ""}\n`);
  };
  // A closed terminal and a polite kill mean the same as Ctrl-C.
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const s of signals) process.on(s, press);
  const progress = show<R>(names, {
    live: !opts.json && canShowLive(names.length),
    write,
    now: () => Date.now(),
  });
  try {
    const outcomes = await runBatch(names, work, {
      ...opts,
      clock: realClock,
      interrupts,
      onEvent: progress.onEvent,
    });
    await progress.end();
    if (outcomes.some((o) => o.status !== "done")) process.exitCode = 1;
    return outcomes;
  } finally {
    for (const s of signals) process.off(s, press);
  }
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
export function plain<R>(o: Outcome<R>): Record<string, unknown> {
  if (o.status !== "failed") return { ...o };
  const { error: _, ...rest } = o;
  return rest;
}
