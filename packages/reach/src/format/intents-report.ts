import pc from "picocolors";
import type { Checked, Intent } from "../intents";

const WORD = { allow: "open", deny: "closed", unknown: "unknown" } as const;

export function intentTitle({ from, to, port, protocol }: Intent): string {
  return `${from} → ${to} ${protocol ?? "TCP"}${port === undefined ? "" : ` ${port}`}`;
}

function why({ intent, flows, problem }: Checked): string {
  if (problem !== undefined) return problem;
  const wrong = flows.find(({ verdict }) => verdict !== intent.verdict);
  if (wrong === undefined) return "";
  const side = wrong.egress.verdict === wrong.verdict ? wrong.egress : wrong.ingress;
  return `is ${WORD[wrong.verdict]}: ${side.reason}`;
}

export function* intentsText(checked: readonly Checked[]): Generator<string> {
  for (const entry of checked) {
    const { intent, holds } = entry;
    const mark = holds ? pc.green("✓") : pc.red("✗");
    yield `${mark} ${intentTitle(intent)} must be ${WORD[intent.verdict]}${holds ? "" : `, and ${why(entry)}`}\n`;
    if (!holds && intent.reason !== undefined) yield `    ${pc.dim(intent.reason)}\n`;
  }
  const failed = checked.filter(({ holds }) => !holds).length;
  yield `${checked.length - failed} of ${checked.length} intents hold\n`;
}

export function* intentsJson(checked: readonly Checked[]): Generator<string> {
  yield `${JSON.stringify({ intents: checked }, null, 1)}\n`;
}

/** One test case for each intent, as CI systems read them. */
export function* intentsJunit(checked: readonly Checked[]): Generator<string> {
  const failed = checked.filter(({ holds }) => !holds).length;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="reach" tests="${checked.length}" failures="${failed}">\n`;
  for (const entry of checked) {
    const name = escaped(`${intentTitle(entry.intent)} is ${WORD[entry.intent.verdict]}`);
    yield entry.holds
      ? `  <testcase name="${name}"/>\n`
      : `  <testcase name="${name}"><failure message="${escaped(why(entry))}"/></testcase>\n`;
  }
  yield "</testsuite>\n";
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
