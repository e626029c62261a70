import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import type { KubeObject } from "../../kube/objects";
import { UserError } from "../../kube/problems";
import { faultOfSeed, faultsOf, type Fault } from "../../labs/faults/faults";
import type { LabStates } from "../../labs/prediction/lab-states";
import type { PlayUpdate } from "../page/page-data";
import { isTheirs } from "./exercise";

/** What a learner makes of a fault: written beside the files, for who grades it. */
export interface FaultResult {
  lab: string;
  step: number;
  seed: string;
  fault: string;
  /** From the start until every claim held. */
  seconds: number;
  hints: number;
  /** The proof: every claim of the step, asked of the learner's own files. */
  claims: number;
}

/** A name for the seed's folder. */
export const brokenFolder = (instance: string, seed: string): string =>
  join(".labs", "play", `${instance}-broken-${seed.replace(/[^\w.-]+/g, "_")}`);

/** The fault that a seed puts into a lab's step. @throws UserError where the step has none */
export function faultFor(
  states: LabStates,
  step: number,
  seed: string,
  theirs: readonly KubeObject[] = [...states.at(step).objects, ...states.at(step).patches].filter(isTheirs),
): Fault {
  const fault = faultOfSeed(faultsOf(states, step, theirs), seed);
  if (fault !== undefined) return fault;
  const { lab } = states.selection;
  throw new UserError(
    `Step ${step} of ${lab.id} has nothing in which a fault would show: take another --step.`,
  );
}

/** Whether every claim of the step holds, with files that can be read. */
export function isSolved({ yours, problems }: Omit<PlayUpdate, "took">): boolean {
  const claims = [...(yours?.claims ?? []), ...(yours?.requests ?? [])];
  return problems.length === 0 && claims.length > 0 && claims.every((c) => c.holds);
}

/** Watches one fault until it is mended; says so once, and notes the result in the folder. */
export class FaultWatch {
  private hints = 0;
  private told = false;

  constructor(
    private readonly of: { lab: string; step: number; seed: string; fault: Fault; folder: string },
    private readonly began: number,
  ) {}

  asked(): void {
    this.hints++;
  }

  greeting(): string {
    const { step, seed, fault } = this.of;
    return `    ${pc.bold("one mistake")} is in the files of step ${step}, and ${fault.fails} ${fault.fails === 1 ? "claim fails" : "claims fail"} by it: find and mend it (seed ${seed})`;
  }

  /** The result, the first time that every claim holds; undefined otherwise. */
  mended(update: Omit<PlayUpdate, "took">, now: number): string | undefined {
    if (this.told || !isSolved(update) || update.step !== this.of.step) return undefined;
    const claims = [...(update.yours?.claims ?? []), ...(update.yours?.requests ?? [])];
    this.told = true;
    const { lab, step, seed, fault, folder } = this.of;
    const seconds = Math.round((now - this.began) / 1000);
    const result: FaultResult = {
      lab,
      step,
      seed,
      fault: fault.id,
      seconds,
      hints: this.hints,
      claims: claims.length,
    };
    writeFileSync(join(folder, ".result.json"), `${JSON.stringify(result, null, 1)}\n`);
    const time = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    return [
      pc.green(
        `  mended in ${time}, ${this.hints === 0 ? "without a hint" : `hints asked for ${this.hints} times`}; all ${claims.length} claims hold`,
      ),
      `  It was ${fault.object}: ${fault.what}.`,
    ].join("\n");
  }
}
