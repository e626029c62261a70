import { setMaxListeners } from "node:events";

/**
 * Ctrl-C in three stages. First: nothing new is started, what runs is finished. Second: what runs is cancelled as
 * Pulumi cancels, so that state and lock are left in order. Third: it is killed; the next run cleans up.
 */
export class Interrupts {
  readonly #stages = [new AbortController(), new AbortController(), new AbortController()] as const;

  constructor() {
    // Each student under way listens to each stage.
    setMaxListeners(0, ...this.#stages.map((c) => c.signal));
  }

  /** The next stage; returns its number, 1 to 3. */
  press(): number {
    const i = this.#stages.findIndex((c) => !c.signal.aborted);
    this.#stages[i === -1 ? 2 : i]?.abort();
    return i === -1 ? 3 : i + 1;
  }

  /** Nothing new is to be started. */
  get stop(): AbortSignal {
    return this.#stages[0].signal;
  }
  get cancel(): AbortSignal {
    return this.#stages[1].signal;
  }
  get kill(): AbortSignal {
    return this.#stages[2].signal;
  }
}

export const STAGES = [
  "",
  "No further student is started; those under way are finished. Ctrl-C again cancels them.",
  "Cancelling what is under way. Ctrl-C again kills it.",
  "Killed. Run the same command again: it continues or cleans up.",
] as const;
