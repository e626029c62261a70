/** What a person asked of a run by Ctrl-C. */
export interface Signals {
  /** End in order: what is under way is finished or undone, the lock is given back. */
  cancel: AbortSignal;
  /** End at once. */
  kill: AbortSignal;
}

/** npm hands on the signal that the terminal has sent us already. */
const SAME_PRESS = 700;

const FIRST = "Cancelling: the engine ends in order. Ctrl-C again ends it at once.";
const SECOND = "Ended at once. The same command again cleans up and continues.";

/**
 * Runs work that a Ctrl-C must not cut off: the engine has a lock to give back, and a half-made cluster to tell of.
 * The first press cancels, the second kills.
 */
export async function interruptible<T>(
  say: (line: string) => void,
  work: (signals: Signals) => Promise<T>,
  now: () => number = Date.now,
): Promise<T> {
  const [cancel, kill] = [new AbortController(), new AbortController()];
  let last = -Infinity;
  const pressed = (): void => {
    if (now() - last < SAME_PRESS) return;
    last = now();
    if (!cancel.signal.aborted) {
      say(FIRST);
      cancel.abort();
    } else if (!kill.signal.aborted) {
      say(SECOND);
      kill.abort();
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const s of signals) process.on(s, pressed);
  try {
    return await work({ cancel: cancel.signal, kill: kill.signal });
  } finally {
    for (const s of signals) process.off(s, pressed);
  }
}
