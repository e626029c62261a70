import type { ContainerCheck, Observation, Result } from "./check-model";
import { wants } from "./compare-flow";
import { parseProbes } from "./probe-script";
import { NO_ROUTE } from "./web-probe";
import type { Probe } from "./probes";

/**
 * What one probe in a container saw. That a name is not known, or no way leads to the address, is Docker's own doing here,
 * as no policy stands between.
 */
export function seenFrom(
  { stdout, broken }: { stdout: string; broken?: string },
  probe: Pick<Probe, "id" | "protocol" | "target">,
  by: ContainerCheck["by"],
): Observation {
  const seen = parseProbes(stdout, [probe]).get(probe.id);
  if (seen === undefined) return { saw: "unclear", detail: broken ?? "the probe printed nothing" };
  if (seen.saw !== "unclear") return seen;
  if (by === "name" && /bad address|not known|name resolution/i.test(seen.detail))
    return { saw: "closed", detail: `${probe.target.address}: the name is not known` };
  return seen.detail.endsWith(NO_ROUTE)
    ? { saw: "closed", detail: `${probe.target.address}: no route there` }
    : seen;
}

export function compareContainer(check: ContainerCheck, { saw, detail }: Observation): Result {
  if (saw === "unclear") return { check, status: "error", detail, rules: [] };
  return saw === wants(check)
    ? { check, status: "pass", detail, rules: [] }
    : { check, status: "fail", detail, rules: [`the lab: ${check.reason}`] };
}
