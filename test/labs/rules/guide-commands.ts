import { readFile } from "node:fs/promises";
import { parse, type ParseEntry } from "shell-quote";
import { getProcessor } from "sh-syntax";

/** One simple command of a guide: a program and its words, as a shell would split them; variables stand as `$NAME`. */
export interface Command {
  words: string[];
  /** The line it stands in, for messages. */
  text: string;
}

/** The shell blocks of a guide (`sh`, `bash`): what a learner is asked to type. */
export function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```$/gm)].map((m) => m[1] ?? "");
}

/** Whole commands in running text, as `` `kubectl …` ``. */
export function inlineCommands(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/`((?:kubectl|docker|npm run|pulumi) [^`…]+)`/g)].map((m) =>
    (m[1] ?? "").replaceAll(/\s*\n\s*/g, " "),
  );
}

/** One statement of a block: what a learner types and then looks at. */
export interface Statement {
  text: string;
  /** Words of its simple commands, those in `$(…)` and behind pipes too. */
  parts: string[][];
}

/** Splits a block into its statements. @throws where a shell could not read it */
export function statementsOf(block: string): Promise<Statement[]> {
  const known = read.get(block) ?? readStatements(block);
  read.set(block, known);
  return known;
}
/** Several rules read the same blocks. */
const read = new Map<string, Promise<Statement[]>>();

async function readStatements(block: string): Promise<Statement[]> {
  const file = await parseShell(block);
  return file.Stmts.map((s) => {
    const text = block.slice(s.Position.Offset, s.End.Offset);
    return { text, parts: simple(parse(text, (name) => `$${name}`)) };
  });
}

/** Of the types of Node only its namespace is there. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    compile: (bytes: Uint8Array) => Promise<WebAssembly.Module>;
    instantiate: (module: WebAssembly.Module, imports: object) => Promise<never>;
  };
};
/** Once: the package's own `parse` compiles it anew for each text. */
const compiled = readFile(require.resolve("sh-syntax/main.wasm")).then((bytes) => wasm.compile(bytes));
const parseShell = getProcessor(async (imports) => wasm.instantiate(await compiled, imports as object));

/** Splits a block into its simple commands. @throws where a shell could not read it */
export async function commandsOf(block: string): Promise<Command[]> {
  const statements = await statementsOf(block);
  return statements.flatMap(({ text, parts }) => parts.map((words) => ({ words, text })));
}

const KEYWORDS = new Set(["{", "}", "do", "done", "then", "fi", "!"]);

function simple(entries: ParseEntry[]): string[][] {
  const commands: string[][] = [[]];
  let redirected = false;
  for (const entry of entries) {
    if (typeof entry === "string") {
      if (redirected) redirected = false;
      else commands.at(-1)?.push(entry);
    } else if ("comment" in entry) continue;
    else if (entry.op === "glob") commands.at(-1)?.push("pattern" in entry ? entry.pattern : "*");
    else if ([">", ">>", "<", ">&"].includes(entry.op)) redirected = true;
    else commands.push([]);
  }
  return commands
    .map((words) => {
      const start = words.findIndex((w) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(w) && !KEYWORDS.has(w));
      return start === -1 ? [] : words.slice(start).filter((w) => w !== "}");
    })
    .filter((words) => words.length > 0 && words[0] !== "$");
}

/** kubectl's flags that take a value as the next word. */
const VALUED = new Set([
  ...["--as", "--as-group"],
  ...["-n", "--namespace", "-l", "--selector", "-o", "--output", "-c", "--container", "-f", "-p", "--patch"],
  ...["--image", "--field-selector", "--tail", "--restart", "--labels", "--type", "--from-file", "--rule"],
  ...["--for", "--timeout", "--key", "--cert", "--replicas", "-m", "--class", "--context", "--target"],
]);

export interface Kubectl {
  verb: string;
  namespace: string | undefined;
  selector: string | undefined;
  /** Words after the verb that are no flags. */
  rest: string[];
}

/** Reads a kubectl command line up to `--`. */
export function readKubectl(words: readonly string[]): Kubectl {
  const own = words.slice(1, words.includes("--") ? words.indexOf("--") : undefined);
  const plain: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < own.length; i++) {
    const word = own[i] ?? "";
    if (!word.startsWith("-") || word === "-") plain.push(word);
    else if (word.includes("=")) flags.set(word.split("=")[0] ?? "", word.slice(word.indexOf("=") + 1));
    else if (VALUED.has(word)) flags.set(word, own[++i] ?? "");
    else flags.set(word, "");
  }
  const [verb = "", ...rest] = plain;
  return {
    verb,
    namespace: flags.get("-n") ?? flags.get("--namespace"),
    selector: flags.get("-l") ?? flags.get("--selector"),
    rest,
  };
}

const ALIASES: Readonly<Record<string, string>> = {
  deploy: "deployment",
  svc: "service",
  po: "pod",
  ns: "namespace",
  no: "node",
  cm: "configmap",
  sa: "serviceaccount",
  ds: "daemonset",
  ing: "ingress",
  netpol: "networkpolicy",
};

/** `networkpolicies`, `ippools.projectcalico.org`, `svc` … as the kind in lower case. */
export function kindOf(word: string): string {
  const [name = ""] = word.toLowerCase().split(".");
  const singular = name
    .replace(/(polic|identit|affinit)ies$/, "$1y")
    .replace(/(ingress|class)es$/, "$1")
    .replace(/slices$/, "slice")
    .replace(/([^su])s$/, "$1");
  return ALIASES[name] ?? ALIASES[singular] ?? singular;
}
