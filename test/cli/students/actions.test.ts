import { setMaxListeners } from "node:events";
import { bringUp, takeDown, type Wanted } from "../../../cli/students/actions";
import type { Task } from "../../../cli/students/batch";
import type { PendingOperation } from "../../../cli/engine/engine-port";
import { kindClusterOf, type Workshop } from "../../../cli/students/recover";
import { toTags, type EnvironmentRecord } from "../../../classroom/record";
import { World, type Fate } from "./fake-engine";
import { VirtualClock } from "./virtual-clock";

const HOUR = 3_600_000;
const task: Task = {
  progress: () => undefined,
  cancel: new AbortController().signal,
  kill: new AbortController().signal,
};

setMaxListeners(0, task.cancel, task.kill);

function set(fate: Fate = "works"): { clock: VirtualClock; world: World; shop: Workshop; wanted: Wanted } {
  const clock = new VirtualClock(0);
  const world = new World(clock, { fate: () => fate, duration: () => 1000 });
  const { engine, machine } = world.start();
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
    shop: { engine, machine, breakLocks: false },
    wanted: { record, config: { kind: { apiServerPort: 20000 } } },
  };
}

test("tags are there before anything runs, and a failed up keeps them for the next run and for reap", async () => {
  const { clock, world, shop, wanted } = set("fails early");
  await expect(clock.run(bringUp(shop, "net-ana", wanted, task))).rejects.toThrow("provider said no");
  expect(world.stacks.get("net-ana")?.tags).toEqual(toTags(wanted.record));
  world.dice = { ...world.dice, fate: () => "works" };
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  expect([...world.clusters.keys()]).toEqual(["net-ana"]);
  expect(world.stacks.get("net-ana")?.pending).toEqual([]);
});

test("a stack that is no student's is neither taken over nor destroyed", async () => {
  const { clock, world, shop, wanted } = set();
  world.stacks.set("net-ana", {
    tags: {},
    config: {},
    pending: [],
    resources: [{ urn: "u", type: "aws:ec2/vpc:Vpc", real: true, inputs: {} }],
  });
  await expect(clock.run(bringUp(shop, "net-ana", wanted, task))).rejects.toThrow("no student's");
  await expect(clock.run(takeDown(shop, "net-ana", {}, task))).rejects.toThrow("no student's");
  expect(world.destroys).toEqual([]);
});

test("a kind cluster on another machine is left to that machine", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  const elsewhere: Workshop = { ...shop, machine: { ...shop.machine, name: "desk" } };
  const there = { ...wanted, record: { ...wanted.record, machine: "desk" } };
  await expect(clock.run(bringUp(elsewhere, "net-ana", there, task))).rejects.toThrow("is on laptop");
  await expect(clock.run(takeDown(elsewhere, "net-ana", {}, task))).rejects.toThrow("is on laptop");
  expect([...world.clusters.keys()]).toEqual(["net-ana"]);
});

test("a cluster of the same name that has another port is somebody else's: told, never deleted", async () => {
  const { clock, world, shop, wanted } = set("fails early");
  await clock.run(bringUp(shop, "net-ana", wanted, task)).catch(() => undefined);
  world.clusters.set("net-ana", 6443);
  const result = await clock.run(takeDown(shop, "net-ana", {}, task));
  expect(result).toMatchObject({
    status: "destroyed",
    left: [expect.stringContaining("kind delete cluster --name net-ana")],
  });
  expect([...world.clusters.keys()]).toEqual(["net-ana"]);
  expect([...world.stacks.keys()]).toEqual(["net-ana"]);
});

test("what a cloud may have made is on the receipt, and the stack stays until a person has looked", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  const nat: PendingOperation = {
    urn: "urn:nat",
    type: "aws:ec2/natGateway:NatGateway",
    operation: "creating",
    inputs: {},
  };
  world.stacks.get("net-ana")?.pending.push(nat);
  const first = await clock.run(takeDown(shop, "net-ana", {}, task));
  expect(first).toMatchObject({
    status: "destroyed",
    left: [expect.stringContaining("maybe aws:ec2/natGateway")],
  });
  expect(world.stacks.has("net-ana")).toBe(true);
  expect(await clock.run(takeDown(shop, "net-ana", { forget: true }, task))).toMatchObject({ left: [] });
  expect(world.stacks.has("net-ana")).toBe(false);
  expect(await clock.run(takeDown(shop, "net-ana", {}, task))).toEqual({ status: "gone" });
});

test("reap looks at the lease as it is now, not as it was listed", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  const at = (ms: number) => ({ expiredAt: () => ms });
  expect(await clock.run(takeDown(shop, "net-ana", at(8 * HOUR - 1), task))).toEqual({
    status: "extended",
    until: 8 * HOUR,
  });
  expect(await clock.run(takeDown(shop, "net-ana", at(8 * HOUR), task))).toMatchObject({
    status: "destroyed",
    left: [],
  });
  expect(world.stacks.size).toBe(0);
});

test("a lock: of a live process here it waits for nobody's mercy, of a dead one it goes, of elsewhere on request", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  const lock = (machine: string, pid: number): void => {
    const stack = world.stacks.get("net-ana");
    if (stack !== undefined) stack.lock = { machine, pid, since: "2026-11-21T09:00:00Z" };
  };
  lock("laptop", 7);
  await expect(clock.run(bringUp(shop, "net-ana", wanted, task))).rejects.toThrow(
    "process 7 of this machine since 2026",
  );
  world.dead.add(7);
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  lock("desk", 8);
  await expect(clock.run(bringUp(shop, "net-ana", wanted, task))).rejects.toThrow(
    "process 8 on desk since 2026-11-21T09:00:00Z: let it end; if you know that it is dead, run again with --break-locks",
  );
  world.dead.add(8);
  await clock.run(bringUp({ ...shop, breakLocks: true }, "net-ana", wanted, task));
  expect(world.violations).toEqual([]);
});

test("a cluster of another shape is not replaced under its student, unless the instructor says so", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  world.stacks.get("net-ana")?.resources.push({
    urn: "urn:pulumi:net-ana::p::labs:kind:KindCluster$command:local:Command::kind-shape",
    type: "command:local:Command",
    real: true,
    inputs: { triggers: ["aaaa", "network id"] },
  });
  await clock.run(bringUp(shop, "net-ana", { ...wanted, shape: "aaaa" }, task));
  const later: Wanted = {
    ...wanted,
    shape: "bbbb",
    record: { ...wanted.record, lease: { ...wanted.record.lease, expires: 9 * HOUR } },
  };
  await expect(clock.run(bringUp(shop, "net-ana", later, task))).rejects.toThrow("say up --replace");
  expect(world.stacks.get("net-ana")?.tags).toEqual(toTags(wanted.record));
  await clock.run(bringUp(shop, "net-ana", { ...later, replace: true }, task));
});

test("what Docker still has of it is on the receipt, with the command that removes it, and the stack stays", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  world.outside.push({ kind: "container", name: "net-ana-host1" }, { kind: "network", name: "net-ana" });
  expect(await clock.run(takeDown(shop, "net-ana", {}, task))).toMatchObject({
    left: [
      expect.stringContaining("docker rm --force net-ana-host1"),
      expect.stringContaining("docker network rm net-ana"),
    ],
  });
  expect(world.stacks.has("net-ana")).toBe(true);
  world.outside.length = 0;
  expect(await clock.run(takeDown(shop, "net-ana", {}, task))).toMatchObject({ left: [] });
  expect(world.stacks.has("net-ana")).toBe(false);
});

test("a cluster that was deleted behind our back is not called up: told, rebuilt on request, and on the receipt", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  world.clusters.delete("net-ana");
  await expect(clock.run(bringUp(shop, "net-ana", wanted, task))).rejects.toThrow("reset --rebuild");
  const down = await clock.run(takeDown(shop, "net-ana", {}, task));
  expect(down).toMatchObject({ status: "destroyed", left: [], goneBefore: true });
});

test("up moves nobody back: labs that run stay at their step, labs that are new begin where the class says", async () => {
  const { clock, world, shop, wanted } = set();
  const at = (labs: Record<string, unknown>): Wanted => ({
    ...wanted,
    keepSteps: true,
    config: { ...wanted.config, labs },
  });
  await clock.run(bringUp(shop, "net-ana", at({ stars: { step: 0 }, dns: { step: 0 } }), task));
  const stack = world.stacks.get("net-ana");
  expect(stack?.config["labs"]).toEqual({ stars: { step: 0 }, dns: { step: 0 } });
  Object.assign(stack?.config ?? {}, { labs: { stars: { step: 3 }, dns: { step: 1 } } });
  await clock.run(bringUp(shop, "net-ana", at({ stars: { step: 0 }, yaobank: { step: 2 } }), task));
  expect(stack?.config["labs"]).toEqual({ stars: { step: 3 }, yaobank: { step: 2 } });
});

test("a network and host1 whose making was cut off are taken away, host1 first; nobody else's are", async () => {
  const { clock, world, shop, wanted } = set();
  await clock.run(bringUp(shop, "net-ana", wanted, task));
  const making = (name: string, undo: string): PendingOperation => ({
    urn: `urn:${name}`,
    type: "command:local:Command",
    operation: "creating",
    inputs: { create: "docker …", delete: undo },
  });
  world.stacks
    .get("net-ana")
    ?.pending.push(
      making("n", "docker network rm net-ana"),
      making("h", "docker rm --force net-ana-host1"),
      making("x", "docker network rm bridge"),
      making("y", "docker rm --force net-ana-host1; reboot"),
    );
  expect(await clock.run(takeDown(shop, "net-ana", {}, task))).toMatchObject({
    status: "destroyed",
    cleaned: ["docker container net-ana-host1", "docker network net-ana"],
    left: [],
  });
  expect(world.removed).toEqual(["container net-ana-host1", "network net-ana"]);
});

test.each([
  ["kind create cluster --name net-ana --image x --config -", "net-ana"],
  ["kind create cluster --name net-ana", "net-ana"],
  ["kind create cluster --name net-ana; rm -rf /", undefined],
  ["kind delete cluster --name net-ana", undefined],
  ["echo kind create cluster --name net-ana", undefined],
])("the cluster that %j makes: %s", (create, cluster) => {
  expect(kindClusterOf({ type: "command:local:Command", inputs: { create } })).toBe(cluster);
  expect(kindClusterOf({ type: "aws:ec2/vpc:Vpc", inputs: { create } })).toBeUndefined();
});
