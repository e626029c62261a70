import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { tokenOf } from "../../../classroom/class-token";
import type { HandIn } from "../../../classroom/hand-in";
import { isSolved } from "../../../cli/play/broken";
import { isTheirs } from "../../../cli/play/exercise";
import { handInFile, HandInKeeper, textsOf } from "../../../cli/play/hand-in-keeper";
import { labsToPlay } from "../../../cli/play/labs-to-play";
import { readFolder } from "../../../cli/play/learner-folder";
import { update } from "../../../cli/play/play-update";
import type { KubeObject } from "../../../kube/objects";
import { LabStates } from "../../../labs/prediction/lab-states";

export const KEY = "k".repeat(43);
const known = new Map<string, LabStates>();

export const statesOf = (lab: string): LabStates => {
  const states = known.get(lab) ?? new LabStates(labsToPlay(lab)[0]!);
  known.set(lab, states);
  return states;
};

export const solution = (lab: string, step: number): KubeObject[] => {
  const { objects, patches } = statesOf(lab).at(step);
  return [...objects, ...patches].filter(isTheirs);
};

/** Plays a lab into a folder: at each step these objects are saved. Gives the hand-in's file. */
export function handIn(
  folder: string,
  of: { student?: string; lab?: string; seed?: string; hints?: number; at?: number },
  saved: Readonly<Record<number, readonly KubeObject[]>>,
): string {
  const { student, lab = "stars", seed, hints = 0, at = Date.UTC(2026, 10, 27, 9) } = of;
  mkdirSync(folder, { recursive: true });
  const states = statesOf(lab);
  const keeper = new HandInKeeper(
    {
      file: handInFile(folder),
      from: "play",
      selection: states.selection,
      began: at,
      ...(seed === undefined ? {} : { seed }),
      ...(student === undefined ? {} : { token: tokenOf(KEY, "net", student) }),
    },
    () => undefined,
  );
  for (const [step, objects] of Object.entries(saved)) {
    for (const f of readdirSync(folder)) rmSync(join(folder, f));
    objects.forEach((o, i) => {
      writeFileSync(join(folder, `${i}.yaml`), stringify(o));
    });
    for (let i = 0; i < hints; i++) keeper.asked(Number(step), at + 1000);
    const solved = isSolved(update(states, Number(step), readFolder(folder)));
    keeper.saw({ step: Number(step), solved, texts: textsOf(folder) }, at + 60_000);
  }
  return handInFile(folder);
}

/** A hand-in with something in it changed, as somebody would by hand. */
export function forge(file: string, change: (report: Forged) => void): void {
  const report = JSON.parse(readFileSync(file, "utf8")) as Forged;
  change(report);
  writeFileSync(file, JSON.stringify(report));
}
type Forged = Pick<HandIn, "steps" | "texts" | "student">;
