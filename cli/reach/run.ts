import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../kube/problems";
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
  flowText,
  load,
  readObjects,
  type Question,
  type State,
} from "../../packages/reach/src";
import { flowTable } from "../../packages/reach/src/format/markdown";
import type { ReachOptions } from "../reach";

/** Reads, evaluates and prints. @throws UserError, ProblemsError */
export async function runReach(paths: readonly string[], options: ReachOptions): Promise<void> {
  await print(output(paths, options));
}

function output(paths: readonly string[], options: ReachOptions): Iterable<string> {
  const facts = options.podCidr === undefined ? {} : { podCidrs: options.podCidr };
  if (options.diff === true) {
    const [old, now, ...more] = paths;
    if (old === undefined || now === undefined || more.length > 0)
      throw new UserError("--diff compares two states: name the old and the new file or folder.");
    return difference(load(readObjects([old]), facts), load(readObjects([now]), facts), options);
  }
  const asked = [options.from, options.to, options.port, options.protocol, options.sourcePort];
  const state = load(readObjects(paths), facts);
  if (asked.some((option) => option !== undefined)) return oneFlow(state, question(options), options);
  if (options.exposure === true) return exposed(state, options);
  return listing(state, options);
}

function question(options: ReachOptions): Question {
  const { from, to, protocol } = options;
  if (from === undefined || to === undefined)
    throw new UserError("A question needs both ends: add --from and --to.");
  const port = number("--port", options.port);
  const sourcePort = number("--source-port", options.sourcePort);
  return {
    from,
    to,
    ...(port === undefined ? {} : { port }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(sourcePort === undefined ? {} : { sourcePort }),
  };
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new UserError(`${option} ${text} is no number.`);
  return Number(text);
}

function* oneFlow(state: State, asked: Question, options: ReachOptions): Generator<string> {
  const flows = explain(state, asked);
  switch (options.format) {
    case "json":
      yield* flowsJson(state, flows);
      return;
    case "md":
      yield* flowTable(flows);
      return;
    case "dot":
      throw new UserError("--format dot draws all pairs: leave --from and --to out, or take another format.");
    case "text":
      for (const flow of flows) yield flowText(flow);
  }
}

function listing(state: State, options: ReachOptions): Iterable<string> {
  const shown = { all: options.all === true, explain: options.explain === true };
  switch (options.format) {
    case "json":
      return flowsJson(state, shown);
    case "md":
      return flowsMarkdown(state, shown);
    case "dot":
      return dotLines(state, shown);
    case "text":
      return flowsText(state, shown);
  }
}

function* exposed(state: State, options: ReachOptions): Generator<string> {
  const list = exposure(state);
  if (options.format === "text") yield* exposureText(list);
  else if (options.format === "json") yield `${JSON.stringify({ exposure: list }, null, 1)}\n`;
  else if (options.format === "md") yield* flowTable(list.flatMap((e) => [...e.ingress, ...e.egress]));
  else throw new UserError("--exposure has the formats text, json and md.");
}

function difference(old: State, now: State, options: ReachOptions): Iterable<string> {
  const found = diff(old, now);
  switch (options.format) {
    case "json":
      return diffJson(found);
    case "md":
      return diffMarkdown(found);
    case "text":
      return diffText(found);
    case "dot":
      throw new UserError("--diff has the formats text, json and md.");
  }
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
