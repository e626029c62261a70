import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gradeClass, type Grade, type Graded } from "../../classroom/grading";
import { readRubric, type Gradable, type Rubric } from "../../classroom/rubric";
import { plainYaml } from "../../kube/plain-yaml";
import { reasonOf, UserError, withoutControls } from "../../kube/problems";
import { labs } from "../../labs/index";
import { LabStates } from "../../labs/prediction/lab-states";
import { readUserFile } from "../../stacks/offline/user-file";
import { taskOf } from "../play/exercise";
import { labsToPlay } from "../play/labs-to-play";
import { rosterOf } from "../students/class-input";
import { print } from "../students/work-on-students";
import { keyFileOf, readKey } from "./class-key";
import { Evaluators } from "./evaluators";
import { gradesCsv, gradesText, refusedText } from "./grade-formats";
import { judgeHandIns, type JudgedHandIn } from "./judge-hand-ins";
import { readHandIns, type Refused } from "./read-hand-ins";

export interface GradeOptions {
  rubric: string;
  roster?: string;
  key?: string;
  csv?: string;
  json?: boolean;
}

/** `labs class grade`: hand-ins in, grades out. Exit code 1 where a hand-in was refused. */
export async function runGrade(folder: string, options: GradeOptions): Promise<void> {
  const { csv } = options;
  if (csv !== undefined && !existsSync(dirname(csv)))
    throw new UserError(`--csv ${csv}: there is no folder ${dirname(csv)}`);
  const rubric = rubricIn(options.rubric);
  const evaluators = new Evaluators();
  const graded = gradeFolder(folder, rubric, options, evaluators);
  const { grades, refused, unsigned } = await graded.finally(() => evaluators.close());
  process.stderr.write(refusedText(refused));
  if (unsigned) process.stderr.write(`${NO_KEY}\n`);
  if (csv !== undefined) writeFileSync(csv, gradesCsv(grades));
  await print(options.json === true, { grades, refused }, () => gradesText(grades));
  if (refused.length > 0) process.exitCode = 1;
}

const NO_KEY =
  "no signature was checked: there is no key of the class (labs class tokens makes one, and `class` in the rubric names it)";

export async function gradeFolder(
  folder: string,
  rubric: Rubric,
  options: Pick<GradeOptions, "roster" | "key">,
  evaluators: Evaluators,
  causes = false,
): Promise<{ grades: Grade[]; judged: JudgedHandIn[]; refused: Refused[]; unsigned: boolean }> {
  const roster = options.roster === undefined ? undefined : rosterOf(options.roster, rubric.class);
  const className = rubric.class ?? roster?.className;
  const keyFile = options.key ?? (className === undefined ? undefined : keyFileOf(className));
  const key = keyFile === undefined ? undefined : readKey(keyFile);
  if (options.key !== undefined && key === undefined)
    throw new UserError(`--key ${options.key}: there is no such file`);
  if (options.key !== undefined && className === undefined)
    throw new UserError("--key is of one class: name it by `class` in the rubric, or give --roster");
  const { received, refused } = readHandIns(folder, {
    now: Date.now(),
    ...(className === undefined ? {} : { className }),
    ...(key === undefined ? {} : { key }),
    ...(rubric.from === undefined ? {} : { from: rubric.from }),
  });
  const { judged, refused: forged } = await judgeHandIns(received, evaluators, causes);
  const all = [...refused, ...forged];
  const grades = gradeClass(rubric, classOf(judged, all, roster?.students));
  return { grades, judged, refused: all, unsigned: key === undefined };
}

/** Everybody of the roster, and whoever else has sent something. */
function classOf(
  judged: readonly JudgedHandIn[],
  refused: readonly Refused[],
  roster: readonly { id: string; name: string }[] = [],
): Graded[] {
  const names = new Map(roster.map((s) => [s.id, s.name]));
  const sent = [...judged, ...refused].flatMap((h) => h.student ?? []);
  const ids = [...new Set([...names.keys(), ...[...sent].sort()])];
  return ids.map((student) => {
    const own = judged.filter((h) => h.student === student);
    const { newest, notes } = newestOf(own);
    const gone = refused.filter((r) => r.student === student).map((r) => `refused: ${r.file}`);
    if (own.length === 0 && gone.length === 0) notes.push("nothing handed in");
    if (roster.length > 0 && !names.has(student)) notes.push("is not in the roster");
    return {
      student,
      name: names.get(student) ?? student,
      work: newest.flatMap((h) => h.work),
      notes: [...notes, ...gone],
    };
  });
}

/** Of several reports of a lab the one written last counts; those of mistakes to find stand by their seeds. */
function newestOf(own: readonly JudgedHandIn[]): { newest: JudgedHandIn[]; notes: string[] } {
  const kind = (h: JudgedHandIn): string =>
    JSON.stringify([h.handIn.lab, ...new Set(h.handIn.steps.map((s) => s.seed))]);
  const latest = own.toSorted((a, b) => Date.parse(b.handIn.written) - Date.parse(a.handIn.written));
  const newest = latest.filter((h, i) => latest.findIndex((o) => kind(o) === kind(h)) === i);
  const older = latest.filter((h) => !newest.includes(h));
  return { newest, notes: older.map((h) => `${h.file} does not count: another of the lab is newer`) };
}

export function rubricIn(file: string): Rubric {
  const text = readUserFile(file, `--rubric ${file}`).toString("utf8");
  let input: unknown;
  try {
    input = plainYaml(text);
  } catch (error) {
    throw new UserError(withoutControls(`${file} is not YAML: ${reasonOf(error)}`));
  }
  return readRubric(input, file, gradable());
}

/** Whether claims tell when a step is done is worked out where a rubric names its lab. */
function gradable(): Gradable {
  return new Map(
    labs.map((lab) => {
      let states: LabStates | undefined;
      const statesOf = (): LabStates | undefined => {
        const selection = labsToPlay(lab.id).find((s) => s.lab.id === lab.id);
        return selection === undefined ? undefined : (states ??= new LabStates(selection));
      };
      return [
        lab.id,
        lab.steps.map(({ id }, i) => ({
          id,
          told: () => {
            const s = statesOf();
            return s !== undefined && i > 0 && taskOf(s, i).kind === "write";
          },
        })),
      ];
    }),
  );
}
