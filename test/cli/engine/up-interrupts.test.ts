import { interruptible } from "../../../cli/engine/up-interrupts";

/** Presses at moments of a clock of its own. */
async function presses(
  moments: readonly number[],
): Promise<{ cancelled: boolean; killed: boolean; said: number }> {
  let now = 0;
  const said: string[] = [];
  return interruptible(
    (line) => said.push(line),
    ({ cancel, kill }) => {
      for (const m of moments) {
        now = m;
        process.emit("SIGINT");
      }
      return Promise.resolve({ cancelled: cancel.aborted, killed: kill.aborted, said: said.length });
    },
    () => now,
  );
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
