import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { labs } from "../../labs/index";
import { carries, targets, type Carries } from "./carries";
import { notes, type Exercise } from "./exercises";

const root = resolve(__dirname, "../..");
export const labsFile = join(root, "docs", "labs.md");

/** docs/labs.md: every lab with its targets, every exercise of the notes with its lab and step. */
export function labsPage(): string {
  const table = labs.map((lab) => ({ lab, on: targets.map((t) => carries(lab, t)) }));
  const counted = notes.flatMap((n) => n.exercises);
  return [
    "# Labs",
    "",
    "This page is made from the labs themselves (`npm run docs:labs`). Every claimed flow of every step is proved by the evaluator",
    "before it is published; the commands of the guides are parsed and checked against the labs' objects, and have **not** been run on a",
    "cluster here.",
    "",
    "## Where each lab runs",
    "",
    `| lab | steps | ${targets.map((t) => t.title).join(" | ")} |`,
    `|---|---|${targets.map(() => "---|").join("")}`,
    ...table.map(
      ({ lab, on }) =>
        `| [${lab.title}](../labs/${lab.id}/README.md) (\`${lab.id}\`) | ${lab.steps.length} | ${on.map(mark).join(" | ")} |`,
    ),
    "",
    "A name in a cell is the stack that the lab has of its own: `npm run labs -- plan <name>`, `npm run up -- <name>`. Why the others not:",
    "",
    ...table.flatMap(({ lab, on }) =>
      on
        .filter((c) => c.reasons.length > 0)
        .map((c) => `- \`${lab.id}\` on ${c.target.title}: ${c.reasons.join("; ")}.`),
    ),
    "",
    "## Every exercise of the notes",
    "",
    `${counted.length} exercises: ${counted.filter((e) => e.labs !== undefined).length} in labs, ${counted.filter((e) => e.labs === undefined && e.stack !== undefined).length} done by the stacks themselves, ${counted.filter((e) => e.missing !== undefined).length} without a counterpart, each with its reason.`,
    "",
    ...notes.flatMap((note) => [
      `### ${note.title}`,
      "",
      "| exercise | where |",
      "|---|---|",
      ...note.exercises.map((e) => `| ${cell(e.what)} | ${cell(where(e))} |`),
      "",
    ]),
  ].join("\n");
}

function mark(c: Carries): string {
  if (c.stack === undefined) return "–";
  return c.stack === c.target.stack ? "yes" : `\`${c.stack}\``;
}

function where(e: Exercise): string {
  if (e.missing !== undefined) return `none: ${e.missing}`;
  const places = Object.entries(e.labs ?? {}).map(([id, steps]) => {
    const lab = labs.find((l) => l.id === id);
    const numbered = steps.map((s) => `${lab?.steps.findIndex((x) => x.id === s) ?? -1} \`${s}\``);
    return `[${id}](../labs/${id}/README.md), step ${numbered.join(", ")}`;
  });
  return [...places, ...(e.stack === undefined ? [] : [e.stack])].join("; ");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

export async function formattedLabsPage(): Promise<string> {
  return format(labsPage(), { ...(await resolveConfig(labsFile)), filepath: labsFile });
}

async function main(): Promise<void> {
  const text = await formattedLabsPage();
  if (process.argv.includes("--check")) {
    if (readFileSync(labsFile, "utf8") !== text)
      throw new Error("docs/labs.md is not what the labs say; run npm run docs:labs");
    return;
  }
  writeFileSync(labsFile, text);
  process.stdout.write(`${join("docs", "labs.md")} written\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
