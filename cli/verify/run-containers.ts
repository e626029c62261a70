import { containerAddress, inContainer, publishedAt } from "../../components/kind/docker";
import { containerName } from "../../components/kind/plan/lab-machine-plan";
import type { Clock } from "../clock";
import { inParallel } from "../in-parallel";
import { tryHere } from "./cluster/try-here";
import type { ContainerCheck, Observation, Result } from "./core/check-model";
import { compareContainer, seenFrom } from "./core/compare-container";
import { script } from "./core/probe-script";
import { settle } from "./core/settle";

export interface ContainerRun {
  /** What the names of the stack's containers begin with. */
  prefix: string;
  /** Seconds for one probe. */
  timeout: number;
  parallel: number;
  settleMs: number;
  clock: Clock;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** Probes from container to container, and published ports from here, until all is as claimed or the time is up. */
export async function verifyContainers(
  checks: readonly ContainerCheck[],
  run: ContainerRun,
): Promise<Result[]> {
  const found = await settle(
    checks,
    async (some) => {
      const results = new Map<ContainerCheck, Result>();
      await inParallel(some, run.parallel, async (check) => {
        results.set(check, compareContainer(check, await probe(check, run)));
      });
      return results;
    },
    (_, result) => result.status === "pass",
    {
      limitMs: run.settleMs,
      clock: run.clock,
      waiting: (n, seconds) => {
        run.say(`${n} between containers not as expected yet; trying again for up to ${seconds} s`);
      },
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    },
  );
  return checks.map(
    (check) =>
      found.get(check) ?? { check, status: "error", detail: "stopped before it was tried", rules: [] },
  );
}

async function probe(check: ContainerCheck, run: ContainerRun): Promise<Observation> {
  const { from, to, by, port } = check;
  const options = { timeout: 20_000, ...(run.signal === undefined ? {} : { signal: run.signal }) };
  const [source, target] = [from, to].map((name) => containerName(run.prefix, name)) as [string, string];
  try {
    if (by === "published port") {
      const at = await publishedAt(target, port, options);
      if (at === undefined) return { saw: "closed", detail: `${target} publishes no port ${port}` };
      return await tryHere({ ...at, through: "proxy" }, run.timeout, run.signal);
    }
    const address = by === "name" ? to : await containerAddress(target, source, options);
    if (address === undefined) return { saw: "closed", detail: `${target} has no address` };
    const asked = { id: "c", protocol: "TCP" as const, target: { address, port } };
    const timeout = 15_000 + run.timeout * 2000;
    const text = script([asked], run.timeout);
    return seenFrom(await inContainer(source, text, { ...options, timeout }), asked, by);
  } catch (error) {
    return { saw: "unclear", detail: `docker: ${error instanceof Error ? error.message : String(error)}` };
  }
}
