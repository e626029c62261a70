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

/** One lab that is played. */
interface PlaySession {
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
  if (!/^\d+$/.test(options.port) || port > 65535)
    throw new UserError(`--port ${options.port} is not a port.`);
  const selections = labsToPlay(name);
  if (options.folder !== undefined && selections.length > 1)
    throw new UserError(`--folder is for one lab, and ${name} has ${selections.length}: name a lab.`);
  const sessions = selections.map((selection) => sessionOf(selection, options));
  for (const s of sessions) prepare(s, options.fresh === true, say);
  const page = await renderPage({
    stack: name,
    about: "You play without a cluster: what reaches what is computed from your files.",
    labs: sessions.map((s) => labPage(s.states).lab),
    play: {
      labs: Object.fromEntries(
        sessions.map((s) => [s.selection.instance, { folder: toUser(s.folder), step: s.step }]),
      ),
    },
  });
  const byInstance = new Map(sessions.map((s) => [s.selection.instance, s]));
  const updateFor = (instance: string, step: number): ReturnType<typeof update> => {
    const s = byInstance.get(instance);
    if (s === undefined) throw new Error(`no lab ${instance}`);
    return look(s, atMost(s, step));
  };
  const hintsFor = (instance: string, step: number): PlayHint[] => {
    const s = byInstance.get(instance);
    return s === undefined ? [] : playHints(s.states, atMost(s, step), readFolder(s.folder));
  };
  const server = await serve({ page, instances: [...byInstance.keys()], updateFor, hintsFor }, port);
  const watchers = await Promise.all(
    sessions.map((s) =>
      watch(s.folder, (since) => {
        server.announce(s.selection.instance, since);
        say(line(updateFor(s.selection.instance, server.stepOf(s.selection.instance) ?? s.step)));
      }),
    ),
  );
  say(`${pc.bold("Play")} ${pc.cyan(server.url)}  (open it in a browser; stop with Ctrl-C)`);
  for (const s of sessions) say(greeting(s.selection, s.step, toUser(s.folder), readFolder(s.folder).files));
  return {
    url: server.url,
    close: async () => {
      await Promise.all(watchers.map((w) => w.close()));
      await server.close();
    },
  };
}

const atMost = (s: PlaySession, step: number): number => Math.min(step, s.selection.lab.steps.length - 1);

/** A mistake of ours is shown like one of the learner's: the next change of a file may well be understood. */
function look(s: PlaySession, step: number): ReturnType<typeof update> {
  try {
    return update(s.states, step, readFolder(s.folder));
  } catch (error) {
    const message = `internal error: ${reasonOf(error)}`;
    return {
      instance: s.selection.instance,
      step,
      files: [],
      task: { kind: "write", objects: [] },
      notes: [],
      problems: [{ path: "labs play", message, fix: "please report it with your files" }],
    };
  }
}

function sessionOf(selection: LabSelection, options: PlayOptions): PlaySession {
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

function prepare(s: PlaySession, fresh: boolean, say: (text: string) => void): void {
  if (fresh && existsSync(s.folder)) {
    const away = putAway(s.folder, new Date());
    if (away !== undefined) say(`  ${s.selection.instance}: your files are kept in ${toUser(away)}`);
  }
  seed(s.folder, readme(s.selection, toUser(s.folder)), beginning(s.states, s.step));
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
