import { groupOf, objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import {
  edited,
  isNameless,
  meaning,
  searchFixes,
  type Check,
  type Edit,
  type FixCause,
  type SearchTask,
  type SourceObject,
  type State,
  type WrongFlow,
} from "../../packages/reach/src";

/** What is likely wrong, and the change that rights it. */
export interface Finding {
  cause: FixCause;
  /** The object that it is about, as `NetworkPolicy stars/backend-policy`. */
  object: string;
  /** What is wrong, then what to do, in one sentence without a full stop. */
  message: string;
  /** Ids of the checks that come right by this change alone, less those that it breaks. */
  rights: readonly string[];
  /** The changes; one without `after` takes its object away. */
  edits: readonly Pick<Edit, "before" | "after">[];
}

export interface DiagnosisInput {
  state: State;
  /** Objects that may be changed. */
  mine: readonly SourceObject[];
  checks: readonly Check[];
  /** What must be open, for what rules are to be narrowed to. */
  wanted: readonly WrongFlow[];
  /** Objects that would do: another source of changes. Their names count for nothing. */
  templates: readonly KubeObject[];
}

/** More findings than this help nobody: the next come when these are mended. */
const ROUNDS = 4;
const MOST = 12;

/** The likely mistakes, the most telling first; each says what its own change does, and no more. */
export function diagnose({ state, mine, checks, wanted, templates }: DiagnosisInput): Finding[] {
  const done = new Set(templates.map(content));
  const present = new Set(mine.map(({ object }) => content(object)));
  const task: SearchTask = {
    state,
    mine,
    checks,
    wanted,
    templates: templates.filter((t) => !present.has(content(t))),
    settled: (o) => done.has(content(o)),
  };
  const findings: Finding[] = [];
  let now = task;
  for (let round = 0; round < ROUNDS && findings.length < MOST; round++) {
    const fixes = searchFixes(round === 0 ? now : { ...now, budget: 500 });
    if (fixes.length === 0) break;
    for (const { edits, rights } of fixes) {
      const alone = round === 0 ? rights : net(task, edits, checks);
      findings.push({ ...wordsOf(edits), rights: alone, edits });
    }
    const next = afterAll(
      now,
      fixes.flatMap((f) => f.edits),
    );
    if (next === undefined) break;
    now = next;
  }
  return findings.slice(0, MOST);
}

/** What an object does, as text. */
const content = (o: KubeObject): string => {
  const { metadata, ...rest } = meaning(o) as { metadata: Record<string, unknown> };
  // Labels of a policy decide nothing; those of a network set do.
  const seen = o.kind.endsWith("NetworkPolicy") ? { namespace: metadata["namespace"] } : metadata;
  const name = isNameless(o) ? "" : o.metadata.name;
  return JSON.stringify([o.kind, groupOf(o.apiVersion), name, sorted({ metadata: seen, ...rest })]);
};

function sorted(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(sorted);
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(
    Object.entries(x)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

/** What changes do on the state as it is, without those that were found before them; nothing where they break as much. */
function net(task: SearchTask, edits: readonly Edit[], checks: readonly Check[]): string[] {
  const after = edited(task.state, edits);
  if (after === undefined) return [];
  const was = checks.map((c) => c.wrong(task.state).length > 0);
  const is = checks.map((c) => c.wrong(after).length > 0);
  const rights = checks.filter((_, i) => was[i] === true && is[i] === false).map((c) => c.id);
  const breaks = checks.filter((_, i) => was[i] === false && is[i] === true).length;
  return rights.slice(0, Math.max(0, rights.length - breaks));
}

/** The task with changes made one after the other; of two changes of one object the first. */
function afterAll(task: SearchTask, edits: readonly Edit[]): SearchTask | undefined {
  const seen = new Set<string>();
  const made = edits.filter(({ before, after }) => {
    const key = objectKey((before ?? after) as KubeObject);
    return !seen.has(key) && seen.add(key);
  });
  const state = edited(task.state, made);
  if (state === undefined || made.length === 0) return undefined;
  const gone = new Set(made.flatMap(({ before }) => (before === undefined ? [] : [before])));
  const come = made.flatMap(({ after }) => (after === undefined ? [] : [{ object: after }]));
  const added = new Set(come.map(({ object }) => content(object)));
  return {
    ...task,
    state,
    mine: [...task.mine.filter(({ object }) => !gone.has(object)), ...come],
    templates: (task.templates ?? []).filter((t) => !added.has(content(t))),
  };
}

function wordsOf(edits: readonly Edit[]): Pick<Finding, "cause" | "object" | "message"> {
  const [first, ...more] = edits;
  if (first === undefined) throw new RangeError("no edit");
  const title = (e: Edit): string => objectTitle((e.before ?? e.after) as KubeObject);
  const sentence = (e: Edit): string => `${e.what}: ${e.todo}`;
  return {
    cause: first.cause,
    object: title(first),
    message: [sentence(first), ...more.map((e) => `and ${title(e)}: ${sentence(e)}`)].join("; "),
  };
}
