import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Grade } from "../../classroom/grading";
import type { ViewRow } from "../../classroom/class-view";
import type { Rubric } from "../../classroom/rubric";
import { reasonOf } from "../../kube/problems";
import { labs } from "../../labs/index";
import { Evaluators } from "./evaluators";
import type { Refused } from "./read-hand-ins";
import { gradeFolder } from "./run-grade";

export interface HandInsSeen {
  rows: ViewRow[];
  grades: Grade[];
  notes: string[];
}

/** Looks at a folder of hand-ins whenever something in it has changed; a broken file ends nothing. */
export class HandInWatch {
  private state = "";
  seen: HandInsSeen = { rows: [], grades: [], notes: [] };
  private readonly evaluators = new Evaluators();

  constructor(
    private readonly folder: string,
    private readonly rubric: Rubric,
    private readonly options: { roster?: string; key?: string },
    /** Look for what is wrong with whom: where the class plays here, that is known already. */
    private readonly causes: boolean,
  ) {}

  async look(): Promise<void> {
    const state = stateOf(this.folder);
    if (state === this.state) return;
    this.state = state;
    try {
      const { grades, judged, refused } = await gradeFolder(
        this.folder,
        this.rubric,
        this.options,
        this.evaluators,
        this.causes,
      );
      this.seen = {
        grades: this.rubric.items.length === 0 ? [] : grades,
        notes: refusals(refused),
        rows: judged.map(({ student, handIn, work }) => ({
          student,
          name: grades.find((g) => g.student === student)?.name ?? student,
          lab: handIn.lab,
          from: "hand-in" as const,
          hints: work.reduce((s, w) => s + w.hints, 0),
          wrong: work.flatMap((w) => w.wrong),
          changed: Date.parse(handIn.written),
          steps: (labs.find((l) => l.id === handIn.lab)?.steps ?? []).map(({ id }, i) => {
            const own = work.filter((w) => w.step === i);
            return {
              id,
              state: own.some((w) => w.solved)
                ? ("done" as const)
                : own.length > 0
                  ? ("open" as const)
                  : ("none" as const),
            };
          }),
        })),
      };
    } catch (error) {
      this.seen = { ...this.seen, notes: [`hand-ins cannot be read just now: ${reasonOf(error)}`] };
    }
  }

  close(): Promise<void> {
    return this.evaluators.close();
  }
}

/** A line for each reason: a whole class may have forgotten its token. */
function refusals(refused: readonly Refused[]): string[] {
  const reason = ({ problems }: Refused): string => problems.map((p) => `${p.path}: ${p.message}`).join("; ");
  return [...new Set(refused.map(reason))].map((why) => {
    const files = refused.filter((r) => reason(r) === why).map((r) => r.file);
    const more = files.length > 5 ? ` and ${files.length - 5} more` : "";
    return `refused: ${why} (${files.slice(0, 5).join(", ")}${more})`;
  });
}

/** The same while no hand-in changes. */
function stateOf(folder: string): string {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.name.endsWith(".handin"))
      .map((e) => {
        const path = join(e.parentPath, e.name);
        const { mtimeMs = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
        return `${path} ${mtimeMs} ${size}`;
      })
      .join("\n");
  } catch (error) {
    return `unreadable: ${reasonOf(error)}`;
  }
}
