import { parseTtl, MAX_HARD_LIMIT } from "../../classroom/lease";
import type { Problem } from "../../kube/problems";

/** Where no class file says otherwise. */
export const STANDARD = { parallel: 4, timeout: 60 * 60_000 } as const;

/** Options as commander hands them over. */
export interface WorkingOptions {
  parallel?: string;
  timeout?: string;
  breakLocks?: boolean;
  json?: boolean;
  /** Of a backend that does not tell the time. */
  trustClock?: boolean;
}
export interface ChosenOptions {
  class?: string;
  all?: boolean;
}
export interface StudentsUpCommand extends WorkingOptions {
  roster: string;
  class?: string;
  ttl?: string;
  dryRun?: boolean;
  replace?: boolean;
}
export interface ListCommand {
  class?: string;
  json?: boolean;
}
export type ExtendCommand = WorkingOptions & ChosenOptions & { ttl?: string };
export type ResetCommand = WorkingOptions &
  ChosenOptions & { lab?: string; step?: string; rebuild?: boolean };
export type DownCommand = WorkingOptions & ChosenOptions & { forget?: boolean };
export type VerifyCommand = WorkingOptions &
  ChosenOptions & { lab?: string[]; csv?: string; junit?: string; fresh?: boolean };
export type ReapCommand = WorkingOptions & { class?: string; dryRun?: boolean };
export interface KubeconfigCommand {
  class?: string;
  out?: string;
}

/** `--parallel`, or the standard. */
export function parallelOf(options: WorkingOptions, standard: number, problems: Problem[]): number {
  if (options.parallel === undefined) return standard;
  const n = Number(options.parallel);
  if (/^[0-9]+$/.test(options.parallel) && n >= 1 && n <= 64) return n;
  problems.push({
    path: "--parallel",
    value: options.parallel,
    message: "is not a number from 1 to 64",
    fix: "such as 4",
  });
  return standard;
}

/** A duration option in milliseconds, or the standard. */
export function durationOf(
  name: "--ttl" | "--timeout",
  text: string | undefined,
  standard: number,
  problems: Problem[],
  limit: number = MAX_HARD_LIMIT,
): number {
  if (text === undefined) return standard;
  const d = parseTtl(text, limit);
  if ("ms" in d) return d.ms;
  problems.push({ path: name, value: text, message: d.problem, fix: "such as 90m, 8h, 2d" });
  return standard;
}
