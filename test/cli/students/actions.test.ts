import { setMaxListeners } from "node:events";
import { bringUp, type Wanted } from "../../../cli/students/bring-up";
import { resetEnvironment } from "../../../cli/students/students-reset";
import { takeDown } from "../../../cli/students/take-down";
import type { Task } from "../../../cli/students/batch";
import type { PendingOperation } from "../../../cli/engine/engine";
import type { EngineSession } from "../../../cli/engine/session";
import { madeBy, making, shaping, type MachineObject } from "../../../components/kind/machine-objects";
import { toTags, type EnvironmentRecord } from "../../../classroom/environment-record";
import { start } from "./fake-engine";
import { World, type Fate } from "./fake-world";
import { VirtualClock } from "./virtual-clock";

const HOUR = 3_600_000;
const task: Task = {
  progress: () => undefined,
  cancel: new AbortController().signal,
  kill: new AbortController().signal,
};

setMaxListeners(0, task.cancel, task.kill);

function set(fate: Fate = "works"): {
  clock: VirtualClock;
  world: World;
  session: EngineSession;
  wanted: Wanted;
} {
  const clock = new VirtualClock(0);
  const world = new World(clock, { fate: () => fate, duration: () => 1000 });
  const { session, machine } = start(world);
  const record: EnvironmentRecord = {
    class: "net",
    id: "ana",
    name: "Ana",
    owner: "me",
    target: "kind",
    machine: machine.name,
    slot: 0,
    apiPort: 20000,
    lease: { created: 0, expires: 8 * HOUR, hardLimit: 24 * HOUR },
  };
  return {
    clock,
    world,
    session,
    wanted: { record, config: { kind: { apiServerPort: 20000 } } },
  };
}

test("tags are there before anything runs, and a failed up keeps them for the next run and for reap", async () => {
  const { clock, world, session, wanted } = set("fails early");
  await expect(clock.run(bringUp(session, "net-ana", wanted, task))).rejects.toThrow("provider said no");
  expect(world.stacks.get("net-ana")?.tags).toEqual(toTags(wanted.record));
  world.dice = { ...world.dice, fate: () => "works" };
  await clock.run(bringUp(session, "net-ana", wanted, task));
  expect([...world.clusters.keys()]).toEqual(["net-ana"]);
  expect(world.stacks.get("net-ana")?.pending).toEqual([]);
});

test("a stack that is no student's is neither taken over nor destroyed", async () => {
  const { clock, world, session, wanted } = set();
  world.stacks.set("net-ana", {
    tags: {},
    config: {},
    pending: [],
    resources: [{ urn: "u", type: "aws:ec2/vpc:Vpc", real: true, inputs: {} }],
  });
  await expect(clock.run(bringUp(session, "net-ana", wanted, task))).rejects.toThrow("not a student's");
  await expect(clock.run(takeDown(session, "net-ana", {}, task))).rejects.toThrow("not a student's");
  expect(world.destroys).toEqual([]);
});

test("a kind cluster on another machine is left to that machine", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const elsewhere: EngineSession = { ...session, machine: { ...session.machine, name: "desk" } };
  const there = { ...wanted, record: { ...wanted.record, machine: "desk" } };
  await expect(clock.run(bringUp(elsewhere, "net-ana", there, task))).rejects.toThrow("is on laptop");
  await expect(clock.run(takeDown(elsewhere, "net-ana", {}, task))).rejects.toThrow("is on laptop");
  expect([...world.clusters.keys()]).toEqual(["net-ana"]);
});

test("reset --rebuild on another machine destroys nothing: the state would go, and the cluster stay", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const elsewhere: EngineSession = { ...session, machine: { ...session.machine, name: "desk" } };
  const rebuilt = resetEnvironment(elsewhere, "net-ana", wanted.record, { step: 0 }, true, task);
  await expect(clock.run(rebuilt)).rejects.toThrow("its kind cluster is on laptop: run the command there");
  expect(world.destroys).toEqual([]);
});

test("an environment whose up was cut off stays on its machine; only who has looked removes it elsewhere", async () => {
  const { clock, world, session, wanted } = set("fails early");
  await clock.run(bringUp(session, "net-ana", wanted, task)).catch(() => undefined);
  const elsewhere: EngineSession = { ...session, machine: { ...session.machine, name: "desk" } };
  await expect(clock.run(takeDown(elsewhere, "net-ana", {}, task))).rejects.toThrow("is on laptop");
  expect(await clock.run(takeDown(elsewhere, "net-ana", { forget: true }, task))).toMatchObject({ left: [] });
  expect(world.stacks.size).toBe(0);
});

test("a cluster of the same name that has another port is somebody else's: told, never deleted", async () => {
  const { clock, world, session, wanted } = set("fails early");
  await clock.run(bringUp(session, "net-ana", wanted, task)).catch(() => undefined);
  world.clusters.set("net-ana", 6443);
  const result = await clock.run(takeDown(session, "net-ana", {}, task));
  expect(result).toMatchObject({
    status: "destroyed",
    left: [expect.stringContaining("kind delete cluster --name net-ana")],
  });
  expect([...world.clusters.keys()]).toEqual(["net-ana"]);
  expect([...world.stacks.keys()]).toEqual(["net-ana"]);
});

test("what a cloud may have made is on the receipt, and the stack stays until a person has looked", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const nat: PendingOperation = {
    urn: "urn:nat",
    type: "aws:ec2/natGateway:NatGateway",
    operation: "creating",
    inputs: {},
  };
  world.stacks.get("net-ana")?.pending.push(nat);
  const first = await clock.run(takeDown(session, "net-ana", {}, task));
  expect(first).toMatchObject({
    status: "destroyed",
    left: [expect.stringContaining("maybe aws:ec2/natGateway")],
  });
  expect(world.stacks.has("net-ana")).toBe(true);
  expect(await clock.run(takeDown(session, "net-ana", { forget: true }, task))).toMatchObject({ left: [] });
  expect(world.stacks.has("net-ana")).toBe(false);
  expect(await clock.run(takeDown(session, "net-ana", {}, task))).toEqual({ status: "gone" });
});

test("reap looks at the lease as it is now, not as it was listed", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const at = (ms: number) => ({ expiredAt: () => ms });
  expect(await clock.run(takeDown(session, "net-ana", at(8 * HOUR - 1), task))).toEqual({
    status: "extended",
    until: 8 * HOUR,
  });
  expect(await clock.run(takeDown(session, "net-ana", at(8 * HOUR), task))).toMatchObject({
    status: "destroyed",
    left: [],
  });
  expect(world.stacks.size).toBe(0);
});

test("a lock: of a live process here it waits for nobody's mercy, of a dead one it goes, of elsewhere on request", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const lock = (machine: string, pid: number): void => {
    const stack = world.stacks.get("net-ana");
    if (stack !== undefined) stack.lock = { machine, pid, since: "2026-11-21T09:00:00Z" };
  };
  lock("laptop", 7);
  await expect(clock.run(bringUp(session, "net-ana", wanted, task))).rejects.toThrow(
    "process 7 of this machine since 2026",
  );
  world.dead.add(7);
  await clock.run(bringUp(session, "net-ana", wanted, task));
  lock("desk", 8);
  await expect(clock.run(bringUp(session, "net-ana", wanted, task))).rejects.toThrow(
    "process 8 on desk since 2026-11-21T09:00:00Z: let it end; if you know that it is dead, run again with --break-locks",
  );
  world.dead.add(8);
  await clock.run(bringUp({ ...session, breakLocks: true }, "net-ana", wanted, task));
  expect(world.violations).toEqual([]);
});

test("a cluster of another shape is not replaced under its student, unless the instructor says so", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  world.stacks.get("net-ana")?.resources.push({
    urn: "urn:pulumi:net-ana::p::labs:kind:KindCluster$command:local:Command::kind-shape",
    type: "command:local:Command",
    real: true,
    inputs: { environment: shaping("net-ana"), triggers: ["aaaa", "network id"] },
  });
  await clock.run(bringUp(session, "net-ana", { ...wanted, shape: "aaaa" }, task));
  const later: Wanted = {
    ...wanted,
    shape: "bbbb",
    record: { ...wanted.record, lease: { ...wanted.record.lease, expires: 9 * HOUR } },
  };
  await expect(clock.run(bringUp(session, "net-ana", later, task))).rejects.toThrow("say up --replace");
  expect(world.stacks.get("net-ana")?.tags).toEqual(toTags(wanted.record));
  await clock.run(bringUp(session, "net-ana", { ...later, replace: true }, task));
});

test("what Docker still has of it is on the receipt, with the command that removes it, and the stack stays", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const { outside } = world.site("laptop");
  outside.push({ kind: "container", name: "net-ana-host1" }, { kind: "network", name: "net-ana" });
  expect(await clock.run(takeDown(session, "net-ana", {}, task))).toMatchObject({
    left: [
      expect.stringContaining("docker rm --force net-ana-host1"),
      expect.stringContaining("docker network rm net-ana"),
    ],
  });
  expect(world.stacks.has("net-ana")).toBe(true);
  outside.length = 0;
  expect(await clock.run(takeDown(session, "net-ana", {}, task))).toMatchObject({ left: [] });
  expect(world.stacks.has("net-ana")).toBe(false);
});

test("a cluster that was deleted behind our back is not called up: told, rebuilt on request, and on the receipt", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  world.clusters.delete("net-ana");
  await expect(clock.run(bringUp(session, "net-ana", wanted, task))).rejects.toThrow("reset --rebuild");
  const down = await clock.run(takeDown(session, "net-ana", {}, task));
  expect(down).toMatchObject({ status: "destroyed", left: [], goneBefore: true });
});

test("up moves nobody back: labs that run stay at their step, labs that are new begin where the class says", async () => {
  const { clock, world, session, wanted } = set();
  const at = (labs: Record<string, unknown>): Wanted => ({
    ...wanted,
    keepSteps: true,
    config: { ...wanted.config, labs },
  });
  await clock.run(bringUp(session, "net-ana", at({ stars: { step: 0 }, dns: { step: 0 } }), task));
  const stack = world.stacks.get("net-ana");
  expect(stack?.config["labs"]).toEqual({ stars: { step: 0 }, dns: { step: 0 } });
  Object.assign(stack?.config ?? {}, { labs: { stars: { step: 3 }, dns: { step: 1 } } });
  await clock.run(bringUp(session, "net-ana", at({ stars: { step: 0 }, yaobank: { step: 2 } }), task));
  expect(stack?.config["labs"]).toEqual({ stars: { step: 3 }, yaobank: { step: 2 } });
});

test("a network and host1 whose making was cut off are taken away, host1 first; nobody else's are", async () => {
  const { clock, world, session, wanted } = set();
  await clock.run(bringUp(session, "net-ana", wanted, task));
  const objects: MachineObject[] = [
    { kind: "network", name: "net-ana" },
    { kind: "container", name: "net-ana-host1" },
  ];
  world.site("laptop").outside.push(...objects, { kind: "network", name: "bridge" });
  world.stacks.get("net-ana")?.pending.push(
    ...objects.map((o) => ({
      urn: `urn:${o.kind}`,
      type: "command:local:Command",
      operation: "creating" as const,
      inputs: { environment: making(o) },
    })),
  );
  expect(await clock.run(takeDown(session, "net-ana", {}, task))).toMatchObject({
    status: "destroyed",
    cleaned: ["docker container net-ana-host1", "docker network net-ana"],
    left: [],
  });
  expect(world.removed).toEqual(["container net-ana-host1", "network net-ana"]);
});

test.each([
  [{ LABS_MAKES: "cluster net-ana" }, { kind: "cluster", name: "net-ana" }],
  [{ LABS_MAKES: "volume net-ana" }, undefined],
  [{ LABS_MAKES: "cluster" }, undefined],
  [{}, undefined],
])("what a command with %j makes: %j", (environment, made) => {
  expect(madeBy({ type: "command:local:Command", inputs: { environment } })).toEqual(made);
  expect(madeBy({ type: "aws:ec2/vpc:Vpc", inputs: { environment } })).toBeUndefined();
  expect(madeBy({ type: "command:local:Command", inputs: {} })).toBeUndefined();
});
