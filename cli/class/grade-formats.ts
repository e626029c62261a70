import Table from "cli-table3";
import pc from "picocolors";
import { csv } from "../../classroom/csv";
import type { Grade } from "../../classroom/grading";
import { formatProblem, withoutControls } from "../../kube/problems";
import type { Refused } from "./read-hand-ins";

export function gradesText(grades: readonly Grade[]): string {
  const titles = grades[0]?.items.map((i) => i.title) ?? [];
  const table = new Table({
    head: ["student", ...titles, "hints", "points"],
    style: { head: [], border: [], compact: true },
  });
  for (const g of grades)
    table.push([
      withoutControls(g.name === g.student ? g.student : `${g.student} (${g.name})`),
      ...g.items.map((i) =>
        (i.points >= i.of ? pc.green : i.points > 0 ? pc.yellow : pc.dim)(String(i.points)),
      ),
      String(g.hints),
      `${g.points} of ${g.of}`,
    ]);
  const notes = grades.flatMap((g) => g.notes.map((n) => `  ${g.student}: ${withoutControls(n)}`));
  return `${[table.toString(), ...notes].join("\n")}\n`;
}

export function gradesCsv(grades: readonly Grade[]): string {
  const titles = grades[0]?.items.map((i) => i.title) ?? [];
  return csv([
    ["student", "name", "points", "of", ...titles, "hints", "notes"],
    ...grades.map((g) => [
      g.student,
      g.name,
      g.points,
      g.of,
      ...g.items.map((i) => i.points),
      g.hints,
      [...g.items.flatMap((i) => (i.note === "" ? [] : [`${i.title}: ${i.note}`])), ...g.notes].join("; "),
    ]),
  ]);
}

export function refusedText(refused: readonly Refused[]): string {
  if (refused.length === 0) return "";
  const each = refused.map(
    ({ file, student, problems }) =>
      `${withoutControls(file)}${student === undefined ? "" : ` (${withoutControls(student)})`}\n${problems.map(formatProblem).join("\n")}`,
  );
  return `${pc.red(`Refused: ${refused.length} hand-ins`)}\n${each.join("\n")}\n`;
}
