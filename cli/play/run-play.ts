import { existsSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { stepList, stepNumber } from "../../classroom/steps";
import type { LabSelection } from "../../labs/model";
import { reasonOf, UserError } from "../../kube/problems";
import { labPage } from "../page/lab-page";
import type { PlayHint } from "../page/page-data";
import { renderPage } from "../page/render-page";
import { toUser } from "../user-paths";
import { LabStates } from "../../labs/prediction/lab-states";
import { beginning } from "./exercise";
import { putAway, readFolder, seed } from "./learner-folder";
import { playHints } from "./play-hints";
import { labsToPlay } from "./labs-to-play";
import { readme } from "./play-readme";
import { serve } from "./play-server";
import { greeting, line } from "./play-text";
import { update } from "./play-update";
import { watch } from "./watch-folder";

export interface PlayOptions {
  step?: string;
  folder?: string;
  port: string;
  fresh?: boolean;
}

export interface Playing {
  url: string;
  close: () => Promise<void>;
}

interface Desk {
  selection: LabSelection;
  states: LabStates;
  folder: string;
  step: number;
}

/** Serves the page and watches the folders until it is closed. @throws UserError, ProblemsError */
export async function play(
  name: string,
  options: PlayOptions,
  say: (text: string) => void = (text) => void process.stdout.write(`${text}\n`),
): Promise<Playing> {
  const port = Number(options.port);
  if (!/^\d+$/.test(options.port) || port > 65535) throw new UserError(`--port ${options.port} is no port.`);
  const selections = labsToPlay(name);
  if (options.folder !== undefined && selections.length > 1)
    throw new UserError(`--folder is for one lab, and ${name} has ${selections.length}: name a lab.`);
  const desks = selections.map((selection) => desk(selection, options));
  for (const d of desks) prepare(d, options.fresh === true, say);
  const page = await renderPage({
    stack: name,
    about: "You play without a cluster: what reaches what is computed from your files.",
    labs: desks.map((d) => labPage(d.states).lab),
    play: {
      labs: Object.fromEntries(
        desks.map((d) => [d.selection.instance, { folder: toUser(d.folder), step: d.step }]),
      ),
    },
  });
  const byInstance = new Map(desks.map((d) => [d.selection.instance, d]));
  const updateFor = (instance: string, step: number): ReturnType<typeof update> => {
    const d = byInstance.get(instance);
    if (d === undefined) throw new Error(`no lab ${instance}`);
    return look(d, atMost(d, step));
  };
  const hintsFor = (instance: string, step: number): PlayHint[] => {
    const d = byInstance.get(instance);
    return d === undefined ? [] : playHints(d.states, atMost(d, step), readFolder(d.folder));
  };
  const server = await serve({ page, instances: [...byInstance.keys()], updateFor, hintsFor }, port);
  const watchers = await Promise.all(
    desks.map((d) =>
      watch(d.folder, (since) => {
        server.announce(d.selection.instance, since);
        say(line(updateFor(d.selection.instance, server.stepOf(d.selection.instance) ?? d.step)));
      }),
    ),
  );
  say(`${pc.bold("Play")} ${pc.cyan(server.url)}  (open it in a browser; stop with Ctrl-C)`);
  for (const d of desks) say(greeting(d.selection, d.step, toUser(d.folder), readFolder(d.folder).files));
  return {
    url: server.url,
    close: async () => {
      await Promise.all(watchers.map((w) => w.close()));
      await server.close();
    },
  };
}

const atMost = (d: Desk, step: number): number => Math.min(step, d.selection.lab.steps.length - 1);

/** A mistake of ours is shown like one of the learner's: the next change of a file may well be understood. */
function look(d: Desk, step: number): ReturnType<typeof update> {
  try {
    return update(d.states, step, readFolder(d.folder));
  } catch (error) {
    const message = `internal error: ${reasonOf(error)}`;
    return {
      instance: d.selection.instance,
      step,
      files: [],
      task: { kind: "write", objects: [] },
      notes: [],
      problems: [{ path: "labs play", message, fix: "please report it with your files" }],
    };
  }
}

function desk(selection: LabSelection, options: PlayOptions): Desk {
  const { lab, instance } = selection;
  const last = lab.steps.length - 1;
  // Step 0 is where a lab begins: the first thing to do is step 1.
  const step =
    options.step === undefined ? Math.min(Math.max(selection.step, 1), last) : stepOf(options.step, lab);
  return {
    selection,
    states: new LabStates(selection),
    folder: options.folder ?? join(".labs", "play", instance),
    step,
  };
}

function stepOf(text: string, lab: LabSelection["lab"]): number {
  const names = lab.steps.map((s) => s.id);
  const step = stepNumber(text, names);
  if (step !== undefined) return step;
  throw new UserError(`${lab.id} has no step ${text}; its steps: ${stepList(names)}.`);
}

function prepare(d: Desk, fresh: boolean, say: (text: string) => void): void {
  if (fresh && existsSync(d.folder)) {
    const away = putAway(d.folder, new Date());
    if (away !== undefined) say(`  ${d.selection.instance}: your files are kept in ${toUser(away)}`);
  }
  seed(d.folder, readme(d.selection, toUser(d.folder)), beginning(d.states, d.step));
}

/** `labs play`: until Ctrl-C. */
export async function runPlay(name: string, options: PlayOptions): Promise<void> {
  const playing = await play(name, options);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await playing.close();
}
