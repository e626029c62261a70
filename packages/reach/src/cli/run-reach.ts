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
  intentsText,
  flowsMarkdown,
  flowsText,
  flowTable,
  flowText,
  fixFlow,
  fixJson,
  fixText,
  load,
  readFiles,
  readIntents,
  checkIntents,
  unused,
  walk,
  walkText,
  type Unused,
  type ReadObjects,
  type Question,
  type State,
  type FlowFix,
} from "..";
import { resolve } from "node:path";
import { diffSvg, flowsSvg } from "../format/flows-svg";
import { intentsJunit } from "../format/intents-report";
import { plainJson } from "../format/flows-json";
import { jsonPieces } from "../format/json-rows";
import type {
  CheckOptions,
  DiffOptions,
  ExplainOptions,
  ExposureOptions,
  ListOptions,
  UnusedOptions,
} from "./options";

/** `reach list`. @throws UserError, ProblemsError */
export async function runList(
  paths: readonly string[],
  options: ListOptions,
  folder?: string,
): Promise<void> {
  const { format, explain: explained = false } = options;
  if (explained && (format === "dot" || format === "svg"))
    throw new UserError(`--explain does not go with --format ${format}: take text, json or md.`);
  const shown = { all: options.all === true, explain: explained };
  const listed = { text: flowsText, json: jsonPieces, md: flowsMarkdown, dot: dotLines, svg: flowsSvg }[
    format
  ];
  await print(listed(await state(paths, options, folder), shown));
}

/** `reach explain`. @throws UserError, ProblemsError */
export async function runExplain(
  paths: readonly string[],
  options: ExplainOptions,
  folder?: string,
): Promise<void> {
  const asked = question(options);
  const input = await state(paths, options, folder);
  const flows = explain(input, asked);
  const fix = options.fix === true ? fixed(input, asked, options.format) : undefined;
  if (options.walk === true && options.format === "md")
    throw new UserError("--walk does not go with --format md: take text or json.");
  const walks = options.walk === true ? walk(input, asked) : undefined;
  const text = {
    text: () => [
      ...(walks?.map(walkText) ?? flows.map(flowText)),
      ...(fix === undefined ? [] : [fixText(input, fix)]),
    ],
    json: () =>
      flowsJson(input, flows, {
        ...(walks === undefined ? {} : { walks }),
        ...(fix === undefined ? {} : { fix: fixJson(fix) }),
      }),
    md: () => flowTable(flows),
  };
  await print(text[options.format]());
}

function fixed(input: State, { port, ...asked }: Question, format: ExplainOptions["format"]): FlowFix {
  if (format === "md") throw new UserError("--fix does not go with --format md: take text or json.");
  if (port === undefined) throw new UserError("--fix turns one flow: add --port.");
  return fixFlow(input, { ...asked, port });
}

/** `reach diff`. @throws UserError, ProblemsError */
export async function runDiff(
  [old, now]: readonly [old: string, now: string | undefined],
  options: DiffOptions,
  folder?: string,
): Promise<void> {
  if (now === undefined && options.staged !== true)
    throw new UserError(
      "diff compares two states: name the old and the new file or folder, or add --staged.",
    );
  if (old === "-" && now === "-")
    throw new UserError("standard input can be read only once: name a file or folder for one of the two.");
  const { staged: _, ...asIs } = options;
  const before = await state([old], now === undefined ? asIs : options, folder);
  // The same objects: read again, standard input would be empty.
  const after = now === undefined ? before.enforced() : await state([now], options, folder);
  if (now === undefined) tell(after.notes.filter((note) => !before.notes.includes(note)));
  const found = diff(before, after);
  const explained = options.explain === true || (now === undefined && options.format === "text");
  const text = {
    text: () => diffText(found, { explain: explained }),
    json: () => diffJson(found, { notes: [...new Set([...before.notes, ...after.notes])] }),
    md: () => diffMarkdown(found),
    svg: () => diffSvg(found),
  };
  await print(text[options.format]());
}

/** `reach check`: exit code 1 where an intent does not hold. @throws UserError, ProblemsError */
export async function runCheck(
  file: string,
  paths: readonly string[],
  options: CheckOptions,
  folder?: string,
): Promise<void> {
  const intents = readIntents(file, folder);
  const input = await state(paths, options, folder);
  const checked = checkIntents(input, intents);
  const text = {
    text: () => intentsText(checked),
    json: () => plainJson({ intents: checked }, input),
    junit: () => intentsJunit(checked),
  };
  await print(text[options.format]());
  if (checked.some(({ holds }) => !holds)) process.exitCode = 1;
}

/** `reach unused`. @throws UserError, ProblemsError */
export async function runUnused(
  paths: readonly string[],
  options: UnusedOptions,
  folder?: string,
): Promise<void> {
  const input = await state(paths, options, folder);
  const found = unused(input);
  await print(options.format === "json" ? plainJson({ unused: found }, input) : unusedText(found));
}

function* unusedText(found: readonly Unused[]): Generator<string> {
  for (const { kind, policy, rule, reason } of found) {
    const which = rule === undefined ? "" : ` ${rule.direction} rule ${rule.index}`;
    yield `${kind} ${policy}${which}: ${reason}\n`;
  }
  if (found.length === 0) yield "Every policy and rule decides about something.\n";
}

/** `reach exposure`. @throws UserError, ProblemsError */
export async function runExposure(
  paths: readonly string[],
  options: ExposureOptions,
  folder?: string,
): Promise<void> {
  const input = await state(paths, options, folder);
  const found = exposure(input);
  const text = {
    text: () => exposureText(found),
    json: () => plainJson({ exposure: found }, input),
    md: () => flowTable(found.flatMap((e) => [...e.ingress, ...e.egress])),
  };
  await print(text[options.format]());
}

interface InputOptions {
  podCidr?: string[];
  staged?: boolean;
  context?: string;
  kubeconfig?: string;
}

async function state(
  paths: readonly string[],
  options: InputOptions,
  folder: string | undefined,
): Promise<State> {
  const { podCidr, staged } = options;
  const { objects, notes } = await read(paths, options, folder);
  const input = load(objects, {
    notes,
    ...(podCidr === undefined ? {} : { podCidrs: podCidr }),
    ...(staged === undefined ? {} : { staged }),
  });
  tell(input.notes);
  return input;
}

function tell(notes: readonly string[]): void {
  for (const note of notes) process.stderr.write(`${withoutControls(`note: ${note}`)}\n`);
}

async function read(
  paths: readonly string[],
  { context, kubeconfig }: InputOptions,
  folder: string | undefined,
): Promise<ReadObjects> {
  if (context === undefined && kubeconfig === undefined) {
    if (paths.length === 0)
      throw new UserError("Name files or folders, or a running cluster with --context.");
    return readFiles(paths, folder);
  }
  if (paths.length > 0)
    throw new UserError(
      "--context and --kubeconfig read a running cluster: leave the paths out, or the options.",
    );
  const { readCluster } = await import("../live-cluster");
  const objects = await readCluster({
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(folder ?? ".", kubeconfig) }),
  });
  return { objects, notes: [] };
}

function question({ from, to, protocol, port, sourcePort, method, path }: ExplainOptions): Question {
  if ((method === undefined) !== (path === undefined))
    throw new UserError("A request has a method and a path: add --method and --path.");
  return {
    from,
    to,
    remarks: true,
    ...(method === undefined || path === undefined ? {} : { request: { method, path } }),
    ...(port === undefined ? {} : { port: number("--port", port) }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(sourcePort === undefined ? {} : { sourcePort: number("--source-port", sourcePort) }),
  };
}

function number(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`${option} ${text} is not a number.`);
  return Number(text);
}

/**
 * Small pieces are gathered; a reader that goes away (`| head`) ends the listing without an error. Bytes are written
 * before the next piece is asked for.
 */
async function print(pieces: Iterable<string | Uint8Array>): Promise<void> {
  const gone = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
  };
  process.stdout.on("error", gone);
  try {
    let text = "";
    for (const piece of pieces) {
      if (typeof piece === "string") text += piece;
      if (typeof piece === "string" && text.length < GATHERED) continue;
      if (text !== "" && !(await written(text))) return;
      text = "";
      if (typeof piece !== "string" && !(await written(piece))) return;
    }
    if (text !== "") await written(text);
  } finally {
    process.stdout.off("error", gone);
  }
}
const GATHERED = 65_536;

/** False where nobody reads any more. */
async function written(piece: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(piece, (error) => {
      if (error === null || error === undefined) resolve(true);
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") resolve(false);
      else reject(error);
    });
  });
}
