import pc from "picocolors";
import { nearest } from "../../kube/nearest";
import { UserError } from "../../kube/problems";
import { labs } from "../../labs/index";
import type { Lab } from "../../labs/model";

/** Prints the labs, or the steps of one. @throws UserError for a lab that is not there */
export function runList(
  name: string | undefined,
  { json }: { json?: boolean },
  columns = process.stdout.columns,
): void {
  const shown = name === undefined ? labs : [named(name)];
  const plain = shown.map(({ id, title, summary, steps }) => ({
    id,
    title,
    summary,
    steps: steps.map((s) => ({ id: s.id, title: s.title, aim: s.aim })),
  }));
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ labs: plain }, null, 1)}\n`
      : name === undefined
        ? listText(labs, columns)
        : stepsText(shown[0] as Lab, columns),
  );
}

function named(name: string): Lab {
  const ids = labs.map((l) => l.id);
  const found = labs.find((l) => l.id === name);
  if (found !== undefined) return found;
  const near = nearest(name, ids);
  throw new UserError(
    `there is no lab ${name}${near === undefined ? "" : `; did you mean ${near}?`} Labs: ${ids.join(", ")}`,
  );
}

/** One lab a line, or more lines where the terminal is narrow. */
export function listText(all: readonly Lab[], columns = 80): string {
  const width = Math.max(...all.map((l) => l.id.length));
  const lines = all.flatMap(({ id, title, steps }) => {
    // Step 0 is the start.
    const count = steps.length - 1;
    const [first = "", ...rest] = wrapped(title, Math.max(24, columns - width - 5));
    return [
      `${pc.bold(id.padEnd(width))} ${String(count).padStart(2)}  ${first}`,
      ...rest.map((line) => `${" ".repeat(width + 5)}${line}`),
    ];
  });
  return [
    pc.dim(`${"lab".padEnd(width)} steps`),
    ...lines,
    "",
    "npm run labs -- list <lab>   its steps",
    "npm run labs -- play <lab>   do it without a cluster",
    "",
  ].join("\n");
}

export function stepsText({ id, title, summary, steps }: Lab, columns = 80): string {
  const indent = "   ";
  return [
    `${pc.bold(id)}: ${title}`,
    ...wrapped(summary, columns),
    "",
    ...steps.flatMap((s, i) => [
      `${String(i).padStart(2)} ${pc.bold(s.id)}`,
      ...wrapped(s.aim, columns - indent.length).map((line) => `${indent}${line}`),
    ]),
    "",
  ].join("\n");
}

/** Words in lines of at most this width. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
