import { bringUp, takeDown } from "../cli/students/actions";
import { runBatch } from "../cli/students/batch";
import { Interrupts } from "../cli/students/interrupts";
import { allRecords } from "../cli/students/records";
import { readClass } from "../components/student/plan/class";
import { planEnvironments } from "../components/student/plan/environments";
import { readRoster } from "../components/student/plan/roster";
import { World } from "../test/cli/students/fake-engine";
import { VirtualClock } from "../test/cli/students/virtual-clock";

/**
 * `npm run bench:students`: the batch runner against an engine on a clock that jumps. Makespan against the bound that
 * no scheduler can beat (work / parallelism, or the longest student), and the heap as the class grows.
 * Exit code 1 when the makespan of 200 students, 4 or 8 at a time, is more than 5 % over the bound, or memory is not
 * flat. With 16 at a time a student takes one of 12 rounds, and the last ones alone are about 6 %: how long each will
 * take is not known before.
 */
const MINUTE = 60_000;

/** Seconds that a student takes, from 60 to 180, always the same ones. */
function duration(name: string, salt: number): number {
  let h = 2166136261 ^ salt;
  for (const c of name) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return MINUTE + ((h >>> 0) % (2 * MINUTE));
}

interface Row {
  students: number;
  parallel: number;
  up: { makespan: number; bound: number };
  down: { makespan: number; bound: number };
  /** Heap per student while everything is up, the fake world's own share included. */
  heap: number;
  wall: number;
}

async function measure(count: number, parallel: number): Promise<Row> {
  const clock = new VirtualClock(0);
  const world = new World(clock, {
    fate: () => "works",
    duration: (op, stack) => (op === "call" ? 300 : duration(stack, op === "up" ? 1 : 2)),
  });
  const { engine, machine } = world.start();
  const shop = { engine, machine, breakLocks: false };
  const labs = new Map<string, string[]>();
  const cls = readClass(
    {
      class: "bench",
      allot: { hostPorts: "2000-65000", portsPerCluster: 6, podPrefix: 22, servicePrefix: 24 },
    },
    "bench.yaml",
    labs,
  );
  const ids = Array.from({ length: count }, (_, i) => `s${i}`);
  const { students } = readRoster(Buffer.from(JSON.stringify(ids)), "r.json", { className: cls.name, labs });
  const { planned, problems } = planEnvironments({
    students,
    cls,
    existing: new Map(),
    machine: machine.name,
    owner: "b",
    now: 0,
    nodePorts: [],
  });
  if (problems.length > 0) throw new Error(problems[0]?.message);
  const began = performance.now();
  const opts = {
    parallel,
    timeout: 60 * MINUTE,
    clock,
    interrupts: new Interrupts(),
    onEvent: () => undefined,
  };

  const timed = async (
    run: () => ReturnType<typeof runBatch<unknown>>,
  ): Promise<{ makespan: number; bound: number }> => {
    const start = clock.now();
    const outcomes = (await clock.run(run())) ?? [];
    if (outcomes.length !== count || outcomes.some((o) => o.status !== "done"))
      throw new Error("not everybody is done");
    const work = outcomes.map((o) => o.ms);
    return {
      makespan: clock.now() - start,
      bound: Math.max(work.reduce((a, b) => a + b, 0) / parallel, ...work),
    };
  };
  const up = await timed(() =>
    runBatch<unknown>(
      [...planned.keys()],
      (name, task) => {
        const wanted = planned.get(name);
        return wanted === undefined ? Promise.reject(new Error(name)) : bringUp(shop, name, wanted, task);
      },
      opts,
    ),
  );
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const { records } = (await clock.run(allRecords(engine))) ?? { records: new Map<string, unknown>() };
  const down = await timed(() =>
    runBatch<unknown>([...records.keys()], (name, task) => takeDown(shop, name, {}, task), opts),
  );
  if (world.clusters.size > 0 || world.violations.length > 0) throw new Error("something is left");
  return { students: count, parallel, up, down, heap, wall: performance.now() - began };
}

async function main(): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const rows: Row[] = [];
  for (const [count, parallel] of [
    [50, 4],
    [200, 4],
    [200, 8],
    [200, 16],
    [2000, 16],
  ] as const) {
    rows.push(await measure(count, parallel));
  }
  const over = ({ makespan, bound }: Row["up"]): string => `${((makespan / bound - 1) * 100).toFixed(2)} %`;
  console.table(
    rows.map((r) => ({
      students: r.students,
      parallel: r.parallel,
      "up, min": (r.up.makespan / MINUTE).toFixed(1),
      "over bound": over(r.up),
      "down, min": (r.down.makespan / MINUTE).toFixed(1),
      "over bound ": over(r.down),
      "heap, MiB": ((r.heap - before) / 2 ** 20).toFixed(1),
      "KiB a student": ((r.heap - before) / 1024 / r.students).toFixed(1),
      "real, s": (r.wall / 1000).toFixed(1),
    })),
  );
  const late = rows.filter(
    (r) => r.students === 200 && r.parallel <= 8 && [r.up, r.down].some((x) => x.makespan > x.bound * 1.05),
  );
  const perStudent = (r: Row | undefined): number => (r === undefined ? 0 : (r.heap - before) / r.students);
  // The fake world remembers every stack; a runner that kept events or outcomes of calls would grow far beyond that.
  const grows = perStudent(rows[4]) > 2 * perStudent(rows[3]);
  if (late.length > 0) console.error("makespan of 200 students is more than 5 % over the bound");
  if (grows) console.error("memory is not flat");
  if (late.length > 0 || grows) process.exitCode = 1;
}

void main();
