import { batchInterrupts, runInterrupts } from "../../../cli/engine/interrupts";

/** Presses at moments of a clock of its own. */
async function presses(
  moments: readonly number[],
): Promise<{ cancelled: boolean; killed: boolean; said: number }> {
  let now = 0;
  const said: string[] = [];
  const interrupts = runInterrupts();
  await interrupts.during(
    (line) => said.push(line),
    () => {
      for (const m of moments) {
        now = m;
        process.emit("SIGINT");
      }
      return Promise.resolve();
    },
    () => now,
  );
  const { aborted: cancelled } = interrupts.signal("cancel");
  return { cancelled, killed: interrupts.signal("kill").aborted, said: said.length };
}

test("the first Ctrl-C cancels, the second kills, and each says what comes", async () => {
  await expect(presses([])).resolves.toEqual({ cancelled: false, killed: false, said: 0 });
  await expect(presses([1000])).resolves.toEqual({ cancelled: true, killed: false, said: 1 });
  await expect(presses([1000, 5000])).resolves.toEqual({ cancelled: true, killed: true, said: 2 });
});

test("one press that npm hands on a second time is one press", async () => {
  await expect(presses([1000, 1010])).resolves.toEqual({ cancelled: true, killed: false, said: 1 });
});

test("afterwards a Ctrl-C ends the process again", async () => {
  const before = process.listenerCount("SIGINT");
  await presses([1000]);
  expect(process.listenerCount("SIGINT")).toBe(before);
});

test("of a batch the first press stops, the second cancels, the third kills; what comes next is said before it", () => {
  const interrupts = batchInterrupts();
  const said: string[] = [];
  const begun = (["stop", "cancel", "kill"] as const).map((stage) => {
    const signal = interrupts.signal(stage);
    signal.addEventListener("abort", () => said.push(stage));
    return signal;
  });
  for (const count of [1, 2, 3, 3]) {
    interrupts.press((line) => said.push(line.split(/[ .]/)[0] ?? ""));
    expect(begun.filter((s) => s.aborted)).toHaveLength(count);
  }
  expect(said).toEqual(["No", "stop", "Cancelling", "cancel", "Killed", "kill"]);
});
