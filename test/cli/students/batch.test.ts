import { GRACE, runBatch, type BatchEvent, type Task } from "../../../cli/students/batch";
import { batchInterrupts } from "../../../cli/engine/interrupts";
import { VirtualClock } from "./virtual-clock";

const MINUTE = 60_000;
const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i}`);

function batch(
  opts: { parallel: number; timeout?: number },
  work: (name: string, task: Task, clock: VirtualClock) => Promise<string>,
  count = 6,
) {
  const clock = new VirtualClock(0);
  const interrupts = batchInterrupts();
  const events: BatchEvent<string>[] = [];
  const done = runBatch(names(count), (name, task) => work(name, task, clock), {
    parallel: opts.parallel,
    timeout: opts.timeout ?? 60 * MINUTE,
    clock,
    interrupts,
    onEvent: (e) => events.push(e),
  });
  return { clock, interrupts, events, done };
}

test("never more at once than asked for, everybody once, results in the order of the roster", async () => {
  let running = 0;
  let most = 0;
  const b = batch({ parallel: 3 }, async (name, _, clock) => {
    most = Math.max(most, ++running);
    await clock.sleep((10 - Number(name.slice(1))) * MINUTE);
    running--;
    return name;
  });
  const outcomes = await b.clock.run(b.done);
  expect(most).toBe(3);
  expect(outcomes?.map((o) => o.status === "done" && o.value)).toEqual(names(6));
  expect(b.events.filter((e) => e.type === "start")).toHaveLength(6);
  expect(b.events.filter((e) => e.type === "end")).toHaveLength(6);
});

test("one that throws, at once or later, stops nobody else", async () => {
  const b = batch({ parallel: 2 }, async (name, _, clock) => {
    if (name === "s1") throw new Error("ExpiredToken");
    await clock.sleep(MINUTE);
    if (name === "s2") throw new Error("no capacity");
    return name;
  });
  const outcomes = await b.clock.run(b.done);
  expect(outcomes?.map((o) => (o.status === "failed" ? o.reason : o.status))).toEqual([
    "done",
    "ExpiredToken",
    "no capacity",
    "done",
    "done",
    "done",
  ]);
});

test("who hangs is cancelled after the timeout, killed after a grace, and at last left behind", async () => {
  const seen: string[] = [];
  const b = batch(
    { parallel: 1, timeout: 10 * MINUTE },
    (name, task) =>
      new Promise((_, reject) => {
        task.cancel.addEventListener("abort", () => {
          seen.push(`${name} cancel`);
          if (name === "s0") reject(new Error("cancelled"));
        });
        task.kill.addEventListener("abort", () => {
          seen.push(`${name} kill`);
          if (name === "s1") reject(new Error("killed"));
        });
      }),
    3,
  );
  const outcomes = await b.clock.run(b.done);
  expect(seen).toEqual(["s0 cancel", "s1 cancel", "s1 kill", "s2 cancel", "s2 kill"]);
  expect(outcomes?.map((o) => [o.status === "failed" && o.reason, o.ms])).toEqual([
    ["stopped after 10 minutes: cancelled", 10 * MINUTE],
    ["stopped after 10 minutes: killed", 10 * MINUTE + GRACE.cancel],
    [expect.stringContaining("did not end even when killed"), 10 * MINUTE + GRACE.cancel + GRACE.kill],
  ]);
});

test("Ctrl-C: the first stops new ones only, the second cancels, the third kills", async () => {
  const b = batch({ parallel: 2 }, async (name, task, clock) => {
    await clock.sleep(10 * MINUTE, task.cancel);
    if (!task.cancel.aborted) return name;
    await clock.sleep(10 * MINUTE, task.kill);
    throw new Error(task.kill.aborted ? "killed" : "cancelled");
  });
  void (async () => {
    await b.clock.sleep(11 * MINUTE);
    b.interrupts.press();
    await b.clock.sleep(1 * MINUTE);
    b.interrupts.press();
    await b.clock.sleep(1 * MINUTE);
    b.interrupts.press();
    b.interrupts.press();
  })();
  const outcomes = await b.clock.run(b.done);
  expect(outcomes?.map((o) => (o.status === "failed" ? o.reason : o.status))).toEqual([
    "done",
    "done",
    "killed",
    "killed",
    "skipped",
    "skipped",
  ]);
  expect(b.clock.now()).toBe(13 * MINUTE);
});

test("after the first Ctrl-C, what runs ends as if nothing had happened", async () => {
  const b = batch({ parallel: 2 }, async (name, _, clock) => {
    await clock.sleep(10 * MINUTE);
    return name;
  });
  void b.clock.sleep(MINUTE).then(() => {
    b.interrupts.press();
  });
  const outcomes = await b.clock.run(b.done);
  // Both workers had taken one before the press.
  expect(outcomes?.map((o) => o.status)).toEqual([
    "done",
    "done",
    "skipped",
    "skipped",
    "skipped",
    "skipped",
  ]);
});
