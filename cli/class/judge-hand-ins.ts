import { availableParallelism } from "node:os";
import type { HandIn } from "../../classroom/hand-in";
import type { Work } from "../../classroom/grading";
import { UserError, type Problem } from "../../kube/problems";
import { claimsHash } from "../../labs/prediction/claims-hash";
import type { LabSelection } from "../../labs/model";
import { inParallel } from "../in-parallel";
import { labsToPlay } from "../play/labs-to-play";
import type { Evaluators } from "./evaluators";
import type { Received, Refused } from "./read-hand-ins";

/** A report that was evaluated again. */
export interface JudgedHandIn extends Received {
  work: Work[];
}

/** Evaluates the files of every report, lab by lab in threads of their own; a report that says more than its files prove is refused. */
export async function judgeHandIns(
  received: readonly Received[],
  evaluators: Evaluators,
  causes = false,
): Promise<{ judged: JudgedHandIn[]; refused: Refused[] }> {
  const judged: JudgedHandIn[] = [];
  const refused: Refused[] = [];
  await inParallel(new Set(received.map((r) => r.handIn.lab)), availableParallelism(), async (lab) => {
    const all = received.filter((r) => r.handIn.lab === lab);
    const selection = labOf(lab);
    if (selection === undefined) {
      for (const r of all)
        refused.push({
          ...r,
          problems: [
            {
              path: "lab",
              value: lab,
              message: "is not a lab here",
              fix: "grade with the version that was played",
            },
          ],
        });
      return;
    }
    for (const r of all) {
      const { work, problems } = await judgeOne(r.handIn, selection, evaluators, causes);
      if (problems.length > 0) refused.push({ file: r.file, student: r.student, problems });
      else judged.push({ ...r, work });
    }
  });
  const byFile = (a: { file: string }, b: { file: string }): number => (a.file < b.file ? -1 : 1);
  return { judged: judged.sort(byFile), refused: refused.sort(byFile) };
}

function labOf(lab: string): LabSelection | undefined {
  try {
    return labsToPlay(lab).find((s) => s.lab.id === lab);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function judgeOne(
  handIn: HandIn,
  selection: LabSelection,
  evaluators: Evaluators,
  causes: boolean,
): Promise<{ work: Work[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const work: Work[] = [];
  for (const [i, entry] of handIn.steps.entries()) {
    const at = `steps.${i} (${entry.step} ${entry.id}${entry.seed === undefined ? "" : `, seed ${entry.seed}`})`;
    if (
      entry.step >= selection.lab.steps.length ||
      entry.claims !== claimsHash({ ...selection, step: entry.step })
    ) {
      problems.push({
        path: at,
        message: "asks for something else than this version of the lab, on its own stack",
        fix: `play it with the class's version: npm run labs -- play ${selection.lab.id}`,
      });
      continue;
    }
    const answer = await evaluators.judge(handIn, entry, selection.instance, causes);
    if ("failed" in answer) {
      problems.push({ path: at, message: `its files cannot be evaluated: ${answer.failed}` });
      // What takes ten seconds does so at each step.
      break;
    }
    const missing = answer.claims.filter((c) => !c.holds).map((c) => c.what);
    if (entry.solved !== undefined && !answer.solved)
      problems.push({
        path: at,
        value: entry.solved,
        message: `is called solved, and its files do not solve it: ${[...answer.problems, ...missing].slice(0, 3).join("; ")}`,
        fix: "solve it, and send the file that play writes",
      });
    work.push({
      lab: handIn.lab,
      step: entry.step,
      ...(entry.seed === undefined ? {} : { seed: entry.seed }),
      solved: answer.solved,
      earned: answer.claims.filter((c) => c.holds && !c.before).length,
      missing,
      wrong: answer.wrong,
      hints: entry.hints,
      ...(answer.solved ? { solvedAt: Date.parse(entry.solved ?? handIn.written) } : {}),
    });
  }
  return { work, problems };
}
