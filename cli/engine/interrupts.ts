import { setMaxListeners } from "node:events";

/** npm hands on the signal that the terminal has sent to us already. */
const SAME_PRESS = 700;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * What Ctrl-C asks for, in stages: each press begins the next one. A closed terminal and a polite kill mean the same.
 * A stage is a name and what is said when it begins.
 */
export class Interrupts<Stage extends string> {
  readonly #stages: readonly { name: Stage; text: string; controller: AbortController }[];

  constructor(texts: Readonly<Record<Stage, string>>) {
    this.#stages = (Object.entries(texts) as [Stage, string][]).map(([name, text]) => {
      const controller = new AbortController();
      // Each student under way listens to each stage.
      setMaxListeners(0, controller.signal);
      return { name, text, controller };
    });
  }

  /** Aborts when the stage begins. */
  signal(stage: Stage): AbortSignal {
    const found = this.#stages.find((s) => s.name === stage);
    if (found === undefined) throw new Error(`no stage ${stage}`);
    return found.controller.signal;
  }

  /** Says what comes next, and begins it. After the last stage nothing more happens. */
  press(say: (line: string) => void = () => undefined): void {
    const next = this.#stages.find((s) => !s.controller.signal.aborted);
    if (next === undefined) return;
    say(next.text);
    next.controller.abort();
  }

  /** Runs work during which Ctrl-C does not end the process. */
  async during<T>(
    say: (line: string) => void,
    work: () => Promise<T>,
    now: () => number = Date.now,
  ): Promise<T> {
    let last = -Infinity;
    const pressed = (): void => {
      if (now() - last < SAME_PRESS) return;
      last = now();
      this.press(say);
    };
    for (const s of SIGNALS) process.on(s, pressed);
    try {
      return await work();
    } finally {
      for (const s of SIGNALS) process.off(s, pressed);
    }
  }
}

/** For the work on one stack: the engine has a lock to give back, and a half-made cluster to tell of. */
export const runInterrupts = (): Interrupts<"cancel" | "kill"> =>
  new Interrupts({
    cancel: "Cancelling: the engine ends in order. Ctrl-C again ends it at once.",
    kill: "Ended at once. The same command again cleans up and continues.",
  });

/** For work on many: before anything is cancelled, what is under way may end by itself. */
export const batchInterrupts = (): Interrupts<"stop" | "cancel" | "kill"> =>
  new Interrupts({
    stop: "No further student is started; those under way are finished. Ctrl-C again cancels them.",
    cancel: "Cancelling what is under way. Ctrl-C again kills it.",
    kill: "Killed. Run the same command again: it continues or cleans up.",
  });
