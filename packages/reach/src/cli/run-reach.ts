import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError, withoutControls } from "../../../../kube/problems";
import {
  diff,
  diffJson,
  diffMarkdown,
  diffText,
  dotLines,
  explain,
  exposure,
  exposureText,
  flowsJson,
  flowsMarkdown,
  flowsText,
  flowTable,
  flowText,
  load,
  readFiles,
  type Exposure,
  type Question,
  type State,
} from "..";
import type { DiffOptions, ExplainOptions, ExposureOptions, ListOptions } from "./options";

/** `reach list`. @throws UserError, ProblemsError */
export async function runList(
  paths: readonly string[],
  options: ListOptions,
  folder?: string,
): Promise<void> {
  const { format, explain: explained = false } = options;
  if (explained && format === "dot")
    throw new UserError("--explain does not go with --format dot: take text, json or md.");
  const shown = { all: options.all === true, explain: explained };
  const listed = { text: flowsText, json: flowsJson, md: flowsMarkdown, dot: dotLines }[format];
  await print(listed(state(paths, options, folder), shown));
}

/** `reach explain`. @throws UserError, ProblemsError */
export async function runExplain(
  paths: readonly string[],
  options: ExplainOptions,
  folder?: string,
): Promise<void> {
  const asked = question(options);
  const input = state(paths, options, folder);
  const flows = explain(input, asked);
  const text = {
    text: () => flows.map(flowText),
    json: () => flowsJson(input, flows),
    md: () => flowTable(flows),
  };
  await print(text[options.format]());
}

/** `reach diff`. @throws UserError, ProblemsError */
export async function runDiff(
  [old, now]: readonly [old: string, now: string],
  options: DiffOptions,
  folder?: string,
): Promise<void> {
  const found = diff(state([old], options, folder), state([now], options, folder));
  await print({ text: diffText, json: diffJson, md: diffMarkdown }[options.format](found));
}

/** `reach exposure`. @throws UserError, ProblemsError */
export async function runExposure(
  paths: readonly string[],
  options: ExposureOptions,
  folder?: string,
): Promise<void> {
  const found = exposure(state(paths, options, folder));
  await print({ text: exposureText, json: exposureJson, md: exposureMarkdown }[options.format](found));
}

function state(paths: readonly string[], options: { podCidr?: string[] }, folder: string | undefined): State {
  const { objects, notes } = readFiles(paths, folder);
  const input = load(objects, {
    notes,
    ...(options.podCidr === undefined ? {} : { podCidrs: options.podCidr }),
  });
  for (const note of input.notes) process.stderr.write(`${withoutControls(`note: ${note}`)}\n`);
  return input;
}

function question({ from, to, protocol, port, sourcePort }: ExplainOptions): Question {
  return {
    from,
    to,
    remarks: true,
    ...(port === undefined ? {} : { port: number("--port", port) }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(sourcePort === undefined ? {} : { sourcePort: number("--source-port", sourcePort) }),
  };
}

function number(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`${option} ${text} is not a number.`);
  return Number(text);
}

function exposureJson(list: readonly Exposure[]): string[] {
  return [`${JSON.stringify({ exposure: list }, null, 1)}\n`];
}

function exposureMarkdown(list: readonly Exposure[]): Iterable<string> {
  return flowTable(list.flatMap((e) => [...e.ingress, ...e.egress]));
}

/** Small pieces are gathered; a reader that goes away (`| head`) ends the listing without an error. */
async function print(pieces: Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(gathered(pieces)), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}

function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length > 65536) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}
