import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClassToken } from "../../classroom/class-token";
import {
  HAND_IN_LIMITS,
  HAND_IN_VERSION,
  handInText,
  readHandIn,
  sha256,
  type HandIn,
  type HandInStep,
} from "../../classroom/hand-in";
import { reasonOf } from "../../kube/problems";
import { claimsHash } from "../../labs/prediction/claims-hash";
import type { LabSelection } from "../../labs/model";
import { filesIn } from "./learner-folder";

/** Beside the learner's folder: in it, each write would be a change of the files. */
export const handInFile = (folder: string): string => `${folder}.handin`;

export interface KeeperOf {
  file: string;
  from: HandIn["from"];
  selection: LabSelection;
  token?: ClassToken;
  /** Of the mistake that is to be found. */
  seed?: string;
  began: number;
}

/** What is seen of a step at a moment. */
export interface Seen {
  step: number;
  solved: boolean;
  /** Path → text; undefined where it is more than a report takes. */
  texts: Readonly<Record<string, string>> | undefined;
}

/**
 * Keeps what a student hands in: for each step that was worked at, the files with which it was solved, or as they are now. What
 * cannot be written just now (a full disk) is kept, and written with the next change.
 */
export class HandInKeeper {
  private report: Omit<HandIn, "signature">;

  constructor(
    private readonly of: KeeperOf,
    private readonly say: (text: string) => void,
  ) {
    const { selection, from, began } = of;
    const none = { handIn: HAND_IN_VERSION, lab: selection.lab.id, from, written: iso(began) } as const;
    this.report = this.kept() ?? { ...none, steps: [], texts: {} };
  }

  get steps(): readonly HandInStep[] {
    return this.report.steps;
  }

  asked(step: number, now: number): void {
    const entry = this.entry(Math.min(step, this.of.selection.lab.steps.length - 1), now);
    if (entry.solved === undefined) entry.hints++;
    this.write(now);
  }

  /** After a change. A step that was solved keeps the files with which it was, until others solve it too. */
  saw({ step, solved, texts }: Seen, now: number): void {
    const entry = this.entry(step, now);
    if (entry.solved !== undefined && !solved) return;
    if (solved) entry.solved ??= iso(now);
    if (texts === undefined)
      this.say(
        `  ${this.of.selection.instance}: there is more than a hand-in takes (${HAND_IN_LIMITS.files} files, 1 MiB): step ${step} is handed in without its files`,
      );
    entry.files = Object.fromEntries(Object.entries(texts ?? {}).map(([name, text]) => [name, sha256(text)]));
    const known = {
      ...this.report.texts,
      ...Object.fromEntries(Object.values(texts ?? {}).map((t) => [sha256(t), t])),
    };
    const used = new Set(this.report.steps.flatMap((s) => Object.values(s.files)));
    this.report.texts = Object.fromEntries(Object.entries(known).filter(([h]) => used.has(h)));
    this.write(now);
  }

  private entry(step: number, now: number): HandInStep {
    const { selection, seed, began } = this.of;
    const found = this.report.steps.find((s) => s.step === step && s.seed === seed);
    if (found !== undefined) return found;
    const made: HandInStep = {
      step,
      id: selection.lab.steps[step]?.id ?? "",
      claims: claimsHash({ ...selection, step }),
      ...(seed === undefined ? {} : { seed }),
      // A mistake is looked for from the start.
      began: iso(seed === undefined ? now : began),
      hints: 0,
      files: {},
    };
    this.report.steps.push(made);
    return made;
  }

  private write(now: number): void {
    const { file } = this.of;
    this.report.written = iso(now);
    try {
      writeFileSync(`${file}.new`, handInText(this.report, this.of.token));
      renameSync(`${file}.new`, file);
    } catch (error) {
      this.say(
        `  ${file} cannot be written (${reasonOf(error)}): what is solved is kept, and written with your next change`,
      );
    }
  }

  /** What an earlier play has written; one that is broken or of another lab is put aside. */
  private kept(): Omit<HandIn, "signature"> | undefined {
    const { file, selection } = this.of;
    if (!existsSync(file)) return undefined;
    const { lab } = selection;
    const { handIn } = readHandIn(readFileSync(file, "utf8"));
    if (handIn?.lab === lab.id) {
      const { signature: _, ...report } = handIn;
      // Of an older version of the lab nothing counts any more.
      const current = report.steps.filter(
        (s) => s.step < lab.steps.length && s.claims === claimsHash({ ...selection, step: s.step }),
      );
      return { ...report, from: this.of.from, steps: current };
    }
    renameSync(file, `${file}.old`);
    this.say(`  ${file} was broken, or of another lab: it is put aside as ${file}.old`);
    return undefined;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The files with objects in a learner's folder; undefined where there are too many. */
export function textsOf(folder: string): Record<string, string> | undefined {
  const names = filesIn(folder);
  if (names.length > HAND_IN_LIMITS.files) return undefined;
  let left: number = HAND_IN_LIMITS.bytes;
  const texts: Record<string, string> = {};
  for (const name of names) {
    const path = join(folder, name);
    const what = statSync(path, { throwIfNoEntry: false });
    // One that is gone meanwhile, or is none, holds nothing.
    if (what?.isFile() !== true) continue;
    left -= what.size;
    if (left < 0) return undefined;
    texts[name.replaceAll("\\", "/")] = readFileSync(path, "utf8");
  }
  return texts;
}
