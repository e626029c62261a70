import { EngineError, type LockHolder } from "../../../cli/engine/engine";
import { isAlive, seenAlive } from "../../../cli/engine/machine";
import { withLock } from "../../../cli/engine/stack-lock";

const holder: LockHolder = { machine: "runner", pid: 4711, since: "2026-11-26T09:00:00Z" };

/** Whether a lock is taken away: `alive` is what this place sees of its process. */
async function broken(
  alive: boolean | undefined,
  {
    host = "runner",
    space = "boot pid:[1]",
    earlier,
  }: { host?: string; space?: string; earlier?: string } = {},
): Promise<boolean> {
  let cancelled = false;
  const session = {
    engine: { cancel: () => Promise.resolve(void (cancelled = true)) },
    machine: { host, space, alive: () => alive },
    breakLocks: false,
  };
  const operation = (): Promise<string> =>
    cancelled ? Promise.resolve("done") : Promise.reject(new EngineError("locked", "locked", { holder }));
  const entry = earlier === undefined ? undefined : { began: 0, fresh: [], space: earlier };
  await withLock(session as never, "net-ana", operation, () => undefined, entry).catch((e: unknown) => {
    expect(String(e)).toMatch(/is being worked on by process 4711/);
  });
  return cancelled;
}

test.each([
  ["a process that is dead", false, {}, true],
  ["one that lives", true, {}, false],
  ["one of another machine", false, { host: "laptop" }, false],
  // Two containers of one host name and one backend: neither sees the other's processes.
  ["one that is not seen from this container", undefined, {}, false],
  ["one that an earlier run of this container began", undefined, { earlier: "boot pid:[1]" }, true],
  ["one that another container's run began", undefined, { earlier: "boot pid:[2]" }, false],
  ["one of before the machine started anew", undefined, { earlier: "other pid:[1]" }, false],
])("the lock of %s", async (_, alive, more, wanted) => {
  expect(await broken(alive, more)).toBe(wanted);
});

test("what is not seen from a namespace of its own is not called dead", () => {
  const dead = 2 ** 22 + 1;
  expect(isAlive(dead)).toBe(false);
  expect(seenAlive(dead, "boot pid:[4026531836]")).toBe(false);
  expect(seenAlive(dead, undefined)).toBe(false);
  expect(seenAlive(dead, "boot pid:[4026532000]")).toBeUndefined();
  expect(seenAlive(process.pid, "boot pid:[4026532000]")).toBe(true);
});
