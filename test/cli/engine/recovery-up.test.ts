import type { Thing, RunNote } from "../../../cli/engine/run-journal";
import { thingOf, thingsOf } from "../../../cli/engine/docker-leftovers";
import { tidily, type TidyRun } from "../../../cli/engine/recovery-up";
import {
  EngineError,
  type Engine,
  type Machine,
  type PendingOperation,
  type StackState,
} from "../../../cli/engine/engine-port";
import { withoutDeleted } from "../../../cli/engine/engine";
import { planKind } from "../../../components/kind/plan/kind-plan";
import { stackGraph } from "../../support/graph";

const CLUSTER: Thing = { kind: "cluster", name: "labs-bgp" };
const HOST1: Thing = { kind: "container", name: "labs-bgp-host1" };
const NETWORK: Thing = { kind: "network", name: "labs-bgp" };
const THINGS = [CLUSTER, HOST1, NETWORK];

const UNDO = {
  cluster: (n: string) => `kind delete cluster --name ${n}`,
  container: (n: string) => `docker rm --force ${n}`,
  network: (n: string) => `docker network rm ${n}`,
};
const resource = (t: Thing) => ({
  urn: `urn:pulumi:bgp::labs::command:local:Command::kind-${t.kind}`,
  type: "command:local:Command",
  real: true,
  inputs: { delete: UNDO[t.kind](t.name) },
});
const SHAPE = {
  urn: "urn:pulumi:bgp::labs::labs:kind:KindCluster$command:local:Command::kind-shape",
  type: "command:local:Command",
  real: true,
  inputs: {},
};
const begun = (t: Thing): PendingOperation => ({ ...resource(t), operation: "creating" });

/** A machine and a state; `lock` is the process that holds the stack. */
class Bench {
  machine: Thing[] = [];
  state: StackState | undefined = { resources: [], pending: [] };
  lock: number | undefined;
  readonly alive = new Set<number>();
  note: RunNote | undefined;
  readonly said: string[] = [];
  readonly removed: string[] = [];
  readonly kill = new AbortController();

  run(things: readonly Thing[] = THINGS): TidyRun {
    const gone = (t: Thing): void => {
      this.machine = this.machine.filter((m) => m.kind !== t.kind || m.name !== t.name);
      this.removed.push(`${t.kind} ${t.name}`);
    };
    const engine: Partial<Engine> = {
      state: () =>
        this.state === undefined
          ? Promise.reject(new EngineError("gone", "there is no such stack"))
          : Promise.resolve(this.state),
      assertIdle: () => {
        if (this.lock === undefined) return Promise.resolve();
        const holder = { machine: "here", pid: this.lock, since: "now" };
        return Promise.reject(new EngineError("locked", "locked", holder));
      },
      cancel: () => {
        this.lock = undefined;
        return Promise.resolve();
      },
      dropPending: (_, urns) => {
        if (this.state !== undefined) {
          this.state.pending = this.state.pending.filter((p) => !urns.includes(p.urn));
          this.state.resources = this.state.resources.filter((r) => r.deleted !== true);
        }
        return Promise.resolve();
      },
    };
    const machine: Partial<Machine> = {
      host: "here",
      alive: (pid) => this.alive.has(pid),
      deleteKindCluster: (name) => {
        gone({ kind: "cluster", name });
        return Promise.resolve();
      },
      removeFromDocker: (t) => {
        gone(t);
        return Promise.resolve();
      },
    };
    return {
      shop: { engine: engine as Engine, machine: machine as Machine, breakLocks: false },
      there: (some) =>
        Promise.resolve(some.filter((t) => this.machine.some((m) => m.kind === t.kind && m.name === t.name))),
      notes: {
        read: () => this.note,
        write: (_, note) => (this.note = note),
        remove: () => (this.note = undefined),
      },
      stack: "bgp",
      things,
      signals: { cancel: new AbortController().signal, kill: this.kill.signal },
      say: (line) => void this.said.push(line),
    };
  }
}

test("the first up writes down what it may make, and forgets it once the state knows it", async () => {
  const bench = new Bench();
  bench.state = undefined;
  let during: RunNote | undefined;
  await tidily(bench.run(), (replace) => {
    during = bench.note;
    expect(replace).toEqual([]);
    return Promise.resolve();
  });
  expect(during).toEqual({ fresh: THINGS });
  expect(bench.note).toBeUndefined();
  expect([bench.removed, bench.said]).toEqual([[], []]);
});

test("a cancelled up removes the cluster that kind had half made: neither state nor kind would", async () => {
  const bench = new Bench();
  const run = tidily(bench.run(), () => {
    bench.machine = [NETWORK, HOST1, CLUSTER];
    bench.state = { resources: [resource(NETWORK), resource(HOST1)], pending: [] };
    return Promise.reject(new Error("cancelled"));
  });
  await expect(run).rejects.toThrow("cancelled");
  expect(bench.removed).toEqual(["cluster labs-bgp"]);
  expect(bench.said).toEqual(["Removed what was half made: kind cluster labs-bgp."]);
  expect(bench.note).toBeUndefined();
});

test("cut off while it replaced its own cluster, the new half goes too", async () => {
  const bench = new Bench();
  bench.machine = [CLUSTER];
  bench.state = { resources: [SHAPE, resource(CLUSTER)], pending: [] };
  const run = tidily(bench.run([CLUSTER]), () => {
    bench.state = { resources: [SHAPE], pending: [] };
    return Promise.reject(new Error("cancelled"));
  });
  await expect(run).rejects.toThrow();
  expect(bench.removed).toEqual(["cluster labs-bgp"]);
});

test.each([{ fresh: [CLUSTER] }, undefined])(
  "killed in the middle of a replacement (note %j): what the engine marked as deleted is no cluster of the state's",
  async (note) => {
    const bench = new Bench();
    bench.machine = [CLUSTER];
    bench.note = note;
    const namespace = {
      urn: "n",
      type: "kubernetes:core/v1:Namespace",
      real: true,
      inputs: {},
      deleted: true,
    };
    bench.state = { resources: [SHAPE, { ...resource(CLUSTER), deleted: true }, namespace], pending: [] };
    let replaced: string[] | undefined;
    await tidily(bench.run([CLUSTER]), (replace) => {
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
  await tidily(bench.run([CLUSTER]), () => Promise.resolve());
  expect(bench.state.resources).toEqual([SHAPE]);
});

test("an exported state keeps nothing that refers to what is deleted", () => {
  const r = (urn: string, more: object) => ({ urn, type: "t", ...more });
  expect(
    withoutDeleted([
      r("cluster", { pendingReplacement: true }),
      r("shape", { dependencies: ["network"] }),
      r("gate", {
        dependencies: ["shape", "cluster"],
        propertyDependencies: { stdin: ["cluster"], triggers: ["shape"] },
        deletedWith: "cluster",
      }),
    ]),
  ).toEqual([
    r("shape", { dependencies: ["network"] }),
    r("gate", { dependencies: ["shape"], propertyDependencies: { stdin: [], triggers: ["shape"] } }),
  ]);
});

test("a failure that leaves the cluster in the state leaves the cluster", async () => {
  const bench = new Bench();
  const run = tidily(bench.run([CLUSTER]), () => {
    bench.machine = [CLUSTER];
    bench.state = { resources: [SHAPE, resource(CLUSTER)], pending: [] };
    return Promise.reject(new Error("a chart failed"));
  });
  await expect(run).rejects.toThrow("a chart failed");
  expect([bench.removed, bench.machine]).toEqual([[], [CLUSTER]]);
});

test("a killed run cleans nothing itself; the next one takes the dead lock away and all that was half made", async () => {
  const bench = new Bench();
  const killed = tidily(bench.run(), () => {
    bench.machine = [...THINGS];
    bench.state = { resources: [resource(NETWORK)], pending: [begun(HOST1), begun(CLUSTER)] };
    bench.lock = 7;
    bench.kill.abort();
    return Promise.reject(new Error("killed"));
  });
  await expect(killed).rejects.toThrow("killed");
  expect(bench.removed).toEqual([]);
  expect(bench.note).toEqual({ fresh: THINGS });

  await tidily(bench.run(), () => Promise.resolve());
  expect(bench.removed).toEqual(["cluster labs-bgp", "container labs-bgp-host1"]);
  expect(bench.state?.pending).toEqual([]);
  expect(bench.lock).toBeUndefined();
  expect(bench.said.at(0)).toMatch(/cut off/);
});

test("what a killed `pulumi up` began is ours too, without a note", async () => {
  const bench = new Bench();
  bench.machine = [CLUSTER];
  bench.state = { resources: [SHAPE], pending: [begun(CLUSTER)] };
  await tidily(bench.run([CLUSTER]), () => Promise.resolve());
  expect(bench.removed).toEqual(["cluster labs-bgp"]);
});

test("two runs at once: the second neither cleans up after the first, nor takes its lock or its cluster", async () => {
  const bench = new Bench();
  bench.alive.add(7);
  bench.lock = 7;
  bench.machine = [CLUSTER];
  bench.note = { fresh: [CLUSTER] };
  await expect(tidily(bench.run([CLUSTER]), () => Promise.resolve())).rejects.toThrow(
    /process 7 of this machine/,
  );
  expect([bench.removed, bench.lock, bench.note]).toEqual([[], 7, { fresh: [CLUSTER] }]);

  // The same, when the first took the lock after the second had looked.
  const late = new Bench();
  late.alive.add(7);
  const run = tidily(late.run([CLUSTER]), () => {
    late.lock = 7;
    late.machine = [CLUSTER];
    return Promise.reject(new Error("currently locked"));
  });
  await expect(run).rejects.toThrow("currently locked");
  expect(late.removed).toEqual([]);
  expect(late.note).toEqual({ fresh: [CLUSTER] });
});

test("a cluster that the machine has lost is made anew, by its shape", async () => {
  const bench = new Bench();
  bench.state = { resources: [SHAPE, resource(CLUSTER)], pending: [] };
  let replaced: string[] = [];
  await tidily(bench.run([CLUSTER]), (replace) => {
    replaced = replace;
    return Promise.resolve();
  });
  expect(replaced).toEqual([SHAPE.urn]);
  expect(bench.said.join()).toMatch(/not on this machine any more.*made anew/);
});

test("somebody else's cluster of that name is told, and left alone", async () => {
  const bench = new Bench();
  bench.machine = [CLUSTER];
  const update = jest.fn();
  await expect(tidily(bench.run(), update)).rejects.toThrow(
    /labs-bgp is on this machine, and stack bgp has not made it; nothing was changed\.\n {2}fix: .*kind delete cluster --name labs-bgp/,
  );
  expect(update).not.toHaveBeenCalled();
  expect([bench.removed, bench.note]).toEqual([[], undefined]);
});

test("a stack in a cloud: a dead lock goes, and what was begun stays for the engine to tell", async () => {
  const bench = new Bench();
  bench.note = { fresh: [] };
  bench.lock = 7;
  const op: PendingOperation = { urn: "u", type: "aws:ec2/vpc:Vpc", operation: "creating", inputs: {} };
  bench.state = { resources: [], pending: [op] };
  await tidily(bench.run([]), () => Promise.resolve());
  expect(bench.lock).toBeUndefined();
  expect(bench.state.pending).toEqual([op]);
});

test("the things are known by the very commands that the stack registers, and its shape by its name", async () => {
  const graph = await stackGraph({ kind: { network: {} } }, { stack: "net", preview: false });
  const commands = graph.resources
    .filter((r) => r.type === "command:local:Command")
    .flatMap((r) => thingOf({ type: r.type, inputs: r.inputs }) ?? []);
  const { plan } = planKind(
    "labs-net",
    {
      workers: 2,
      podCidr: "198.19.16.0/20",
      serviceCidr: "198.19.32.0/20",
      kubeProxyMode: "iptables",
      portMappings: [],
      network: { subnet: "198.19.0.0/20", host1: true, asNumber: 64512 },
    },
    "img",
  );
  const order = (a: Thing, b: Thing): number => a.kind.localeCompare(b.kind);
  expect(commands.sort(order)).toEqual(thingsOf(plan).sort(order));
  expect(graph.resources.filter((r) => r.name === "kind-shape")).toHaveLength(1);
});
