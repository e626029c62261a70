/**
 * How much processor time the evaluator takes, and against what: `npm run bench:reach`. The baseline is the same evaluator asked pair
 * by pair, protocol by protocol, without classes (each pair evaluated on its own), extrapolated from a sample.
 */
import Table from "cli-table3";
import { load, pairs, type State } from "../packages/reach/src";
import { classPairs } from "../packages/reach/src/connectivity";
import { PathEvaluator } from "../packages/reach/src/hosts/path-evaluator";
import { builtReach } from "./compare/here";
import { startUp } from "./reach/start-up";
import { wholeCommand } from "./reach/whole-commands";
import { classes, workloads, type World } from "./reach/worlds";

interface Measured {
  readonly world: World;
  readonly state: State;
  readonly loadMs: number;
  readonly classMs: number;
  readonly pairsMs: number;
  readonly pairCount: number;
  readonly flows: number;
  readonly groups: number;
}

function measure(world: World): Measured {
  const start = cpuMs();
  const state = load(world.objects);
  const groups = state.groups.length;
  const loaded = cpuMs();
  for (const _pair of classPairs(state));
  const classed = cpuMs();
  let pairCount = 0;
  let flows = 0;
  for (const { parts } of pairs(state)) {
    pairCount++;
    for (const { part } of parts) if (part.verdict !== "deny") flows++;
  }
  return {
    world,
    state,
    groups,
    pairCount,
    flows,
    loadMs: loaded - start,
    classMs: classed - loaded,
    pairsMs: cpuMs() - classed,
  };
}

/** Of this process, its collector of garbage included: what else runs on the machine does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Milliseconds for all pairs, one by one; from every n-th pair. */
function baseline({ state, pairCount }: Measured): number {
  const sample = 2000;
  const step = Math.max(1, Math.floor(pairCount / sample));
  let seen = 0;
  let asked = 0;
  const start = cpuMs();
  const paths = new PathEvaluator(state);
  const ends = [...state.workloads, ...state.outside];
  for (const from of state.workloads) {
    for (const to of ends) {
      if (from === to || seen++ % step !== 0) continue;
      paths.pair(from, to);
      asked++;
    }
  }
  return ((cpuMs() - start) / asked) * pairCount;
}

function peakMiB(): number {
  // In KiB on Linux and macOS alike, as Node reports it.
  return process.resourceUsage().maxRSS / 1024;
}

function row(m: Measured, compare: boolean): (string | number)[] {
  const naive = compare ? baseline(m) : undefined;
  return [
    m.world.title,
    m.groups,
    m.pairCount,
    m.flows,
    `${m.loadMs.toFixed(0)} ms`,
    `${m.classMs.toFixed(0)} ms`,
    `${m.pairsMs.toFixed(0)} ms`,
    naive === undefined ? "" : `${(naive / m.pairsMs).toFixed(0)}×`,
    `${peakMiB().toFixed(0)} MiB`,
  ];
}

const head = [
  "input",
  "groups",
  "pairs",
  "open flows",
  "load",
  "by classes",
  "all pairs",
  "pair by pair takes",
  "peak memory",
];

function print(title: string, worlds: readonly World[], compare: boolean): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const world of worlds) table.push(row(measure(world), compare));
  process.stdout.write(`${title}\n${table.toString()}\n\n`);
}

measure(workloads(50, 20)); // so that the first row is not the compiler's
print(
  "Processor time (promised: 2 s, goal 0.5 s, for the first; 5 s and 1 GiB for the second)",
  [workloads(500, 200), classes(5000, 50, 500)],
  true,
);
print(
  "Cost by pods (50 classes, 200 policies)",
  [1000, 2000, 4000].map((n) => classes(n, 50, 200)),
  false,
);
print(
  "Cost by classes (2000 pods, 200 policies)",
  [25, 50, 100, 200].map((n) => classes(2000, n, 200)),
  false,
);
print(
  "Cost by policies (500 workloads)",
  [50, 100, 200, 400].map((n) => workloads(500, n)),
  false,
);

const reach = builtReach();
const whole = new Table({
  head: ["reach list --format json", "processor time", "peak memory"],
  style: { head: [], border: [] },
});
for (const [count, policies] of [
  [100, 100],
  [500, 200],
  [2000, 500],
  [4000, 1000],
] as const) {
  const world = workloads(count, policies);
  const { cpuSeconds, peakMiB } = wholeCommand(reach, world);
  whole.push([world.title, `${cpuSeconds.toFixed(1)} s`, `${peakMiB.toFixed(0)} MiB`]);
}
process.stdout.write(
  `Whole commands (goal for the last: 10 s, 300 MB; beside a peer: npm run bench:compare)\n${whole.toString()}\n\n`,
);

const { nodeMs, helpMs, listMs } = startUp(reach);
const cost = (ms: number): string => `${ms.toFixed(0)} ms (${(ms / nodeMs).toFixed(1)}×)`;
process.stdout.write(
  `Start of the built command (goal: 250 ms): Node alone ${cost(nodeMs)}, reach --help ${cost(helpMs)}, reach list of one pod ${cost(listMs)}\n`,
);
