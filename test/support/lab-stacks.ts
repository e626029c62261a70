import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { labs } from "../../labs/index";
import { readConfig } from "../../stacks/offline/stack-file";
import { PROJECT } from "../../stacks/stack-plan";

/** The committed stacks that carry the labs: config, which labs share it, and how many steps the longest has. */

const root = resolve(__dirname, "../..");

/** The file of the stack that a lab runs on: its own where it needs a cluster of its own, else kind. */
const fileOf = (id: string): string =>
  [`Pulumi.${id}.yaml`, "Pulumi.kind.yaml"].map((f) => resolve(root, f)).find((f) => existsSync(f))!;

export interface StackConfig {
  stack: string;
  raw: Record<string, string>;
}

/** The stack of these labs (they share one) with each at a step. */
export function stackWith(
  steps: Readonly<Record<string, number>>,
  more: Readonly<Record<string, string>> = {},
): StackConfig {
  const file = fileOf(Object.keys(steps)[0]!);
  const selected = Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, { step }]));
  const raw = readConfig(readFileSync(file, "utf8"), file);
  const config = Object.fromEntries(Object.entries(more).map(([k, v]) => [`${PROJECT}:${k}`, v]));
  return { stack: "proof", raw: { ...raw, ...config, [`${PROJECT}:labs`]: JSON.stringify(selected) } };
}

export const lastStep = (id: string): number => labs.find((l) => l.id === id)!.steps.length - 1;

/** Labs by the stack that they share. */
export const together: readonly (readonly string[])[] = [...new Set(labs.map((l) => fileOf(l.id)))].map(
  (file) => labs.map((l) => l.id).filter((id) => fileOf(id) === file),
);

/** Each lab of a stack at a step, or at its last where it has fewer. */
export const stepsAt = (ids: readonly string[], step: number): Record<string, number> =>
  Object.fromEntries(ids.map((id) => [id, Math.min(step, lastStep(id))]));

export const longest = (ids: readonly string[]): number => Math.max(...ids.map(lastStep));
