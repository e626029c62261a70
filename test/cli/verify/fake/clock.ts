import type { Clock } from "../../../../cli/clock";

/** Time that passes only when somebody sleeps. */
export class FakeClock implements Clock {
  private time = 0;
  readonly slept: number[] = [];
  now(): number {
    return this.time;
  }
  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.time += ms;
    // Sockets of the test go on meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
