/**
 * All that is wrong with an input is reported at once: where it is, what stands there, and what would be right.
 * Plain data, so that every room (config, planners, policies, cli) can use it.
 */
export interface Problem {
  /** Where: a property path (`labs.stars.step`), or `file: Kind ns/name: path`. */
  path: string;
  /** What stands there, as the user wrote it; left out where nothing does. */
  value?: unknown;
  /** What is wrong, in one sentence without a full stop. */
  message: string;
  /** What to do about it. */
  fix?: string;
}

/** Thrown once, with every problem that was found. The cli and the Pulumi program print it without a stack. */
export class ProblemsError extends Error {
  readonly problems: readonly Problem[];
  constructor(title: string, problems: readonly Problem[]) {
    super([title, ...problems.map(formatProblem)].join("\n"));
    this.name = "ProblemsError";
    this.problems = problems;
  }
}

/** One problem as text: `  path: message (got value)` and the fix below it. */
export function formatProblem(p: Problem): string {
  const got = "value" in p && p.value !== undefined ? ` (got ${show(p.value)})` : "";
  const fix = p.fix === undefined ? "" : `\n      fix: ${p.fix}`;
  return withoutControls(`  - ${p.path}: ${p.message}${got}${fix}`);
}

/** Text with control characters shown, not sent: names and paths of strangers reach the terminal. */
export function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (c) => JSON.stringify(c).slice(1, -1));
}

/** Throws when there is any problem; otherwise does nothing. */
export function failOn(title: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError(title, problems);
}

function show(value: unknown): string {
  // JSON.stringify gives undefined for functions and symbols, whatever its type says.
  const text = (JSON.stringify(value) as string | undefined) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Something the user can fix (a missing file, an unknown name): shown as one message, without a stack. */
export class UserError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UserError";
  }
}

/** What an error says, whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
