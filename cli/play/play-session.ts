import { join, resolve } from "node:path";
import { LabStates } from "../../labs/prediction/lab-states";
import type { LabSelection } from "../../labs/model";
import { labsToPlay } from "./labs-to-play";

/** One lab that is played. */
export interface PlaySession {
  selection: LabSelection;
  states: LabStates;
  /** Of the learner. */
  folder: string;
}

/** @param folder of the one lab; else each has its own under `.labs/play` @throws UserError, ProblemsError */
export const sessionsOf = (name: string, folder?: string): PlaySession[] =>
  labsToPlay(name).map((selection) => ({
    selection,
    states: new LabStates(selection),
    folder: resolve(folder ?? join(".labs", "play", selection.instance)),
  }));

export const atMost = ({ selection }: PlaySession, step: number): number =>
  Math.min(step, selection.lab.steps.length - 1);
