import { groupOf, objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import {
  differences,
  edited,
  isNameless,
  meaning,
  pathText,
  searchFixes,
  type Check,
  type Edit,
  type Fix,
  type FixCause,
  type SearchTask,
  type SourceObject,
  type State,
  type WrongFlow,
  valueText,
  wrongFlowText,
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
    const fixes = searchFixes(round === 0 ? now : { ...now, budget: 200 });
    if (fixes.length === 0) break;
    for (const fix of fixes.flatMap((f) => apart(task, f, checks))) {
      // Of two changes one may be told already.
      const fresh = fix.edits.filter((e) => !findings.some((f) => f.edits.includes(e)));
      if (fresh.length === 0) continue;
      const same = round === 0 && fresh.length === fix.edits.length;
      const alone = same ? fix.rights : net(task, fresh, checks);
      findings.push({ ...wordsOf({ ...fix, edits: fresh }), rights: alone, edits: fresh });
    }
    const next = afterAll(
      now,
      fixes.flatMap((f) => f.edits),
    );
    if (next === undefined) break;
    now = next;
  }
  const left = checks.some((c) => c.wrong(now.state).length > 0) ? remaining(now) : [];
  for (const edit of left)
    findings.push({ ...wordsOf({ edits: [edit] }), rights: net(task, [edit], checks), edits: [edit] });
  return findings.slice(0, MOST);
}

/** Two changes of two objects of which each rights something by itself are two findings. */
function apart(task: SearchTask, fix: Fix, checks: readonly Check[]): Fix[] {
  if (fix.edits.length < 2) return [fix];
  const each = fix.edits.map((edit): Fix => ({
    edits: [edit],
    rights: net(task, [edit], checks),
    ...(fix.example === undefined ? {} : { example: fix.example }),
  }));
  return each.every(({ rights }) => rights.length > 0) ? each : [fix];
}

/** What the step has and nothing stands for, where only several changes together would do. */
function remaining({ mine, templates = [] }: SearchTask): Edit[] {
  return templates.flatMap((template): Edit[] => {
    const same = mine.find(({ object }) => objectKey(object) === objectKey(template))?.object;
    if (same === undefined)
      return [
        {
          after: template,
          cause: "missing",
          what: "it is missing, under whatever name",
          todo: `write an object such as ${objectTitle(template)}; others are missing too, so that it opens nothing yet by itself`,
          cost: 7,
        },
      ];
    const places = differences(meaning(template), meaning(same), []);
    return [
      {
        before: same,
        after: { ...template, metadata: { ...same.metadata, ...template.metadata } },
        cause: "rule",
        what: `${places.map(({ path }) => pathText(path)).join(", ")} ${places.length === 1 ? "is" : "are"} not yet as the step needs`,
        todo: places.map(({ path, want }) => `write ${pathText(path)}: ${valueText(want)}`).join("; "),
        cost: 7,
      },
    ];
  });
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

function wordsOf({
  edits,
  example,
}: Pick<Fix, "edits" | "example">): Pick<Finding, "cause" | "object" | "message"> {
  const [first, ...more] = edits;
  if (first === undefined) throw new RangeError("no edit");
  const title = (e: Edit): string => objectTitle((e.before ?? e.after) as KubeObject);
  const why =
    example === undefined
      ? ""
      : `, and ${wrongFlowText(example)} is ${example.want === "allow" ? "closed" : "open"}`;
  const sentence = (e: Edit): string => `${e.what}${e.bare === true ? why : ""}: ${e.todo}`;
  return {
    cause: first.cause,
    object: title(first),
    message: [sentence(first), ...more.map((e) => `and ${title(e)}: ${sentence(e)}`)].join("; "),
  };
}
