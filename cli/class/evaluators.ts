import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HandIn, HandInStep } from "../../classroom/hand-in";
import type { Wrong } from "../../classroom/standing";
import { reasonOf } from "../../kube/problems";
import type { PlayHint } from "../page/page-data";
import { Evaluator, EVALUATOR_LIMITS } from "../play/evaluator";
import type { Judged } from "../play/judge";

/** What the files of one step are worth, and where they do not do, why, if that was asked for. */
export type JudgedFiles = (Judged & { wrong: Wrong[] }) | { failed: string };

/** Answers kept: a class sends the same files again with every change of one of them. */
const KEPT = 20_000;

/** A thread for each lab, started when it is first asked for. */
export class Evaluators {
  private readonly byLab = new Map<string, Evaluator>();
  private readonly known = new Map<string, JudgedFiles>();

  /** @param causes also look for what is wrong where a step is not solved: that takes longer */
  async judge(handIn: HandIn, entry: HandInStep, instance: string, causes: boolean): Promise<JudgedFiles> {
    const key = JSON.stringify([
      handIn.lab,
      entry.claims,
      entry.step,
      Object.entries(entry.files).sort(),
      causes,
    ]);
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const found = await this.evaluate(handIn, entry, instance, causes);
    // What took too long may have had a busy machine.
    if (!("failed" in found) && this.known.size < KEPT) this.known.set(key, found);
    return found;
  }

  async close(): Promise<void> {
    await Promise.all([...this.byLab.values()].map((e) => e.close()));
    this.byLab.clear();
  }

  private async evaluate(
    { lab, texts }: HandIn,
    { step, files }: HandInStep,
    instance: string,
    causes: boolean,
  ): Promise<JudgedFiles> {
    const folder = mkdtempSync(join(tmpdir(), "labs-hand-in-"));
    try {
      for (const [name, hash] of Object.entries(files)) {
        // The form of paths is checked: none leads out of the folder.
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), texts[hash] ?? "");
      }
      const asked = { instance, step, folder, since: 0 };
      const evaluator = this.byLab.get(lab) ?? new Evaluator({ name: lab }, EVALUATOR_LIMITS);
      this.byLab.set(lab, evaluator);
      const answer = await evaluator.ask({ ...asked, kind: "judge" });
      if ("failed" in answer) return answer;
      const judged = JSON.parse(answer.text) as Judged;
      if (judged.solved || !causes) return { ...judged, wrong: [] };
      const hints = await evaluator.ask({ ...asked, kind: "hints" });
      return { ...judged, wrong: "failed" in hints ? [] : wrongOf(JSON.parse(hints.text) as PlayHint[]) };
    } catch (error) {
      // A path that is a file and a folder, say.
      return { failed: reasonOf(error) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Hints that know a cause. */
export const wrongOf = (hints: readonly PlayHint[]): Wrong[] =>
  hints.flatMap(({ cause, object, message }) => (cause === undefined ? [] : [{ cause, object, message }]));
