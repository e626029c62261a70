import { EngineError, type Engine, type PendingOperation, type StackState } from "../../../cli/engine/engine";
import type { Machine } from "../../../cli/engine/machine";
import { runRecoverably, type RecoverableRun } from "../../../cli/engine/recovery";
import type { RunEntry } from "../../../stacks/run-journal";
import {
  kindFootprint,
  madeBy,
  making,
  removable,
  shapeBy,
  shaping,
  type MachineObject,
} from "../../../components/kind/machine-objects";
import { stackGraph } from "../../support/graph";

const FOOTPRINT = kindFootprint("labs-bgp");
const { cluster: CLUSTER, host1: HOST1, network: NETWORK } = FOOTPRINT;
const OBJECTS = removable(FOOTPRINT);

const resource = (o: MachineObject) => ({
  urn: `urn:pulumi:bgp::labs::command:local:Command::kind-${o.kind}`,
  type: "command:local:Command",
  real: true,
  inputs: { environment: making(o) },
});
const SHAPE = {
  urn: "urn:pulumi:bgp::labs::labs:kind:KindCluster$command:local:Command::kind-shape",
  type: "command:local:Command",
  real: true,
  inputs: { environment: shaping("labs-bgp"), triggers: ["aaaa"] },
};
const begun = (o: MachineObject): PendingOperation => ({ ...resource(o), operation: "creating" });

const NOW = expect.any(Number) as number;

/** A machine and a state; `lock` is the process that holds the stack. */
class Bench {
  machine: MachineObject[] = [];
  state: StackState | undefined = { resources: [], pending: [] };
  lock: number | undefined;
  readonly alive = new Set<number>();
  entry: RunEntry | undefined;
  readonly said: string[] = [];
  readonly removed: string[] = [];
  readonly kill = new AbortController();

  run(target: "kind" | "elsewhere" = "kind"): RecoverableRun {
    const engine: Partial<Engine> = {
      state: () =>
        this.state === undefined
          ? Promise.reject(new EngineError("gone", "there is no such stack"))
          : Promise.resolve(structuredClone(this.state)),
      assertIdle: () => (this.lock === undefined ? Promise.resolve() : Promise.reject(this.locked())),
      cancel: () => {
        this.lock = undefined;
        return Promise.resolve();
      },
      settle: (_, { done }) => {
        if (this.state !== undefined) {
          this.state.pending = this.state.pending.filter((p) => !done.includes(p.urn));
          this.state.resources = this.state.resources.filter((r) => r.deleted !== true);
        }
        return Promise.resolve();
      },
    };
    const machine: Partial<Machine> = {
      host: "here",
      alive: (pid) => this.alive.has(pid),
      has: (objects) =>
        Promise.resolve(
          objects.filter((o) => this.machine.some((m) => m.kind === o.kind && m.name === o.name)),
        ),
      remove: (o) => {
        this.machine = this.machine.filter((m) => m.kind !== o.kind || m.name !== o.name);
        this.removed.push(`${o.kind} ${o.name}`);
        return Promise.resolve();
      },
    };
    return {
      session: {
        engine: engine as Engine,
        machine: machine as Machine,
        breakLocks: false,
        clusterApi: () => {
          throw new Error("no cluster here is looked into");
        },
        awsCli: () => () => Promise.reject(new Error("no AWS here")),
        journal: {
          read: () => this.entry,
          write: (_, entry) => (this.entry = entry),
          remove: () => (this.entry = undefined),
        },
      },
      stack: "bgp",
      cluster: target === "kind" ? CLUSTER.name : undefined,
      lostCluster: "replace",
      onLeftovers: () => void this.said.push("cut off"),
      say: (line) => void this.said.push(line),
      kill: this.kill.signal,
    };
  }

  locked(): EngineError {
    const holder = { machine: "here", pid: this.lock ?? 0, since: "now" };
    return new EngineError("locked", "locked", { holder });
  }
}

test("the first up writes down what it may make, and forgets it once the state knows it", async () => {
  const bench = new Bench();
  bench.state = undefined;
  let during: RunEntry | undefined;
  await runRecoverably(bench.run(), (replace) => {
    during = bench.entry;
    expect(replace).toEqual([]);
    return Promise.resolve();
  });
  expect(during).toEqual({ began: NOW, fresh: OBJECTS });
  expect(bench.entry).toBeUndefined();
  expect([bench.removed, bench.said]).toEqual([[], []]);
});

test("a cancelled up removes the cluster that kind had half made: neither state nor kind would", async () => {
  const bench = new Bench();
  const run = runRecoverably(bench.run(), () => {
    bench.machine = [NETWORK, HOST1, CLUSTER];
    bench.state = { resources: [resource(NETWORK), resource(HOST1)], pending: [] };
    return Promise.reject(new Error("cancelled"));
  });
  await expect(run).rejects.toThrow("cancelled");
  expect(bench.removed).toEqual(["cluster labs-bgp"]);
  expect(bench.said).toEqual(["Removed what was half made: kind cluster labs-bgp."]);
  expect(bench.entry).toBeUndefined();
});

test("cut off while it replaced its own cluster, the new half goes too", async () => {
  const bench = new Bench();
  bench.machine = [CLUSTER];
  bench.state = { resources: [SHAPE, resource(CLUSTER)], pending: [] };
  const run = runRecoverably(bench.run(), () => {
    bench.state = { resources: [SHAPE], pending: [] };
    return Promise.reject(new Error("cancelled"));
  });
  await expect(run).rejects.toThrow();
  expect(bench.removed).toEqual(["cluster labs-bgp"]);
});

test.each([{ began: 1, fresh: [CLUSTER] }, undefined])(
  "killed in the middle of a replacement (journal %j): what the engine marked as deleted is no cluster of the state's",
  async (entry) => {
    const bench = new Bench();
    bench.machine = [CLUSTER];
    bench.entry = entry;
    const namespace = {
      urn: "n",
      type: "kubernetes:core/v1:Namespace",
      real: true,
      inputs: {},
      deleted: true,
    };
    bench.state = { resources: [SHAPE, { ...resource(CLUSTER), deleted: true }, namespace], pending: [] };
    let replaced: string[] | undefined;
    await runRecoverably(bench.run(), (replace) => {
      replaced = replace;
      return Promise.resolve();
    });
    expect(bench.removed).toEqual(["cluster labs-bgp"]);
    expect(bench.state.resources).toEqual([SHAPE]);
    expect(replaced).toEqual([]);
  },
);

test("records of what was deleted go before the next run, also where nothing was half made", async () => {
  const bench = new Bench();
  bench.state = { resources: [SHAPE, { ...resource(CLUSTER), deleted: true }], pending: [] };
  await runRecoverably(bench.run(), () => Promise.resolve());
  expect(bench.state.resources).toEqual([SHAPE]);
});

test("a failure that leaves the cluster in the state leaves the cluster", async () => {
  const bench = new Bench();
  const run = runRecoverably(bench.run(), () => {
    bench.machine = [CLUSTER];
    bench.state = { resources: [SHAPE, resource(CLUSTER)], pending: [] };
    return Promise.reject(new Error("a chart failed"));
  });
  await expect(run).rejects.toThrow("a chart failed");
  expect([bench.removed, bench.machine]).toEqual([[], [CLUSTER]]);
});

test("a killed run cleans nothing itself; the next one takes the dead lock away and all that was half made", async () => {
  const bench = new Bench();
  const killed = runRecoverably(bench.run(), () => {
    bench.machine = [...OBJECTS];
    bench.state = { resources: [resource(NETWORK)], pending: [begun(HOST1), begun(CLUSTER)] };
    bench.lock = 7;
    bench.kill.abort();
    return Promise.reject(new Error("killed"));
  });
  await expect(killed).rejects.toThrow("killed");
  expect(bench.removed).toEqual([]);
  expect(bench.entry).toEqual({ began: NOW, fresh: OBJECTS });

  await runRecoverably(bench.run(), () => Promise.resolve());
  expect(bench.removed).toEqual(["cluster labs-bgp", "load-balancer labs-bgp", "container labs-bgp-host1"]);
  expect(bench.state?.pending).toEqual([]);
  expect(bench.lock).toBeUndefined();
  expect(bench.said.at(0)).toMatch(/cut off/);
});

test("what a killed `pulumi up` began is ours too, without a journal", async () => {
  const bench = new Bench();
  bench.machine = [CLUSTER];
  bench.state = { resources: [SHAPE], pending: [begun(CLUSTER)] };
  await runRecoverably(bench.run(), () => Promise.resolve());
  expect(bench.removed).toEqual(["cluster labs-bgp"]);
});

test("two runs at once: the second neither cleans up after the first, nor takes its lock or its cluster", async () => {
  const bench = new Bench();
  bench.alive.add(7);
  bench.lock = 7;
  bench.machine = [CLUSTER];
  bench.entry = { began: 1, fresh: [CLUSTER] };
  await expect(runRecoverably(bench.run(), () => Promise.resolve())).rejects.toThrow(
    /process 7 of this machine/,
  );
  expect([bench.removed, bench.lock, bench.entry]).toEqual([[], 7, { began: 1, fresh: [CLUSTER] }]);

  // The same, when the first took the lock after the second had looked.
  const late = new Bench();
  late.alive.add(7);
  const run = runRecoverably(late.run(), () => {
    late.lock = 7;
    late.machine = [CLUSTER];
    return Promise.reject(late.locked());
  });
  await expect(run).rejects.toThrow(/process 7 of this machine/);
  expect(late.removed).toEqual([]);
  expect(late.entry).toEqual({ began: NOW, fresh: OBJECTS });
});

test("a cluster that the machine has lost is made again, by its shape", async () => {
  const bench = new Bench();
  bench.state = { resources: [SHAPE, resource(CLUSTER)], pending: [] };
  let replaced: string[] = [];
  await runRecoverably(bench.run(), (replace) => {
    replaced = replace;
    return Promise.resolve();
  });
  expect(replaced).toEqual([SHAPE.urn]);
  expect(bench.said.join()).toMatch(/not on this machine any more.*made again/);
});

test("somebody else's cluster of that name is reported, and left alone", async () => {
  const bench = new Bench();
  bench.machine = [CLUSTER];
  const update = jest.fn();
  await expect(runRecoverably(bench.run(), update)).rejects.toThrow(
    /labs-bgp is on this machine, and stack bgp has not made it; nothing was changed\.\n {2}fix: .*kind delete cluster --name labs-bgp/,
  );
  expect(update).not.toHaveBeenCalled();
  expect([bench.removed, bench.entry]).toEqual([[], undefined]);
});

test("a stack in a cloud: a dead lock goes, and what was begun stays for the engine to tell", async () => {
  const bench = new Bench();
  bench.entry = { began: 1, fresh: [] };
  bench.lock = 7;
  const op: PendingOperation = { urn: "u", type: "aws:ec2/vpc:Vpc", operation: "creating", inputs: {} };
  bench.state = { resources: [], pending: [op] };
  await runRecoverably(bench.run("elsewhere"), () => Promise.resolve());
  expect(bench.lock).toBeUndefined();
  expect(bench.state.pending).toEqual([op]);
});

test("objects are known by the very commands that the stack registers, and so is the cluster's shape", async () => {
  const graph = await stackGraph(
    { kind: { network: {}, loadBalancer: true } },
    { stack: "net", preview: false },
  );
  const resources = graph.resources.map(({ type, inputs }) => ({ type, inputs }));
  const order = (a: MachineObject, b: MachineObject): number => a.kind.localeCompare(b.kind);
  expect(resources.flatMap((r) => madeBy(r) ?? []).sort(order)).toEqual(
    removable(kindFootprint("labs-net")).sort(order),
  );
  expect(resources.flatMap((r) => shapeBy(r) ?? [])).toEqual([
    { cluster: "labs-net", fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
  ]);
});

test("what cannot be removed after a failure is said, and does not hide the failure; the next run tries again", async () => {
  const bench = new Bench();
  const run = bench.run();
  run.session.machine.remove = () => Promise.reject(new Error("Docker does not answer"));
  const failed = runRecoverably(run, () => {
    bench.machine = [CLUSTER];
    return Promise.reject(new Error("kind failed"));
  });
  await expect(failed).rejects.toThrow("kind failed");
  expect(bench.said).toEqual(["What was half made could not be removed: Docker does not answer"]);
  expect(bench.entry).toEqual({ began: NOW, fresh: OBJECTS });
});

test("a lock that a dead process left, and nothing else, does not stop the next run", async () => {
  const bench = new Bench();
  bench.lock = 7;
  let tries = 0;
  await runRecoverably(bench.run(), () => {
    tries++;
    return bench.lock === undefined ? Promise.resolve() : Promise.reject(bench.locked());
  });
  expect([tries, bench.lock]).toEqual([2, undefined]);
});
