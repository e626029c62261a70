import type { Wrong } from "./standing";
import { itemKey, itemTitle, type Rubric, type RubricItem } from "./rubric";

/** A step or mistake that a student worked at, as the instructor's own evaluation has it. */
export interface Work {
  lab: string;
  step: number;
  seed?: string;
  /** By the files: what the report says of it does not count. */
  solved: boolean;
  /** Claims that the student's files made hold, and what does not hold. */
  earned: number;
  missing: string[];
  /** Likely mistakes, where they were looked for. */
  wrong: Wrong[];
  hints: number;
  /** Milliseconds since 1970; of the student's own clock. */
  solvedAt?: number;
}

export interface GradedItem {
  title: string;
  points: number;
  of: number;
  /** Why not all of them. */
  note: string;
}

export interface Grade {
  student: string;
  name: string;
  points: number;
  of: number;
  hints: number;
  items: GradedItem[];
  /** About the hand-ins as a whole: refused, older than another, none. */
  notes: string[];
}

export interface Graded {
  student: string;
  name: string;
  work: readonly Work[];
  notes: readonly string[];
}

/** The same grades for the same hand-ins and rubric, whenever and wherever. */
export function gradeClass(rubric: Rubric, class_: readonly Graded[]): Grade[] {
  return class_.map(({ student, name, work, notes }) => {
    const items = rubric.items.map((item) =>
      graded(
        item,
        work.find((w) => itemKey(w) === itemKey(item)),
        rubric,
      ),
    );
    const sum = (of: (i: GradedItem) => number): number => rounded(items.reduce((s, i) => s + of(i), 0));
    return {
      student,
      name,
      points: sum((i) => i.points),
      of: sum((i) => i.of),
      hints: work.reduce((s, w) => s + w.hints, 0),
      items,
      notes: [...notes],
    };
  });
}

function graded(item: RubricItem, work: Work | undefined, { hints, from, until }: Rubric): GradedItem {
  const base = { title: itemTitle(item), of: item.points };
  if (work === undefined) return { ...base, points: 0, note: "not handed in" };
  const when = work.solvedAt;
  if (work.solved && when !== undefined && from !== undefined && when < from)
    return { ...base, points: 0, note: `solved before the rubric's time: ${new Date(when).toISOString()}` };
  if (work.solved && when !== undefined && until !== undefined && when > until)
    return { ...base, points: 0, note: `late: solved ${new Date(when).toISOString()}` };
  const full = work.solved ? item.points : Math.min(item.points, work.earned * item.claim);
  const cost = Math.min(work.hints * hints.cost, hints.most);
  const notes = [
    ...(work.solved
      ? []
      : [`${work.missing.length} claims do not hold: ${work.missing.slice(0, 2).join("; ")}`]),
    ...(cost > 0 && full > 0 ? [`${work.hints} hints cost ${rounded(Math.min(cost, full))}`] : []),
  ];
  return { ...base, points: rounded(Math.max(0, full - cost)), note: notes.join("; ") };
}

const rounded = (x: number): number => Math.round(x * 100) / 100;
