/** A whole process, with the processor time that it and its children took. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export interface Timed {
  /** Empty where it was thrown away. */
  readonly stdout: string;
  /** What the program itself wrote to file descriptor 3, before the times. */
  readonly noted: string;
  /** Seconds of processor time, user and system. */
  readonly cpuSeconds: number;
}

/** A program that ran and failed; the message is the last line that it wrote. */
export class Failed extends Error {}

/** Runs a program to its end. `output`: kept, dropped, or a file for what is too long for a string. @throws Failed where it fails, Error where it cannot run */
export function timed(
  program: string,
  args: readonly string[],
  { input, output = "kept" }: { input?: string; output?: string } = {},
): Timed {
  // `times` is of every POSIX shell; Node does not tell what a child took.
  const script = '"$@"; code=$?; times >&3; exit $code';
  const into = output === "kept" ? "pipe" : output === "dropped" ? "ignore" : openSync(output, "w");
  const run = spawnSync("sh", ["-c", script, "sh", program, ...args], {
    encoding: "utf8",
    stdio: ["pipe", into, "pipe", "pipe"],
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
  });
  if (typeof into === "number") closeSync(into);
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0) {
    const lines = run.stderr.trim().split("\n");
    const said = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "";
    throw new Failed(said === "" ? `ended with ${run.status ?? "a signal"}` : said);
  }
  const lines = String(run.output[3]).trim().split("\n");
  return {
    stdout: output === "kept" ? run.stdout : "",
    noted: lines.slice(0, -2).join("\n"),
    cpuSeconds: cpuSeconds(lines.at(-1) ?? ""),
  };
}

/** The last line of `times` is about children: `0m1.25s 0m0.10s`. */
function cpuSeconds(children: string): number {
  return children
    .split(/\s+/)
    .map((text) => /^(\d+)m([\d.]+)s$/.exec(text))
    .reduce((sum, found) => sum + Number(found?.[1] ?? 0) * 60 + Number(found?.[2] ?? 0), 0);
}
