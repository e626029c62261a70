import type { Clock } from "../../../cli/clock";

interface Sleeper {
  at: number;
  seq: number;
  wake: () => void;
}

/** A clock that jumps: when nothing else is left to do, the earliest sleeper wakes. Hours take milliseconds. */
export class VirtualClock implements Clock {
  #now: number;
  #seq = 0;
  readonly #sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2026, 10, 21, 9)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const sleeper: Sleeper = {
        at: this.#now + ms,
        seq: this.#seq++,
        wake: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#drop(sleeper);
        resolve();
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Runs until the promise settles, or `until` says to stop, or nothing will ever happen again. */
  async run<T>(promise: Promise<T>, until: () => boolean = () => false): Promise<T | undefined> {
    const state: { settled: boolean } = { settled: false };
    const done = (): void => {
      state.settled = true;
    };
    promise.then(done, done);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.settled) return promise;
      if (until()) return undefined;
      const next = this.#sleepers.reduce<Sleeper | undefined>(
        (a, b) => (a === undefined || b.at < a.at || (b.at === a.at && b.seq < a.seq) ? b : a),
        undefined,
      );
      if (next === undefined) throw new Error("deadlock: nobody sleeps and nothing settles");
      this.#drop(next);
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }

  #drop(sleeper: Sleeper): void {
    const i = this.#sleepers.indexOf(sleeper);
    if (i !== -1) this.#sleepers.splice(i, 1);
  }
}
