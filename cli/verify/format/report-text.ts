import Table from "cli-table3";
import pc from "picocolors";
import type { Report, Result, Status } from "../core/check-model";
import { countOf, expectedOf, succeeded, titleOf } from "./report-words";

const MARK: Readonly<Record<Status, string>> = { pass: "✓", fail: "✗", error: "!", skip: "-" };
const PAINT: Readonly<Record<Status, (text: string) => string>> = {
  pass: pc.green,
  fail: pc.red,
  error: pc.yellow,
  skip: pc.dim,
};

/** For people: a table for each lab, then every mismatch with its rules, hints, and what became of what was made. */
export function reportText(report: Report): string {
  const labs = new Map<string, Result[]>();
  for (const r of report.results) {
    const { lab, step } = r.check;
    const title = step === undefined ? lab : `${lab}, step ${step}`;
    labs.set(title, [...(labs.get(title) ?? []), r]);
  }
  const lines = [
    ...[...labs].flatMap(([title, results]) => [pc.bold(title), table(results), ""]),
    ...wrong(report.results),
    ...hints(report),
    ...left(report),
    ...report.notes.map((n) => pc.dim(n)),
    summary(report),
  ];
  return `${lines.join("\n")}\n`;
}

function table(results: readonly Result[]): string {
  const t = new Table({
    head: ["", "flow or request", "expected", "seen"],
    style: { head: [], border: [], compact: true },
  });
  for (const r of results) {
    const seen = wrapped(r.detail, 56).map(PAINT[r.status]);
    t.push([
      PAINT[r.status](MARK[r.status]),
      wrapped(titleOf(r.check), 64).join("\n"),
      wrapped(expectedOf(r.check), 28).join("\n"),
      seen.join("\n"),
    ]);
  }
  return t.toString();
}

/** Lines of about this width; what has no space in it stays whole, so that it can be copied. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function wrong(results: readonly Result[]): string[] {
  const failed = results.filter((r) => r.status === "fail");
  if (failed.length === 0) return [];
  return [
    pc.bold(`Not as expected (${failed.length})`),
    ...failed.flatMap((r) => [
      `  ${pc.red("✗")} ${titleOf(r.check)}: expected ${expectedOf(r.check)}; seen: ${r.detail}`,
      ...r.rules.map((rule) => `      ${rule}`),
    ]),
    "",
  ];
}

function hints({ hints }: Report): string[] {
  if (hints === undefined) return [];
  if (hints.length === 0)
    return ["The cluster's policies and labels are those of the step: no mistake is found there.", ""];
  return [
    pc.bold("Likely"),
    ...hints.flatMap((h) => [
      `  ${pc.yellow(h.cause)}: ${h.object}: ${h.message}`,
      ...(h.fixes.length === 0
        ? []
        : [
            pc.dim(
              `      fixes ${h.fixes.slice(0, 4).join("; ")}${h.fixes.length > 4 ? `; ${h.fixes.length - 4} more` : ""}`,
            ),
          ]),
    ]),
    "",
  ];
}

function left({ created }: Report): string[] {
  const still = created.filter((c) => !c.gone);
  return still.length === 0
    ? []
    : [
        pc.yellow(
          `Still in the cluster: ${still.map((c) => `${c.kind} ${c.namespace}/${c.name}`).join(", ")}`,
        ),
        "  remove it: npm run labs -- verify --clean",
      ];
}

function summary(report: Report): string {
  const { pass, fail, error, skip } = countOf(report);
  const parts = [
    `${pass} as expected`,
    ...(fail > 0 ? [`${fail} not`] : []),
    ...(error > 0 ? [`${error} unknown`] : []),
    ...(skip > 0 ? [`${skip} not probed`] : []),
  ];
  const text = `${report.stack} on ${report.cluster}: ${parts.join(", ")} (${Math.round(report.seconds)} s)`;
  return succeeded(report) ? pc.green(text) : pc.red(text);
}
