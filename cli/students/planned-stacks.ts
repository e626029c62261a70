import type { PlannedStack } from "../../stacks/config/class-config";
import { ProblemsError, type Problem } from "../../kube/problems";
import { PROJECT, planStack } from "../../stacks/stack-plan";

/**
 * The stacks as the program would plan them: the shape of each kind cluster, and what is wrong; the same for many
 * students is reported once.
 */
export function planStacks(planned: ReadonlyMap<string, PlannedStack>): {
  shapes: Map<string, string>;
  problems: Problem[];
} {
  const problems = new Map<string, Problem>();
  const shapes = new Map<string, string>();
  for (const [name, { config }] of planned) {
    const raw = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        `${PROJECT}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    try {
      const { target } = planStack(name, raw);
      if (target.kind === "kind") shapes.set(name, target.cluster.fingerprint);
    } catch (e) {
      if (!(e instanceof ProblemsError)) throw e;
      for (const p of e.problems) {
        const key = JSON.stringify([p.path, p.message]);
        if (!problems.has(key)) problems.set(key, { ...p, path: `config of ${name}: ${p.path}` });
      }
    }
  }
  return { shapes, problems: [...problems.values()] };
}
