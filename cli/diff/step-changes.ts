import type { RawConfig } from "../../stacks/config/load-config";
import { PROJECT } from "../../stacks/stack-plan";
import type { PlanJson } from "./diff-base";

type Labs = PlanJson["labs"];

/** Where the labs of a stack can stand besides where they do: a step for each lab, and how a reader knows it. */
export interface StepPair {
  /** `step 3: stars frontend, yaobank database` */
  title: string;
  head: ReadonlyMap<string, number>;
  base: ReadonlyMap<string, number>;
}

/**
 * The other steps of a stack's labs, all labs moved together. A change of a later step's policies shows in no stack
 * that stands at the start; it is reported all the same.
 */
export function otherSteps(base: Labs, head: Labs): StepPair[] {
  const most = Math.max(0, ...head.map((l) => l.steps.length));
  const at = (labs: Labs, n: number): Map<string, number> =>
    new Map(labs.map((l) => [l.instance, Math.min(n, l.steps.length - 1)]));
  const same = (labs: Labs, steps: ReadonlyMap<string, number>): boolean =>
    labs.every((l) => steps.get(l.instance) === l.step);
  return Array.from({ length: most }, (_, n) => {
    const names = head
      .filter((l) => n < l.steps.length)
      .map((l) => `${l.instance} \`${l.steps[n]?.id ?? ""}\``);
    return { title: `step ${n} (${names.join(", ")})`, head: at(head, n), base: at(base, n) };
  }).filter((s) => !(same(head, s.head) && same(base, s.base)));
}

/** A stack's config with labs at other steps. */
export function rawAtSteps(raw: RawConfig, steps: ReadonlyMap<string, number>): RawConfig {
  const key = `${PROJECT}:labs`;
  const labs = JSON.parse(raw[key] ?? "{}") as Record<string, Record<string, unknown> | null>;
  const moved = Object.entries(labs).map(([name, lab]) => {
    const step = steps.get(name);
    return [name, step === undefined ? lab : { ...lab, step }];
  });
  return { ...raw, [key]: JSON.stringify(Object.fromEntries(moved)) };
}
