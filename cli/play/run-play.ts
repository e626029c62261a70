import { existsSync } from "node:fs";
import pc from "picocolors";
import { stepList, stepNumber } from "../../classroom/steps";
import type { LabSelection } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { UserError } from "../../kube/problems";
import { labPage } from "../page/lab-page";
import type { PlayHint, PlayUpdate } from "../page/page-data";
import { renderPage } from "../page/render-page";
import { toUser } from "../user-paths";
import { brokenFolder, faultFor, FaultWatch, isSolved } from "./broken";
import { Evaluator, EVALUATOR_LIMITS, type EvaluatorLimits } from "./evaluator";
import { beginning } from "./exercise";
import { handInFile, HandInKeeper, textsOf } from "./hand-in-keeper";
import { filesIn, putAway, seed } from "./learner-folder";
import { readme } from "./play-readme";
import { serve } from "./play-server";
import { atMost, sessionsOf, type PlaySession } from "./play-session";
import { greeting, line } from "./play-text";
import { tokenIn } from "./token-option";
import { failedUpdate } from "./play-update";
import { watch } from "./watch-folder";

export interface PlayOptions {
  step?: string;
  folder?: string;
  port: string;
  fresh?: boolean;
  /** Begin with one mistake in a step's solution. */
  broken?: boolean;
  /** Which mistake; the same seed gives the same one. @default a new one */
  seed?: string;
  /** Of a class: signs what is handed in. */
  token?: string;
}

export interface Playing {
  url: string;
  close: () => Promise<void>;
}

interface Begun extends PlaySession {
  /** To begin with. */
  step: number;
}

/** Serves the page and watches the folders until it is closed. @throws UserError, ProblemsError */
export async function play(
  name: string,
  options: PlayOptions,
  say: (text: string) => void = (text) => void process.stdout.write(`${text}\n`),
  limits: EvaluatorLimits = EVALUATOR_LIMITS,
): Promise<Playing> {
  const port = Number(options.port);
  if (!/^\d+$/.test(options.port) || port > 65535)
    throw new UserError(`--port ${options.port} is not a port.`);
  const seeded = withSeed(name, options);
  const sessions = begin(name, seeded);
  if (options.folder !== undefined && sessions.length > 1)
    throw new UserError(`--folder is for one lab, and ${name} has ${sessions.length}: name a lab.`);
  const token = tokenIn(options.token);
  const fault = seeded.seed === undefined ? undefined : faultIn(sessions[0], seeded.seed);
  for (const s of sessions) prepare(s, options.fresh === true, say, fault?.objects);
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
  const began = performance.timeOrigin + performance.now();
  const keepers = new Map(
    sessions.map((s) => [
      s.selection.instance,
      new HandInKeeper(
        {
          file: handInFile(s.folder),
          from: "play",
          selection: s.selection,
          began,
          ...(token && { token }),
          ...(seeded.seed && { seed: seeded.seed }),
        },
        say,
      ),
    ]),
  );
  const input = { name, ...(seeded.folder === undefined ? {} : { folder: seeded.folder }) };
  // Hints take longer, and must not hold up updates.
  const [updates, hints] = [new Evaluator(input, limits), new Evaluator(input, limits)];
  const now = (): number => performance.timeOrigin + performance.now();
  const updateFor = async (instance: string, step: number, since = now()): Promise<string> => {
    const answer = await updates.ask({ kind: "update", instance, step, since });
    if ("text" in answer) return answer.text;
    return JSON.stringify({ ...failedUpdate(instance, step, answer.failed), took: now() - since });
  };
  const hintsFor = async (instance: string, step: number): Promise<string> => {
    fault?.watch.asked();
    keepers.get(instance)?.asked(step, now());
    const answer = await hints.ask({ kind: "hints", instance, step, since: now() });
    if ("text" in answer) return answer.text;
    const none: PlayHint = { object: "your files", message: answer.failed, mends: 0 };
    return JSON.stringify([none]);
  };
  const content = { page, instances: sessions.map((s) => s.selection.instance), updateFor, hintsFor };
  const server = await serve(content, port);
  const onChange = (s: Begun, since: number): void => {
    const { instance } = s.selection;
    const open = server.stepsOf(instance);
    const shown = open.at(-1) ?? s.step;
    for (const step of new Set([...open, shown])) {
      void updateFor(instance, step, performance.timeOrigin + since).then((update) => {
        server.send(instance, step, update);
        const seen = JSON.parse(update) as PlayUpdate;
        // What is given is no work of the learner's, and what cannot be read is none yet.
        if (seen.task.kind !== "given" && seen.lab !== undefined)
          keepers.get(instance)?.saw({ step, solved: isSolved(seen), texts: textsOf(s.folder) }, now());
        if (step !== shown) return;
        say(
          [line(seen), ...(fault?.watch.mended(seen, now()) ?? "").split("\n").filter((l) => l !== "")].join(
            "\n",
          ),
        );
      });
    }
  };
  const watchers = await Promise.all(
    sessions.map((s) =>
      watch(
        s.folder,
        (since) => {
          onChange(s, since);
        },
        (reason) => {
          say(`  ${s.selection.instance}: not everything in ${toUser(s.folder)} is watched: ${reason}`);
        },
      ),
    ),
  );
  say(`${pc.bold("Play")} ${pc.cyan(server.url)}  (open it in a browser; stop with Ctrl-C)`);
  for (const s of sessions) say(greeting(s.selection, s.step, toUser(s.folder), filesIn(s.folder)));
  if (fault !== undefined) say(fault.watch.greeting());
  return {
    url: server.url,
    close: async () => {
      await Promise.all([...watchers, server, updates, hints].map((x) => x.close()));
    },
  };
}

function begin(name: string, options: PlayOptions): Begun[] {
  return sessionsOf(name, options.folder).map((s) => {
    const { lab, step } = s.selection;
    // Step 0 is where a lab begins: the first thing to do is step 1.
    // A fault is best looked for where most is written.
    const usual = options.broken === true ? lab.steps.length - 1 : Math.max(step, 1);
    const first = options.step === undefined ? atMost(s, usual) : stepOf(options.step, lab);
    return { ...s, step: first };
  });
}

/** A fault has a folder of its own for each seed: one's own work stays where it is. */
function withSeed(name: string, options: PlayOptions): PlayOptions {
  if (options.broken !== true) {
    if (options.seed !== undefined) throw new UserError("--seed goes with --broken.");
    return options;
  }
  const seed = options.seed ?? String(Math.floor(Math.random() * 10_000));
  return { ...options, seed, folder: options.folder ?? brokenFolder(name, seed) };
}

function faultIn(
  session: Begun | undefined,
  seed: string,
): { objects: KubeObject[]; watch: FaultWatch } | undefined {
  if (session === undefined) return undefined;
  const { states, step, folder, selection } = session;
  const fault = faultFor(states, step, seed);
  const of = { lab: selection.lab.id, step, seed, fault, folder };
  return { objects: fault.objects, watch: new FaultWatch(of, performance.timeOrigin + performance.now()) };
}

function stepOf(text: string, lab: LabSelection["lab"]): number {
  const names = lab.steps.map((s) => s.id);
  const step = stepNumber(text, names);
  if (step !== undefined) return step;
  throw new UserError(`${lab.id} has no step ${text}; its steps: ${stepList(names)}.`);
}

function prepare(
  s: Begun,
  fresh: boolean,
  say: (text: string) => void,
  objects: readonly KubeObject[] = beginning(s.states, s.step),
): void {
  if (fresh && existsSync(s.folder)) {
    const away = putAway(s.folder, new Date());
    if (away !== undefined) say(`  ${s.selection.instance}: your files are kept in ${toUser(away)}`);
  }
  seed(s.folder, readme(s.selection, toUser(s.folder)), objects);
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
