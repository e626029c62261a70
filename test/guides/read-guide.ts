import { statementsOf, type Statement } from "../labs/rules/guide-commands";

/** What a command of a guide must show, by the comment behind its block. */
export interface Expectation {
  /** Holds at this step only; absent: at every step that the block is played at. */
  step?: string;
  is: { exit: number | "any" } | { pattern: RegExp; not: boolean };
}

export interface GuideCommand {
  text: string;
  /** Its simple commands, those in `$(…)` and behind pipes too. */
  parts: readonly string[][];
  /** Variables that it sets for those after it. */
  sets: readonly string[];
  seen: readonly Expectation[];
  /** Puts something back: is run also when the play is cut off. */
  always: boolean;
  /** Listens while the next block is played. */
  beside: boolean;
  /** Seconds that what it shows may take to come about; absent: as long as the player waits for any. */
  within?: number;
  /** What its words do not say that it needs. */
  needs: readonly string[];
}

export interface GuideBlock {
  /** `bash` is typed into the shell that the block before has opened. */
  language: "sh" | "bash";
  /** Of the guide, from 1. */
  line: number;
  /** Steps that it is played at, in order. */
  steps: readonly string[];
  commands: readonly GuideCommand[];
}

/** A lab as its guide speaks of it. */
export interface GuidedLab {
  id: string;
  steps: readonly { id: string }[];
}

export interface Guide {
  blocks: readonly GuideBlock[];
  /** What is wrong with the comments, one line each. */
  problems: readonly string[];
}

/**
 * Reads a guide's commands with what it says one will see. Blocks belong to the steps that the last heading names
 * (`## Step 1 …`, `## … (steps 1 and 2, …)`, `**1 …`), each by its id in backticks. Behind a block may stand
 *
 *     <!-- seen
 *     1: regular expression that the output of the first command has
 *     2: not regular expression that it has not
 *     3: exit 28            (without this line: 0; `any` where the code says nothing)
 *     3: within 120         seconds, instead of 30
 *     4: beside             listens while the next block is played
 *     5: always             puts something back: also run when the play is cut off
 *     6: needs loadBalancer what the cluster must have
 *     at step-id            what follows holds at this step only
 *     -->
 */
export async function readGuide(markdown: string, { steps: all }: GuidedLab): Promise<Guide> {
  const steps = all.map((s) => s.id);
  const problems: string[] = [];
  const blocks: GuideBlock[] = [];
  let at: readonly string[] = [];
  let end = 0;
  for (const found of markdown.matchAll(BLOCK)) {
    at = stepsOf(markdown.slice(end, found.index), steps) ?? at;
    end = found.index + found[0].length;
    const [, language, text = "", comment] = found;
    const line = markdown.slice(0, found.index).split("\n").length;
    const say = (problem: string): void => void problems.push(`line ${line}: ${problem}`);
    // What a shell cannot read is told by the rule for commands.
    const commands = (await statementsOf(text).catch(() => [])).map(command);
    const told = comment === undefined ? undefined : readComment(comment, commands, at, say);
    const looked = commands.filter((c) => !isMove(c));
    if (looked.length > 0 && at.length === 0) say("stands before the first step");
    if (looked.length > 0 && told !== true) say("no comment <!-- seen … --> behind it says what one sees");
    blocks.push({ language: language as "sh" | "bash", line, steps: stepsTold(commands, at), commands });
  }
  return { blocks, problems };
}

/** Whether it moves the lab between steps, or takes the stack away. */
export const isMove = (c: GuideCommand): boolean =>
  c.parts.length > 0 && c.parts.every(([program]) => program === "npm" || program === "pulumi");

/** A guide as people see it. */
export const rendered = (markdown: string): string => markdown.replaceAll(/<!--[\s\S]*?-->/g, "");

const BLOCK = /^```(sh|bash)\n([\s\S]*?)^```$(?:\n+<!-- seen\n([\s\S]*?)-->)?/gm;

function stepsOf(prose: string, steps: readonly string[]): string[] | undefined {
  const heading = [...prose.matchAll(/^(?:#+ |\*\*\d).*$/gm)]
    .map(([line]) => [...line.matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? "").filter((w) => steps.includes(w)))
    .filter((ids) => ids.length > 0)
    .at(-1);
  return heading?.sort((a, b) => steps.indexOf(a) - steps.indexOf(b));
}

/** Where every line is for one step, the block is played at those steps only. */
function stepsTold(commands: readonly GuideCommand[], at: readonly string[]): readonly string[] {
  const told = new Set(commands.flatMap((c) => c.seen.map((e) => e.step)));
  return told.size === 0 || told.has(undefined) ? at : at.filter((id) => told.has(id));
}

type Read = { -readonly [K in keyof GuideCommand]: GuideCommand[K] } & {
  seen: Expectation[];
  needs: string[];
};

function command({ text, parts }: Statement): Read {
  return {
    text,
    parts,
    sets: [...text.matchAll(/^([A-Za-z_]\w*)=/g)].map((m) => m[1] ?? ""),
    seen: [],
    always: false,
    beside: false,
    needs: [],
  };
}

/** Fills the commands in; whether it says anything of them. */
function readComment(
  comment: string,
  commands: readonly Read[],
  at: readonly string[],
  say: (problem: string) => void,
): boolean {
  let step: string | undefined;
  for (const line of comment.split("\n").filter((l) => l.trim() !== "")) {
    const [, number = "", word = ""] = /^(\d+): (.+)$/.exec(line.trim()) ?? [];
    const [, id] = /^at (\S+)$/.exec(line.trim()) ?? [];
    const c = commands[Number(number) - 1];
    if (id !== undefined) {
      step = id;
      if (!at.includes(id)) say(`"${line}": the block is not played at ${id}`);
    } else if (number === "") say(`"${line}" is none of: at <step>, <number>: <what one sees>`);
    else if (c === undefined) say(`"${line}": the block has ${commands.length} commands`);
    else {
      const problem = readLine(word, c, step);
      if (problem !== undefined) say(`"${line}": ${problem}`);
    }
  }
  return commands.some((c) => c.seen.length > 0);
}

function readLine(word: string, c: Read, step: string | undefined): string | undefined {
  const [, key, value = ""] = /^(exit|within|needs|always|beside)\b ?(\w*)$/.exec(word) ?? [];
  const only = step === undefined ? {} : { step };
  if (key === "exit" && /^(\d+|any)$/.test(value))
    c.seen.push({ ...only, is: { exit: value === "any" ? value : Number(value) } });
  else if (key === "within" && /^\d+$/.test(value)) c.within = Number(value);
  else if (key === "needs" && value !== "") c.needs.push(value);
  else if (key === "always" && value === "") c.always = true;
  else if (key === "beside" && value === "") c.beside = true;
  else if (key !== undefined) return `${key} is followed by something else`;
  else {
    const not = word.startsWith("not ");
    try {
      c.seen.push({ ...only, is: { pattern: new RegExp(not ? word.slice(4) : word, "m"), not } });
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}
