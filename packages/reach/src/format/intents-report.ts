import pc from "picocolors";
import { withoutControls } from "../../../../kube/problems";
import type { Checked, Intent } from "../intents";
import { because } from "./deciding-side";
import { protocolText } from "../reach-flows";
import type { HttpRequest } from "../reach-model";

const WORD = { allow: "open", deny: "closed", unknown: "unknown" } as const;

/** How an intent and what became of it are said. */
export interface IntentOutcome {
  /** `shop/web → shop/db TCP 5432` */
  readonly title: string;
  /** `must be closed, and is open: …`; what decided stands there only where it does not hold. */
  readonly text: string;
  /** Where it does not hold: why it must be so, and what the asker may lack. */
  readonly facts: readonly string[];
}

export function intentOutcome({ intent, flows, holds, problem }: Checked): IntentOutcome {
  const must = `must be ${WORD[intent.verdict]}`;
  const title = intentTitle(intent);
  if (holds) return { title, text: must, facts: [] };
  const reason = intent.reason === undefined ? [] : [intent.reason];
  if (problem !== undefined) return { title, text: `${must}, and ${problem}`, facts: reason };
  const wrong = flows.find(({ verdict }) => verdict !== intent.verdict);
  if (wrong === undefined) return { title, text: `${must}, and no packet can go this way`, facts: reason };
  const which = intent.port === undefined ? ` on ${protocolText(wrong)} ${wrong.ports}` : "";
  const text = `${must}, and is ${WORD[wrong.verdict]}${which}: ${because(wrong)}`;
  return { title, text, facts: [...reason, ...(wrong.remarks ?? []).map((remark) => remark.text)] };
}

export function intentTitle({ from, to, port, protocol, http }: Omit<Intent, "verdict">): string {
  const sent = http === undefined ? "" : ` ${requestText(http)}`;
  if (port !== undefined) return `${from} → ${to} ${protocol ?? "TCP"} ${port}${sent}`;
  return `${from} → ${to} (all ports${protocol === undefined ? "" : ` of ${protocol}`})${sent}`;
}

/** `GET /items` */
export const requestText = ({ method, path }: HttpRequest): string => `${method} ${path}`;

export function* intentsText(checked: readonly Checked[]): Generator<string> {
  for (const entry of checked) {
    const { title, text, facts } = intentOutcome(entry);
    yield `${entry.holds ? pc.green("✓") : pc.red("✗")} ${title} ${text}\n`;
    for (const fact of facts) yield `    ${pc.dim(fact)}\n`;
  }
  const failed = checked.filter(({ holds }) => !holds).length;
  yield `${checked.length - failed} of ${checked.length} intents hold\n`;
}

/** One test case for each intent, as CI systems read them. */
export function* intentsJunit(checked: readonly Checked[]): Generator<string> {
  const failed = checked.filter(({ holds }) => !holds).length;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="reach" tests="${checked.length}" failures="${failed}">\n`;
  for (const entry of checked) {
    const { title, text, facts } = intentOutcome(entry);
    const name = escaped(`${title} is ${WORD[entry.intent.verdict]}`);
    yield entry.holds
      ? `  <testcase name="${name}"/>\n`
      : `  <testcase name="${name}"><failure message="${escaped(text)}">${escaped(facts.join("\n"))}</failure></testcase>\n`;
  }
  yield "</testsuite>\n";
}

/** XML 1.0 cannot hold most control characters. */
function escaped(text: string): string {
  return withoutControls(text).replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
