import { readKubectl } from "../labs/rules/guide-commands";
import { needsOf, type Lacks, type Need } from "./lacks";
import {
  isMove,
  type Expectation,
  type Guide,
  type GuideBlock,
  type GuideCommand,
  type GuidedLab,
} from "./read-guide";
import { pause, type Played, type Shell, type Started } from "./shell";

/** Where a guide is played. */
export interface Place {
  lacks: Lacks;
  /** Takes the lab to a step. */
  move: (step: string) => Promise<void>;
  /** Seconds that what a command shows may take to come about, where its comment does not say. */
  within: number;
  /** Domain of the lab's names. */
  baseDomain: string;
}

export interface Row {
  lab: string;
  step: string;
  /** Of the guide. */
  line: number;
  command: string;
  /** `lacks`: the cluster has not what the command needs. */
  came: "as told" | "otherwise" | "lacks";
  /** What differs, and what was seen; what is lacking. */
  detail: string;
}

interface Playing {
  lab: string;
  step: string;
  line: number;
  place: Place;
  shell: Shell;
  signal: AbortSignal;
  /** For commands in `bash`: the command before them that opened the shell they are typed into. */
  inside?: { opened: string | undefined };
}

/** A command that opens a shell, for a person to type into. */
const OPENS = / -it .*\b(ba)?sh$/;

/**
 * Plays a guide's commands in the order of the lab's steps, each at the steps that it is about. What it made by hand is
 * taken away also when it is cut off.
 */
export async function playGuide(
  { id: lab, steps }: GuidedLab,
  { blocks }: Guide,
  place: Place,
  shell: Shell,
  { signal, say }: { signal: AbortSignal; say: (row: Row) => void },
): Promise<void> {
  const undo: string[] = [];
  const played = { lab, place, shell, signal };
  try {
    for (const { id: step } of steps) {
      signal.throwIfAborted();
      const at = blocks.filter((b) => b.steps.includes(step));
      if (at.every((b) => b.commands.every(isMove))) continue;
      await place.move(step);
      await playBlocks(at, { ...played, step, line: 0 }, undo, say);
    }
  } finally {
    for (const text of undo.reverse()) await shell.run({ text, sets: [] });
  }
}

async function playBlocks(
  blocks: readonly GuideBlock[],
  playing: Playing,
  undo: string[],
  say: (row: Row) => void,
): Promise<void> {
  let listening: { c: GuideCommand; line: number; started: Started }[] = [];
  let opened: string | undefined;
  for (const block of blocks) {
    const now = {
      ...playing,
      line: block.line,
      ...(block.language === "bash" ? { inside: { opened } } : {}),
    };
    const heard = listening;
    listening = [];
    const restores = block.commands.filter((c) => c.always).map((c) => c.text);
    undo.push(...restores, ...block.commands.flatMap(madeByHand));
    for (const c of block.commands.filter((x) => !isMove(x))) {
      playing.signal.throwIfAborted();
      if (c.beside && lacking(c, now) === undefined)
        listening.push({ c, line: block.line, started: await playing.shell.listen(worded(c, now)) });
      else say(await playCommand(c, now));
      if (OPENS.test(c.text)) opened = c.text;
    }
    // They have been played.
    for (const text of restores) undo.splice(undo.indexOf(text), 1);
    for (const { c, line, started } of heard) {
      for (let i = 0; i < 100 && started.running() && differs(c, now, said(started)) !== undefined; i++)
        await pause(100);
      say(row(c, { ...now, line }, await started.stop().then((p) => ({ ...p, code: "any" }))));
    }
  }
}

const said = (started: Started): Seen => ({ output: started.said(), code: "any" });

/** What takes a pod away that the guide starts by hand, if nothing else did. */
function madeByHand(c: GuideCommand): string[] {
  return c.parts.flatMap((words) => {
    const { verb, namespace = "default", rest } = readKubectl(words);
    return words[0] === "kubectl" && verb === "run"
      ? [`kubectl -n ${namespace} delete pod ${rest[0] ?? ""} --ignore-not-found --wait=false`]
      : [];
  });
}

type Seen = Omit<Played, "code"> & { code: number | "any" };

async function playCommand(c: GuideCommand, playing: Playing): Promise<Row> {
  const lack = lacking(c, playing);
  if (lack !== undefined) return { ...place(c, playing), came: "lacks", detail: lack };
  const { shell, signal } = playing;
  const command = worded(c, playing);
  if (c.parts.some((w) => w.includes("port-forward")))
    return row(c, playing, { ...(await shell.until(command, /Forwarding from|rror/)), code: "any" });
  const end = Date.now() + (c.within ?? playing.place.within) * 1000;
  for (;;) {
    const seen = await shell.run(command);
    // A cluster takes a moment; what changes something is not said twice.
    if (differs(c, playing, seen) === undefined || changes(c) || Date.now() > end || signal.aborted)
      return row(c, playing, seen);
    await pause(1000);
  }
}

const changes = (c: GuideCommand): boolean =>
  c.parts.some(
    ([program, ...words]) =>
      (program === "kubectl" && /^(create|delete|replace|patch|label|rollout)$/.test(verbOf(words))) ||
      (program === "docker" && ["stop", "start"].includes(words[0] ?? "")) ||
      ["ip", "iptables", "mount"].includes(program ?? ""),
  );
const verbOf = (words: readonly string[]): string => readKubectl(["kubectl", ...words]).verb;

/** As it is typed here: names below the stack's own domain, and within the shell that was opened. */
function worded(c: GuideCommand, { place, inside }: Playing): Pick<GuideCommand, "text" | "sets"> {
  const text = c.text.replaceAll(/\b([\w-]+)\.localhost\b/g, `$1.${place.baseDomain}`);
  const opener = OPENS.test(text) ? text : inside?.opened;
  if (opener === undefined) return { text, sets: c.sets };
  const typed = opener === text ? "true" : text;
  return { text: `${opener.replace(" -it ", " -i ")} -c '${typed.replaceAll("'", `'\\''`)}'`, sets: [] };
}

function lacking(c: GuideCommand, { place, shell, inside }: Playing): string | undefined {
  if (inside !== undefined && inside.opened === undefined) return "no shell was opened for it";
  const needs: Need[] = [...(inside === undefined ? [] : (["kubelet"] as const)), ...needsOf(c)];
  const reasons = needs.flatMap((n) => place.lacks(n) ?? []);
  const own = new Set([...c.sets, ...[...c.text.matchAll(/\bfor (\w+) in\b/g)].map((m) => m[1] ?? "")]);
  const unset = [...c.text.matchAll(/\$\{?([A-Z][A-Z_]*)\b/g)]
    .map((m) => m[1] ?? "")
    .filter((name) => !own.has(name) && !shell.has(name));
  return reasons[0] ?? (unset[0] === undefined ? undefined : `$${unset[0]} could not be had before`);
}

const place = (c: GuideCommand, { lab, step, line }: Playing): Omit<Row, "came" | "detail"> => ({
  lab,
  step,
  line,
  command: c.text,
});

function row(c: GuideCommand, playing: Playing, seen: Seen): Row {
  const problem = differs(c, playing, seen);
  return {
    ...place(c, playing),
    came: problem === undefined ? "as told" : "otherwise",
    detail: problem === undefined ? "" : `${problem}; it said:\n${seen.output.slice(-2000)}`,
  };
}

/** What is not as the guide says, or undefined. */
function differs(c: GuideCommand, { step }: Pick<Playing, "step">, seen: Seen): string | undefined {
  const told = c.seen.filter((e) => e.step === undefined || e.step === step).map((e) => e.is);
  const problems = told.flatMap((is) => problemOf(is, seen));
  if (!told.some((is) => "exit" in is)) problems.push(...problemOf({ exit: 0 }, seen));
  return problems[0];
}

function problemOf(is: Expectation["is"], { output, code }: Seen): string[] {
  if ("exit" in is)
    return is.exit === "any" || code === "any" || code === is.exit
      ? []
      : [`the exit code is ${code}, and should be ${is.exit}`];
  const has = is.pattern.test(output);
  return has === is.not ? [`the output has ${has ? "" : "not "}/${is.pattern.source}/`] : [];
}
