import type { Report, Result } from "../core/check-model";
import { countOf, expectedOf, titleOf } from "./report-words";

/** JUnit XML as CI systems read it: one suite for each lab, one case for each check. */
export function reportJunit(report: Report): string {
  const suites = new Map<string, Result[]>();
  for (const r of report.results) suites.set(r.check.lab, [...(suites.get(r.check.lab) ?? []), r]);
  const { fail, error, skip } = countOf(report);
  const head = attributes({
    name: `labs verify ${report.stack}`,
    tests: report.results.length,
    failures: fail,
    errors: error,
    skipped: skip,
    time: report.seconds.toFixed(3),
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${head}>`,
    ...[...suites].flatMap(([lab, results]) => suite(lab, results)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(lab: string, results: readonly Result[]): string[] {
  const { fail, error, skip } = countOf({ results: [...results] });
  const head = attributes({ name: lab, tests: results.length, failures: fail, errors: error, skipped: skip });
  return [`  <testsuite${head}>`, ...results.flatMap(testcase), "  </testsuite>"];
}

function testcase({ check, status, detail, rules }: Result): string[] {
  const head = attributes({
    classname: [check.lab, ...(check.step === undefined ? [] : [check.step.replaceAll(" ", "-")])].join("."),
    name: `${titleOf(check)} is ${expectedOf(check)}`,
  });
  const element = ({ pass: undefined, fail: "failure", error: "error", skip: "skipped" } as const)[status];
  return testcaseText(head, element, detail, status === "skip" ? "" : rules.join("\n"));
}

/** One case; without an element for what went wrong it passed. */
export function testcaseText(
  head: string,
  element: "failure" | "error" | "skipped" | undefined,
  message: string,
  body: string,
): string[] {
  if (element === undefined) return [`    <testcase${head}/>`];
  return [
    `    <testcase${head}>`,
    `      <${element}${attributes({ message })}>${xml(body)}</${element}>`,
    "    </testcase>",
  ];
}

export function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML 1.0 has no way to write most control characters and half surrogates: they become U+FFFD. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}
