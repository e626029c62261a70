import { UserError } from "../../../../kube/problems";
import type { ShortOptions } from "./options";
import { runDiff, runExplain, runExposure, runList } from "./run-reach";

type Name = keyof ShortOptions;

/** What a short form stands for, and the options that it takes. */
interface Form {
  readonly subcommand: string;
  /** How a message names it. */
  readonly by: string;
  readonly takes: readonly Name[];
  readonly formats: readonly ShortOptions["format"][];
}

const QUESTION: readonly Name[] = ["from", "to", "port", "protocol", "sourcePort", "method", "path"];
const TABLES = ["text", "json", "md"] as const;
const FORMS = {
  diff: { subcommand: "diff", by: "--diff", takes: ["diff"], formats: [...TABLES, "svg"] },
  exposure: { subcommand: "exposure", by: "--exposure", takes: ["exposure"], formats: TABLES },
  // --explain adds nothing to a question, whose answer always explains.
  explain: { subcommand: "explain", by: "a question", takes: [...QUESTION, "explain"], formats: TABLES },
  list: { subcommand: "list", by: "a list", takes: ["explain", "all"], formats: [...TABLES, "dot", "svg"] },
} as const satisfies Record<string, Form>;

/** `reach <paths>` with whatever options. @throws UserError where they do not go together */
export async function runShort(
  paths: readonly string[],
  options: ShortOptions,
  folder: string | undefined,
): Promise<void> {
  const form = formOf(options);
  refuseOthers(form, options);
  const { format } = options;
  if (form === FORMS.list || format === "dot") {
    await runList(paths, options, folder);
  } else if (form === FORMS.diff) {
    const [old, now, ...more] = paths;
    if (old === undefined || now === undefined || more.length > 0)
      throw new UserError("--diff compares two states: name the old and the new file or folder.");
    await runDiff([old, now], { ...options, format }, folder);
  } else if (format === "svg") {
    throw new UserError("--format svg goes with lists and --diff only.");
  } else if (form === FORMS.exposure) {
    await runExposure(paths, { ...options, format }, folder);
  } else {
    const { from, to } = options;
    if (from === undefined || to === undefined)
      throw new UserError("A question needs both ends: add --from and --to.");
    await runExplain(paths, { ...options, from, to, format }, folder);
  }
}

function formOf(options: ShortOptions): Form {
  if (options.diff === true) return FORMS.diff;
  if (options.exposure === true) return FORMS.exposure;
  return QUESTION.some((name) => options[name] !== undefined) ? FORMS.explain : FORMS.list;
}

function refuseOthers(form: Form, options: ShortOptions): void {
  const always: readonly Name[] = ["format", "podCidr", "staged", "context", "kubeconfig"];
  const others = (Object.keys(options) as Name[]).filter(
    (name) => !always.includes(name) && !form.takes.includes(name),
  );
  const flags = others.map((name) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`);
  if (flags.length > 0)
    throw new UserError(
      `${flags.join(", ")} ${flags.length === 1 ? "does" : "do"} not go with ${form.by}: ` +
        `leave ${flags.length === 1 ? "it" : "them"} out, or run two commands. See: reach ${form.subcommand} --help`,
    );
  if (!form.formats.includes(options.format))
    throw new UserError(
      `--format ${options.format} does not go with ${form.by}: take ${form.formats.join(", ")}.`,
    );
}
