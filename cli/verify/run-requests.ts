import type { Clock } from "../clock";
import { inParallel } from "../in-parallel";
import type { Inventory, LivePod } from "./core/inventory";
import type { RequestCheck, Result } from "./core/check-model";
import { backendsOf, compareRequest, requestsFor, type Backends } from "./core/compare-request";
import { settle } from "./core/settle";
import { certificateOf, requestOften, type Trust } from "./cluster/request-often";

export interface RequestRun {
  /** Connect here instead of to what names resolve to; may depend on the check's name and port. */
  entry: (check: RequestCheck) => Entry | undefined;
  trust: Trust;
  timeoutMs: number;
  /** For shares between none and all. */
  requests: number;
  parallel: number;
  settleMs: number;
  clock: Clock;
  say: (line: string) => void;
  signal?: AbortSignal;
}

/** Where to connect; `why`: why nowhere. */
export type Entry = { host: string; port?: number } | { why: string };

/** A wrong share may come right by chance when it is tried often enough: it gets this many samples and no more. */
const SAMPLES = 3;

export async function verifyRequests(
  checks: readonly RequestCheck[],
  services: Inventory["services"],
  pods: () => Promise<LivePod[]>,
  run: RequestRun,
): Promise<Result[]> {
  const samples = new Map<RequestCheck, number>();
  const found = await settle(
    checks,
    async (some) => {
      // Asked again: a release that is on its way has other pods each time.
      const backends = backendsOf(services, await pods());
      const results = new Map<RequestCheck, Result>();
      await inParallel(some, 2, async (check) => {
        results.set(check, await attempt(check, backends, run));
        samples.set(check, (samples.get(check) ?? 0) + 1);
      });
      return results;
    },
    (check, result) => result.status === "pass" || (isShared(check) && (samples.get(check) ?? 0) >= SAMPLES),
    {
      limitMs: run.settleMs,
      clock: run.clock,
      waiting: (n, seconds) => {
        run.say(
          `${n} requests not answered as expected yet; trying again for up to ${seconds} s, as a change takes a moment`,
        );
      },
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    },
  );
  return checks.map(
    (check) =>
      found.get(check) ?? { check, status: "error", detail: "stopped before it was tried", rules: [] },
  );
}

const isShared = ({ backends }: RequestCheck): boolean =>
  Object.values(backends ?? {}).some((p) => p > 0 && p < 1);

async function attempt(check: RequestCheck, backends: Backends, run: RequestRun): Promise<Result> {
  const entry = run.entry(check);
  if (entry !== undefined && "why" in entry) return { check, status: "error", detail: entry.why, rules: [] };
  const options = {
    timeoutMs: run.timeoutMs,
    parallel: run.parallel,
    ...(entry === undefined ? {} : { entry: entry.host }),
    ...(entry?.port === undefined ? {} : { entryPort: entry.port }),
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  };
  const shown = check.scheme === "https" ? await certificateOf(check, options, run.trust) : undefined;
  if (typeof shown === "string")
    return {
      check,
      status: "error",
      detail: `${check.scheme}://${check.host}:${check.port}: ${shown}`,
      rules: [],
    };
  const answers = await requestOften(check, requestsFor(check, run.requests), options);
  return compareRequest(check, answers, backends, shown, Date.now());
}
