import { load, YAMLException } from "js-yaml";
import type { Problem } from "../../../../kube/problems";
import { LIMITS } from "./limits";
import { jsonPieces, yamlPieces, type Piece } from "./split";
import { KUBECTL_SCHEMA, letterKeys, lettersAsText } from "./yaml-schema";

/** What one document of a file holds. */
export interface Document {
  readonly value: unknown;
  /** Where it starts, counted from 1. */
  readonly line: number;
  /** Beside other documents of its file. */
  readonly several: boolean;
  /** Uses YAML aliases, so that it may be larger than its text. */
  readonly aliases: boolean;
}

export interface Documents {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** Reads every document of a file as kubectl does; what does not parse is one problem with its line. */
export function documentsOf(text: string, origin: string): Documents {
  const json = /^\uFEFF?\s*[{[]/.test(text) ? jsonDocuments(text, origin) : undefined;
  return json ?? yamlDocuments(text, origin);
}

function jsonDocuments(text: string, origin: string): Documents | undefined {
  const whole = parsedJson(text.replace(/^\uFEFF/, ""));
  if (whole !== undefined)
    return checked([{ value: whole.value, line: 1, several: false, aliases: false }], origin, []);
  const pieces = jsonPieces(text);
  if (pieces === undefined) return undefined;
  if (pieces.length > LIMITS.documents) return tooMany(origin);
  const documents: Document[] = [];
  for (const { text: piece, line } of pieces) {
    const parsed = parsedJson(piece);
    // Braces that are not JSON may still be YAML.
    if (parsed === undefined) return undefined;
    documents.push({ value: parsed.value, line, several: pieces.length > 1, aliases: false });
  }
  return checked(documents, origin, []);
}

function parsedJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function yamlDocuments(text: string, origin: string): Documents {
  const pieces: Piece[] = [];
  for (const piece of yamlPieces(text)) {
    pieces.push(piece);
    if (pieces.length > LIMITS.documents) return tooMany(origin);
  }
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const { text: piece, line } of pieces) {
    const read = readPiece(piece, line, origin, notes);
    if ("problem" in read) problems.push(read.problem);
    else if (read.value !== undefined && read.value !== null)
      documents.push({
        value: read.value,
        line,
        several: pieces.length > 1,
        aliases: /&\S/.test(piece) && /\*\S/.test(piece),
      });
  }
  const all = checked(documents, origin, problems);
  return { ...all, notes };
}

function readPiece(
  text: string,
  line: number,
  origin: string,
  notes: string[],
): { value: unknown } | { problem: Problem } {
  if (text.trim() === "") return { value: undefined };
  try {
    return noted(text, line, origin, notes);
  } catch (error) {
    if (error instanceof YAMLException && /duplicated mapping key/.test(error.reason)) {
      notes.push(`${at(origin, line, error)}: a key stands twice; the last one counts, as in kubectl`);
      try {
        return parsedYaml(text, true);
      } catch (again) {
        return { problem: unreadable(again, line, origin) };
      }
    }
    return { problem: unreadable(error, line, origin) };
  }
}

/** A document, with a note where kubectl does not see what the author did. */
function noted(text: string, line: number, origin: string, notes: string[]): { value: unknown } {
  const before = letterKeys();
  const read = parsedYaml(text, false);
  if (letterKeys() > before)
    notes.push(`${origin}:${line}: y or n as a key without quotes is true or false, as in kubectl: quote it`);
  return read;
}

/** `lastWins`: of keys that stand twice. */
function parsedYaml(text: string, lastWins: boolean): { value: unknown } {
  const value = load(text, { schema: KUBECTL_SCHEMA, json: lastWins });
  // Few documents have any, and those need not be walked.
  return /(^|[\s,[{:-])[yYnN]\s*($|[\s,\]}:#])/m.test(text) ? lettersAsText(value) : { value };
}

function unreadable(error: unknown, line: number, origin: string): Problem {
  if (error instanceof YAMLException)
    return { path: at(origin, line, error), message: `is not YAML: ${error.reason}` };
  if (error instanceof RangeError) return tooDeep(origin, line);
  throw error;
}

/** js-yaml counts lines from 0, inside the document. */
function at(origin: string, line: number, error: YAMLException): string {
  const mark = error.mark as { line?: number } | undefined;
  return `${origin}:${line + (mark?.line ?? 0)}`;
}

function tooDeep(origin: string, line: number): Problem {
  return {
    path: `${origin}:${line}`,
    message: `is nested deeper than ${LIMITS.depth} levels, or refers to itself`,
    fix: "leave the document out",
  };
}

function tooMany(origin: string): Documents {
  const problem = {
    path: origin,
    message: `holds more than ${LIMITS.documents.toLocaleString("en")} documents`,
    fix: "split the file, or leave it out",
  };
  return { documents: [], problems: [problem], notes: [] };
}

/** Leaves out what is too deep, circular, or too large once its aliases are put in place. */
function checked(documents: readonly Document[], origin: string, problems: readonly Problem[]): Documents {
  const found = [...problems];
  const kept = documents.filter(({ value, line, aliases }) => {
    const size = measure(value, 0, { left: aliases ? LIMITS.values : Infinity });
    if (size === "fine") return true;
    found.push(
      size === "deep"
        ? tooDeep(origin, line)
        : {
            path: `${origin}:${line}`,
            message: `holds more than ${LIMITS.values.toLocaleString("en")} values once its aliases are put in place`,
            fix: "leave the document out",
          },
    );
    return false;
  });
  return { documents: kept, problems: found, notes: [] };
}

function measure(value: unknown, depth: number, budget: { left: number }): "fine" | "deep" | "large" {
  if (typeof value !== "object" || value === null) return "fine";
  if (depth > LIMITS.depth) return "deep";
  const values: unknown[] = Array.isArray(value) ? value : Object.values(value);
  budget.left -= values.length;
  if (budget.left < 0) return "large";
  for (const inner of values) {
    if (typeof inner !== "object" || inner === null) continue;
    const size = measure(inner, depth + 1, budget);
    if (size !== "fine") return size;
  }
  return "fine";
}
