/**
 * How soon `labs play` answers: from the moment a file is saved until the update has arrived at a listener, for every
 * lab at its last step (goal: under 200 ms), and from the question for a hint until it is there, with one mistake in the
 * files (goal: under a second). `npm run bench:play`
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { stringify } from "yaml";
import { play } from "../cli/play/run-play";
import { isTheirs } from "../cli/play/exercise";
import { labsToPlay } from "../cli/play/labs-to-play";
import { labs } from "../labs/index";
import type { KubeObject } from "../kube/objects";
import { faultsOf } from "../labs/faults/faults";
import { labAt } from "../labs/model";
import { LabStates } from "../labs/prediction/lab-states";

const saves = Number(process.argv[2] ?? 10);

/** Calls back for every update of a stream. */
async function listen(url: string, onUpdate: () => void): Promise<() => void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, resolve).on("error", reject);
  });
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      if (text.startsWith("event: update")) onUpdate();
      text = text.slice(end + 2);
    }
  });
  return () => response.destroy();
}

async function measure(id: string): Promise<{ objects: number; times: number[]; hint: number | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), "bench-play-"));
  const [selection] = labsToPlay(id);
  if (selection === undefined) throw new Error(`no lab ${id}`);
  const step = selection.lab.steps.length - 1;
  const theirs = labAt({ ...selection, step }).objects.filter(isTheirs);
  const text = theirs.map((o) => stringify(o)).join("---\n");
  const playing = await play(id, { port: "0", folder, step: String(step) }, () => undefined);
  let arrived: () => void = () => undefined;
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      arrived = resolve;
    });
  const first = next();
  const close = await listen(`${playing.url}events?lab=${id}&step=${step}`, () => {
    arrived();
  });
  await first;
  const times: number[] = [];
  for (let i = 0; i < saves; i++) {
    const update = next();
    const started = performance.now();
    writeFileSync(join(folder, "all.yaml"), `# ${i}\n${text}`);
    await update;
    times.push(performance.now() - started);
    // Let the terminal's own line be written before the next save.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  close();
  const hint = await hintTime(id, step, `${playing.url}hints?lab=${id}&step=${step}`, folder, theirs);
  await playing.close();
  rmSync(folder, { recursive: true });
  return { objects: theirs.length, times: times.sort((a, b) => a - b), hint };
}

/** The middle of some faults' times; undefined where the step has none. */
async function hintTime(
  id: string,
  step: number,
  url: string,
  folder: string,
  theirs: readonly KubeObject[],
): Promise<number | undefined> {
  const [selection] = labsToPlay(id);
  if (selection === undefined) return undefined;
  const faults = faultsOf(new LabStates(selection), step, theirs);
  const times: number[] = [];
  // What play put there stands before the step.
  for (const file of readdirSync(folder)) if (file.endsWith(".yaml")) rmSync(join(folder, file));
  for (const { objects } of faults.slice(0, 5)) {
    writeFileSync(join(folder, "all.yaml"), objects.map((o) => stringify(o)).join("---\n"));
    const started = performance.now();
    await (await fetch(url)).json();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

async function main(): Promise<void> {
  const table = new Table({
    head: ["lab", "objects", "median (ms)", "slowest (ms)", "hint (ms)"],
    style: { head: [], border: [], compact: true },
  });
  for (const { id } of labs) {
    const { objects, times, hint } = await measure(id);
    const middle = times[Math.floor(times.length / 2)] ?? NaN;
    table.push([id, objects, middle.toFixed(0), (times.at(-1) ?? NaN).toFixed(0), hint?.toFixed(0) ?? ""]);
  }
  process.stdout.write(
    `${table.toString()}\n${saves} saves each; 25 ms of it wait for an editor's further events\n`,
  );
}

void main();
