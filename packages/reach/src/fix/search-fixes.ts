import { objectKey, type KubeObject } from "../../../../kube/objects";
import { ProblemsError, UserError } from "../../../../kube/problems";
import type { State } from "../reach-state";
import { calicoEdits } from "./calico-edits";
import {
  DIRECTIONS,
  type Check,
  type Edit,
  type Fix,
  type Scene,
  type SearchTask,
  type WrongFlow,
} from "./fix-model";
import { kubernetesEdits } from "./kubernetes-edits";
import { newObjects } from "./new-policies";
import { enforced, removal, templateEdits } from "./template-edits";

/** So many changes are tried, so many of them in pairs. */
const MOST = 500;
const PAIRED = 20;

interface Tried {
  readonly edits: readonly Edit[];
  readonly state: State;
  /** Failing checks that hold with it. */
  readonly rights: readonly Check[];
  /** Directions of wrong flows that it turns. */
  readonly turned: number;
  readonly cost: number;
}

/**
 * The smallest changes of one's own objects that right what is wrong and break nothing, the best first; each stands by
 * itself. First single changes, and pairs of them where no single one rights everything.
 */
export function searchFixes(task: SearchTask): Fix[] {
  const { state, checks } = task;
  const failing = checks.filter((c) => c.wrong(state).length > 0);
  if (failing.length === 0) return [];
  const holding = checks.filter((c) => !failing.includes(c));
  const until = performance.now() + (task.budget ?? 2000);
  const whole = (list: readonly Tried[]): boolean => list.some((f) => f.rights.length === failing.length);
  let tried: Tried[] = [];
  let found: Tried[] = [];
  // What is as it should be is looked at last, and not at all while something is missing.
  for (const settled of (task.templates ?? []).length > 0 ? [false] : [false, true]) {
    tried = [...tried, ...singles(task, failing, holding, until, settled)];
    found = ranked(tried, failing, holding, task);
    if (whole(found)) return found.map(fixOf(task.state));
  }
  const covered = new Set(found.flatMap((f) => f.rights));
  if (covered.size === failing.length) return found.map(fixOf(task.state));
  const pairs = ranked(pairsOf(tried, task, failing, until), failing, holding, task);
  if (whole(pairs)) return pairs.map(fixOf(task.state));
  return [...found, ...pairs.filter((p) => p.rights.some((c) => !covered.has(c)))].map(fixOf(task.state));
}

/** Every single change that rights everything, whatever else it does; the nearest first. */
export function wholeFixes(task: SearchTask): Fix[] {
  const failing = task.checks.filter((c) => c.wrong(task.state).length > 0);
  const until = performance.now() + (task.budget ?? 2000);
  return singles(task, failing, undefined, until, false)
    .filter((t) => t.rights.length === failing.length)
    .sort((a, b) => a.cost - b.cost)
    .map(fixOf(task.state));
}

const fixOf =
  (state: State) =>
  ({ edits, rights }: Tried): Fix => {
    const example = rights[0]?.wrong(state)[0];
    return { edits, rights: rights.map((c) => c.id), ...(example === undefined ? {} : { example }) };
  };

function singles(
  task: SearchTask,
  failing: readonly Check[],
  /** What must not break; without, every change is tried. */
  holding: readonly Check[] | undefined,
  until: number,
  settled: boolean,
): Tried[] {
  const { state } = task;
  const seen = new Set<string>();
  const before = failing.map((c) => c.wrong(state));
  const result: Tried[] = [];
  // Edits come by what they cost: what is dearer than one that rights everything need not be tried.
  let enough = Infinity;
  for (const edit of allEdits(task, before.flat(), settled)) {
    const key = JSON.stringify([edit.before === undefined ? "" : objectKey(edit.before), edit.after ?? null]);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > MOST || performance.now() > until) break;
    if (edit.cost + (settled ? 5 : 0) > enough) break;
    const cost = edit.cost + (settled ? 5 : 0) + size(edit) / 1000;
    const one = attempt([edit], cost, state, failing, before);
    if (one === undefined) continue;
    result.push(one);
    if (holding === undefined || one.rights.length < failing.length || one.cost > enough) continue;
    if (sound(one, holding)) enough = one.cost;
  }
  return result;
}

/** Whether nothing breaks that holds; looked at once. */
function sound(one: Tried, holding: readonly Check[]): boolean {
  let found = known.get(one);
  if (found === undefined)
    known.set(
      one,
      (found = [...holding]
        .sort((a, b) => Number(a.still !== undefined) - Number(b.still !== undefined))
        .every((c) => c.wrong(one.state).length === 0)),
    );
  return found;
}
const known = new WeakMap<Tried, boolean>();

/** Changes from the nearest to the farthest, so that a limit in time costs the least likely ones. */
function allEdits(task: SearchTask, wrong: readonly WrongFlow[], settled: boolean): Edit[] {
  const { state, mine, templates = [] } = task;
  const objects = mine.map(({ object }) => object);
  const scene: Scene = { state, mine: objects, wrong, wanted: task.wanted ?? [] };
  const edits: Edit[] = [];
  for (const object of objects.filter((o) => (task.settled?.(o) ?? false) === settled)) {
    if (object.kind.startsWith("Staged")) {
      edits.push(enforced(object));
      continue;
    }
    if (object.kind.endsWith("NetworkPolicy")) {
      const calico = !object.apiVersion.startsWith("networking.k8s.io/");
      edits.push(
        ...(calico ? calicoEdits(object, scene) : kubernetesEdits(object, scene)),
        removal(object, templates),
      );
    }
    if (!settled) edits.push(...templateEdits(object, templates));
  }
  if (!settled) edits.push(...newObjects(scene, templates));
  return edits.sort((a, b) => a.cost - b.cost);
}

/** The state with edits made, and what they right; undefined where they turn nothing, or cannot be read. */
function attempt(
  edits: readonly Edit[],
  cost: number,
  state: State,
  failing: readonly Check[],
  before: readonly (readonly WrongFlow[])[],
): Tried | undefined {
  const after = edited(state, edits);
  if (after === undefined) return undefined;
  // Most changes turn nothing, and a few checks tell. What is cheap to ask comes first.
  const moved = (check: Check, i: number): boolean => {
    const [first] = before[i] ?? [];
    if (check.still !== undefined && first !== undefined) return !check.still(after, first);
    return wrongDirections(check.wrong(after)) < wrongDirections(before[i] ?? []);
  };
  const few = [0, failing.length >> 1, failing.length - 1];
  if (!few.some((i) => failing[i] !== undefined && moved(failing[i], i))) return undefined;
  const rights: Check[] = [];
  let turned = 0;
  for (const [i, check] of failing.entries()) {
    if (check.still !== undefined && !moved(check, i)) continue;
    const wrong = check.wrong(after);
    if (wrong.length === 0) rights.push(check);
    turned += Math.max(0, wrongDirections(before[i] ?? []) - wrongDirections(wrong));
  }
  return turned > 0 || rights.length > 0 ? { edits, state: after, rights, turned, cost } : undefined;
}

export function edited(state: State, edits: readonly Pick<Edit, "before" | "after">[]): State | undefined {
  try {
    return state.edited(
      edits.flatMap(({ before }) => before ?? []),
      edits.flatMap(({ after }) => (after === undefined ? [] : [{ object: after }])),
    );
  } catch (error) {
    if (error instanceof ProblemsError || error instanceof UserError) return undefined;
    throw error;
  }
}

/** Of a closed flow both directions may have to open; of an open one either may close. */
function wrongDirections(flows: readonly WrongFlow[]): number {
  return flows
    .map((f) => (f.want === "deny" ? 1 : DIRECTIONS.filter((d) => f[d].verdict !== "allow").length))
    .reduce((a, b) => a + b, 0);
}

function* pairings(tried: readonly Tried[]): Generator<[Tried, Tried]> {
  const best = [...tried]
    .sort((a, b) => b.rights.length - a.rights.length || b.turned - a.turned || a.cost - b.cost)
    .slice(0, PAIRED);
  for (const [i, a] of best.entries()) for (const b of best.slice(i + 1)) yield [a, b];
}

/** Two changes of two objects, or two of one that do not stand in the same place. */
function pairsOf(
  tried: readonly Tried[],
  task: SearchTask,
  failing: readonly Check[],
  until: number,
): Tried[] {
  const before = failing.map((c) => c.wrong(task.state));
  const result: Tried[] = [];
  for (const [a, b] of pairings(tried)) {
    if (performance.now() > until) break;
    const edits = together(a.edits[0], b.edits[0]);
    if (edits === undefined) continue;
    const pair = attempt(edits, a.cost + b.cost + 1, task.state, failing, before);
    if (pair !== undefined && pair.rights.length > Math.max(a.rights.length, b.rights.length))
      result.push(pair);
  }
  return result;
}

function together(a: Edit | undefined, b: Edit | undefined): Edit[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  const same = (x: KubeObject | undefined, y: KubeObject | undefined): boolean =>
    x !== undefined && y !== undefined && objectKey(x) === objectKey(y);
  if (!same(a.before, b.before)) return same(a.after, b.after) ? undefined : [a, b];
  const merged = mergedChange(a.before, a.after, b.after);
  if (merged === undefined || a.before === undefined) return undefined;
  return [
    {
      before: a.before,
      after: merged as KubeObject,
      cause: a.cause,
      what: `${a.what}; and ${b.what}`,
      todo: `${a.todo}; and ${b.todo}`,
      cost: a.cost + b.cost,
    },
  ];
}

/** Both changes of one value; undefined where they meet. */
function mergedChange(base: unknown, a: unknown, b: unknown): unknown {
  const text = (x: unknown): string => JSON.stringify([x]);
  if (text(a) === text(base)) return b;
  if (text(b) === text(base)) return a;
  const object = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;
  if (!object(base) || !object(a) || !object(b)) return undefined;
  if (Array.isArray(base)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== base.length || b.length !== base.length)
      return undefined;
    const items = base.map((x, i) => mergedChange(x, (a as unknown[])[i], (b as unknown[])[i]));
    return items.includes(undefined) ? undefined : items;
  }
  const result: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const value = mergedChange(base[key], a[key], b[key]);
    const goneOnPurpose = a[key] === undefined || b[key] === undefined;
    if (value === undefined && !goneOnPurpose) return undefined;
    if (value !== undefined) result[key] = value;
  }
  return result;
}

/** Those that right everything first, then those that right most for what they cost; of each only what breaks nothing. */
function ranked(
  tried: readonly Tried[],
  failing: readonly Check[],
  holding: readonly Check[],
  { checked = 24 }: SearchTask,
): Tried[] {
  const score = ({ rights, cost }: Tried): number =>
    rights.length === failing.length ? 100 - cost : (10 * rights.length) / failing.length - cost;
  const hopeful = tried.filter((t) => t.rights.length > 0).sort((a, b) => score(b) - score(a));
  const result: Tried[] = [];
  let left = checked;
  const covered = new Set<Check>();
  for (const one of hopeful) {
    // Another way to the same end is only of use while there is none.
    if (one.rights.every((c) => covered.has(c))) continue;
    if (left-- <= 0) break;
    if (!sound(one, holding)) continue;
    result.push(one);
    for (const c of one.rights) covered.add(c);
  }
  return result;
}

/** How much of an object's text an edit changes; nothing for an object that comes or goes. */
function size({ before, after }: Edit): number {
  if (before === undefined || after === undefined) return 0;
  const [a, b] = [JSON.stringify(before), JSON.stringify(after)];
  let head = 0;
  while (head < a.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  return Math.max(a.length, b.length) - head - tail;
}
