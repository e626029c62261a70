import Table from "cli-table3";
import pc from "picocolors";
import {
  causesOf,
  causeText,
  type LabStanding,
  type Standing,
  type StepState,
} from "../../classroom/standing";
import { csv } from "../../classroom/csv";
import { formatDuration } from "../../classroom/lease";
import { withoutControls } from "../../kube/problems";
import { attributes, testcaseText } from "../verify/format/report-junit";

/** What a look at a class found, and what it took. */
export interface ClassLook {
  standings: Standing[];
  /** Nobody looked at them: the run was ended before. */
  skipped: string[];
  parallel: number;
  /** Milliseconds. */
  took: number;
  /** What it would take where nobody waits: all work shared out, or the longest student. */
  bound: number;
}

const MARK: Readonly<Record<StepState, string>> = { done: "✓", open: "·", unknown: "?", silent: "-" };

export function lookText({ standings, skipped, parallel, took, bound }: ClassLook, now: number): string {
  const table = new Table({
    head: ["student", "lab", "steps", "at", "wrong at the next step", "since"],
    style: { head: [], border: [], compact: true },
  });
  for (const s of standings) {
    const who = s.name === s.student ? s.student : `${s.student} (${s.name})`;
    if (s.unreachable !== undefined)
      table.push([who, "", pc.yellow("unreachable"), "", short(s.unreachable), ""]);
    else for (const lab of s.labs) table.push([who, lab.lab, ...labCells(lab, now)]);
  }
  const causes = causesOf(standings);
  const lost = standings.filter((s) => s.unreachable !== undefined).length;
  return [
    table.toString(),
    "✓ done, · not yet, ? not to be told, - claims nothing",
    ...(causes.length === 0 ? [] : ["", pc.bold("What is wrong, by cause")]),
    ...causes.map((c) => `  ${causeText(c)}: ${c.students.join(", ")}`),
    ...(skipped.length === 0
      ? []
      : ["", pc.yellow(`Not looked at, the same command goes on: ${skipped.join(", ")}`)]),
    "",
    `${standings.length} students${lost === 0 ? "" : `, ${lost} unreachable`}; ${boundText({ took, bound, parallel })}`,
    "",
  ].join("\n");
}

export function boundText({ took, bound, parallel }: Pick<ClassLook, "took" | "bound" | "parallel">): string {
  const over = bound === 0 ? 0 : Math.max(0, (took / bound - 1) * 100);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return `took ${seconds(took)}, ${over.toFixed(1)} % over the bound of ${seconds(bound)} (${parallel} at a time)`;
}

function labCells(lab: LabStanding, now: number): string[] {
  const at = lab.steps.find((s) => s.step === lab.at);
  const next = lab.steps.find((s) => s.step === lab.next);
  const [wrong] = next?.wrong ?? [];
  const since = next?.since ?? at?.since;
  return [
    lab.steps.map((s) => MARK[s.state]).join(" "),
    at === undefined ? "between steps" : `${at.step} ${at.id}`,
    next === undefined
      ? ""
      : short(
          `${next.held} of ${next.claims} hold${wrong === undefined ? "" : `; ${wrong.cause}: ${wrong.object}`}`,
        ),
    since === undefined ? "" : formatDuration(Math.max(0, now - since)),
  ];
}

const short = (text: string): string => {
  const clean = withoutControls(text);
  return clean.length > 70 ? `${clean.slice(0, 69)}…` : clean;
};

export function lookCsv({ standings }: Pick<ClassLook, "standings">): string {
  const head = [
    "student",
    "name",
    "stack",
    "lab",
    "step",
    "id",
    "state",
    "held",
    "claims",
    "causes",
    "since",
    "looked",
    "unreachable",
  ];
  const iso = (ms: number | undefined): string => (ms === undefined ? "" : new Date(ms).toISOString());
  return csv([
    head,
    ...standings.flatMap((s) => {
      const who = [s.student, s.name, s.stack];
      const end = [iso(s.looked), s.unreachable ?? ""];
      if (s.unreachable !== undefined) return [[...who, "", "", "", "unreachable", "", "", "", "", ...end]];
      return s.labs.flatMap(({ lab, steps }) =>
        steps.map(({ step, id, state, held, claims, wrong, since }) => [
          ...who,
          lab,
          step,
          id,
          state,
          held,
          claims,
          [...new Set(wrong.map((w) => w.cause))].join(" "),
          iso(since),
          ...end,
        ]),
      );
    }),
  ]);
}

/** One suite for each student, one case for each step of each lab. Who is unreachable is skipped, not failed. */
export function lookJunit({ standings, took }: Pick<ClassLook, "standings" | "took">): string {
  const suites = standings.map((s) => {
    const cases =
      s.unreachable !== undefined
        ? [
            {
              head: { classname: s.student, name: "is reached" },
              kind: "skipped" as const,
              message: s.unreachable,
              body: "",
            },
          ]
        : s.labs.flatMap(({ lab, steps }) =>
            steps.map(({ id, state, held, claims, wrong }) => ({
              head: { classname: `${s.student}.${lab}`, name: `step ${id}` },
              ...(state === "done" ? {} : { kind: KIND[state] }),
              message: `${held} of ${claims} claims hold`,
              body: wrong.map((w) => `${w.cause}: ${w.object}: ${w.message}`).join("\n"),
            })),
          );
    return { name: s.student, seconds: s.ms / 1000, cases };
  });
  const all = suites.flatMap((s) => s.cases);
  const count = (cases: readonly { kind?: string }[]): Record<string, number> => ({
    tests: cases.length,
    failures: cases.filter((c) => c.kind === "failure").length,
    errors: cases.filter((c) => c.kind === "error").length,
    skipped: cases.filter((c) => c.kind === "skipped").length,
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "labs students verify", ...count(all), time: (took / 1000).toFixed(3) })}>`,
    ...suites.flatMap(({ name, seconds, cases }) => [
      `  <testsuite${attributes({ name, ...count(cases), time: seconds.toFixed(3) })}>`,
      ...cases.flatMap((c) => testcaseText(attributes(c.head), c.kind, c.message, c.body)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

const KIND = { open: "failure", unknown: "error", silent: "skipped" } as const;
