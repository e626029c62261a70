import { parse } from "csv-parse/sync";
import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } from "yaml";
import type { Problem } from "../kube/problems";
import { labChoices, type LabChoice } from "./lab-choice";
import { decodeText } from "./spreadsheet-text";
import { checkRow, type Row, type RosterChecks, type Student } from "./student";

/** A roster as read: the students that are right, and everything that is wrong. */
export interface Roster {
  students: Student[];
  problems: Problem[];
}

const COLUMNS = ["id", "name", "email", "labs", "target", "principalArn"] as const;
type Column = (typeof COLUMNS)[number];
const KNOWN = COLUMNS.join(", ");

/**
 * Reads a roster, CSV or YAML by the file's name (`.yaml`, `.yml`, `.json`; anything else is CSV).
 * Never throws: all problems come back together, each with the file's line.
 */
export function readRoster(bytes: Uint8Array, file: string, checks: RosterChecks): Roster {
  const decoded = decodeText(bytes);
  if ("problem" in decoded) {
    return { students: [], problems: [{ path: file, message: decoded.problem, fix: "save it as UTF-8" }] };
  }
  const problems: Problem[] = [];
  const rows = /\.(ya?ml|json)$/i.test(file)
    ? yamlRows(decoded.text, file, problems)
    : csvRows(decoded.text, file, problems);
  const students: Student[] = [];
  for (const row of rows) {
    const student = checkRow(row, checks, problems);
    if (student !== undefined) students.push(student);
  }
  problems.push(...doubles(rows, students), ...sharedPrincipals(students));
  if (rows.length === 0 && problems.length === 0) {
    problems.push({ path: file, message: "has no students", fix: `a row for each student: ${KNOWN}` });
  }
  return { students, problems };
}

function csvRows(text: string, file: string, problems: Problem[]): Row[] {
  interface Parsed {
    record: string[];
    info: { lines: number };
  }
  let parsed: Parsed[];
  try {
    parsed = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Parsed[];
  } catch (e) {
    problems.push({
      path: file,
      message: `is not CSV: ${e instanceof Error ? e.message : String(e)}`,
      fix: 'close every quote; write a quote inside a quoted field as ""',
    });
    return [];
  }
  const [head, ...rest] = parsed;
  if (head === undefined) return [];
  const columns = head.record.map((c) => columnOf(c));
  head.record.forEach((text, i) => {
    const column = columns[i];
    if (column === undefined) {
      const message = text === "" ? `column ${i + 1} has no name` : "is not a column of a roster";
      problems.push({ path: `${file}:1`, value: text, message, fix: `columns: ${KNOWN}` });
    } else if (columns.indexOf(column) !== i) {
      problems.push({
        path: `${file}:1`,
        value: text,
        message: "is listed twice",
        fix: "one column of each",
      });
    }
  });
  if (!columns.includes("id")) {
    problems.push({
      path: `${file}:1`,
      message: "the first line has no column `id`",
      fix: `columns: ${KNOWN}`,
    });
    return [];
  }
  return rest
    .filter(({ record }) => record.some((cell) => cell !== ""))
    .map(({ record, info }) => {
      const row: Row = { where: `${file}:${info.lines}`, id: "" };
      if (record.length > columns.length) {
        problems.push({
          path: row.where,
          value: record.length,
          message: `has more fields than the ${columns.length} of the first line`,
          fix: "quote a field that contains the delimiter",
        });
      }
      columns.forEach((column, i) => {
        const cell = record[i];
        if (column === undefined || cell === undefined || cell === "") return;
        if (column === "labs") row.labs = labChoices(cell);
        else row[column] = cell;
      });
      return row;
    });
}

/** Excel writes `;` where the comma is the decimal sign, and tabs as "Unicode text". */
function delimiterOf(text: string): string {
  const head = text.split(/\r\n|\n|\r/, 1)[0] ?? "";
  const count = (d: string): number => head.split(d).length;
  return [",", ";", "\t"].reduce((best, d) => (count(d) > count(best) ? d : best));
}

function columnOf(text: string): Column | undefined {
  const name = text.toLowerCase().replace(/^e-mail$/, "email");
  return COLUMNS.find((c) => c.toLowerCase() === name);
}

function yamlRows(text: string, file: string, problems: Problem[]): Row[] {
  const lines = new LineCounter();
  // Everything is text: an id 007 is not the number 7.
  const doc = parseDocument(text, { schema: "failsafe", lineCounter: lines, prettyErrors: false });
  const at = (node: unknown): string => {
    const offset = isNode(node) ? node.range?.[0] : undefined;
    return offset === undefined ? file : `${file}:${lines.linePos(offset).line}`;
  };
  // A broken file breaks in many places, and the first tells.
  for (const e of doc.errors.slice(0, 5)) {
    const { line } = lines.linePos(e.pos[0]);
    problems.push({
      path: `${file}:${line}`,
      message: `is not YAML: ${e.message.slice(0, 200)}`,
      fix: "correct the syntax",
    });
  }
  if (doc.errors.length > 0) return [];
  const top = doc.contents;
  const list = isMap(top) ? top.get("students", true) : top;
  if (isMap(top)) {
    for (const { key } of top.items) {
      if (String(key) !== "students") {
        problems.push({
          path: at(key),
          value: String(key),
          message: "does not belong in a roster",
          fix: "`students:`, a list; what holds for all of them is in the class file",
        });
      }
    }
  }
  if (top === null) return [];
  if (!isSeq(list)) {
    problems.push({
      path: file,
      message: "is not a list of students",
      fix: "`students:` and a list below it",
    });
    return [];
  }
  const rows: Row[] = [];
  for (const item of list.items) {
    const node: unknown = isNode(item) ? item.toJS(doc, { maxAliasCount: 100 }) : item;
    const row: Row = { where: at(item), id: "" };
    if (isScalar(item)) {
      row.id = String(item.value).trim();
    } else if (isMap(item)) {
      for (const [key, value] of Object.entries(node as Record<string, unknown>))
        setField(row, key, value, problems);
    } else {
      problems.push({
        path: row.where,
        value: node,
        message: "is not a student",
        fix: `a map with ${KNOWN}`,
      });
      continue;
    }
    rows.push(row);
  }
  return rows;
}

function setField(row: Row, key: string, value: unknown, problems: Problem[]): void {
  const wrong = (message: string): void => {
    problems.push({ path: `${row.where}: ${key}`, value, message, fix: `fields: ${KNOWN}` });
  };
  const column = columnOf(key);
  if (column === undefined) wrong("is not a field of a student");
  else if (column === "labs") {
    const labs = yamlLabs(value);
    if (labs === undefined) wrong("is not a list of labs");
    else if (labs.length > 0) row.labs = labs;
  } else if (typeof value !== "string") wrong("is not text");
  else if (value.trim() !== "") row[column] = value.trim();
}

/** Labs in YAML: text as in CSV, a list of such texts, or a map from name to step; undefined where it is none of these. */
function yamlLabs(value: unknown): LabChoice[] | undefined {
  if (typeof value === "string") return labChoices(value);
  if (Array.isArray(value))
    return value.every((v) => typeof v === "string") ? value.flatMap(labChoices) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const choices = Object.entries(value as Record<string, unknown>).map(([lab, v]) => {
    const step = typeof v === "object" && v !== null ? (v as { step?: unknown }).step : v;
    return typeof step === "string" ? { lab, step: step === "" ? 0 : step } : undefined;
  });
  return choices.includes(undefined) ? undefined : choices.filter((c) => c !== undefined);
}

/** Who is in twice would get into two clusters. */
function sharedPrincipals(students: readonly Student[]): Problem[] {
  return students.flatMap((s, i) => {
    const first = students
      .slice(0, i)
      .find((o) => o.principalArn !== undefined && o.principalArn === s.principalArn);
    return first === undefined
      ? []
      : {
          path: `${s.row.where}: principalArn`,
          value: s.principalArn,
          message: `is ${first.id}'s too, at ${first.row.where}`,
          fix: "an IAM user or role of each student's own",
        };
  });
}

/** Ids written twice, and different ids that would give the same environment. */
function doubles(rows: readonly Row[], students: readonly Student[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, { id: string; where: string }>();
  const whereOf = new Map(rows.map((r) => [r, r.where]));
  for (const s of students) {
    const where = whereOf.get(s.row) ?? "";
    const before = first.get(s.environment);
    if (before === undefined) {
      first.set(s.environment, { id: s.id, where });
      continue;
    }
    const same = before.id === s.id;
    problems.push({
      path: `${where}: id`,
      value: s.id,
      message: same
        ? `is listed twice: first at ${before.where}`
        : `gives the same name ${s.environment} as ${before.id} at ${before.where}`,
      fix: same ? "one row for each student" : "make the ids differ by more than case, '.', '_' and '-'",
    });
  }
  return problems;
}
