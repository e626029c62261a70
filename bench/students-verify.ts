/**
 * `students verify --all` against its bound: a class of 20 whose clusters are the tests' stand-ins, all of them and the probing in this one
 * process. Baseline: the students' own times shared out over the parallelism without a gap, or the longest, as the command prints it.
 * `npm run bench:students-verify [students]`; exit code 1 where it takes more than 5 % over that.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvironmentRecord } from "../classroom/environment-record";
import { causesOf, causeText } from "../classroom/standing";
import { realClock } from "../cli/clock";
import { batchInterrupts } from "../cli/engine/interrupts";
import { runBatch } from "../cli/students/batch";
import { lookAt } from "../cli/students/look-at-cluster";
import { boundText } from "../cli/students/standing-formats";
import { StandingStore } from "../cli/students/standing-store";
import { lookAtClass } from "../cli/students/students-verify";
import { clusterWith, options as probes, planOf } from "../test/cli/verify/fake/lab";
import type { FakeCluster } from "../test/cli/verify/fake/server";

const students = Number(process.argv[2] ?? 20);
const parallel = 4;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-verify-"));
  const clusters = new Map<string, FakeCluster>();
  for (let i = 0; i < students; i++) clusters.set(`net-s${i}`, await clusterWith(planOf("stars", i % 5)));
  const chosen = new Map(
    [...clusters.keys()].map((stack): [string, EnvironmentRecord] => [
      stack,
      {
        class: "net",
        id: stack.slice(4),
        name: stack,
        owner: "bench",
        target: "kind",
        lease: { created: 0, expires: 1, hardLimit: 1 },
      },
    ]),
  );
  const look = {
    engine: {
      config: () => Promise.resolve({ target: "kind", labs: { stars: { step: 0 } } }),
      outputs: (stack: string) =>
        Promise.resolve({ kubeconfig: clusters.get(stack)?.kubeconfig().exportConfig() }),
    },
    machine: "here",
    probes: { ...probes, wait: 0 },
    clock: realClock,
  };
  const found = await lookAtClass(chosen, new StandingStore(folder), {
    parallel,
    key: "bench",
    fresh: true,
    work: (names, work) =>
      runBatch(names, work, { parallel, timeout: 600_000, clock: realClock, interrupts: batchInterrupts() }),
    look: (stack, record, task) => lookAt(stack, record, look, task),
  });
  await Promise.all([...clusters.values()].map((c) => c.stop()));
  rmSync(folder, { recursive: true });
  const lost = found.standings.flatMap((s) => s.unreachable ?? []);
  console.log(`${found.standings.length} students: ${boundText(found)}`);
  console.log(causesOf(found.standings).map(causeText).join("; "));
  if (lost.length > 0) throw new Error(lost.join("; "));
  if (found.took > found.bound * 1.05) {
    console.error("more than 5 % over the bound");
    process.exitCode = 1;
  }
}

void main();
