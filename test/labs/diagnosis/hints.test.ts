import { parseAllDocuments } from "yaml";
import { beginning, isTheirs, taskOf } from "../../../cli/play/exercise";
import type { Contents } from "../../../cli/play/learner-folder";
import { playHints } from "../../../cli/play/play-hints";
import { update } from "../../../cli/play/play-update";
import type { PlayHint } from "../../../cli/page/page-data";
import { objectTitle, type KubeObject } from "../../../kube/objects";
import { labs } from "../../../labs/index";
import { LabStates } from "../../../labs/prediction/lab-states";
import { labsToPlay } from "../../../cli/play/labs-to-play";
import { renamed } from "./mistakes";
import { rightAnswers } from "./right-answers";
import { mistakes } from "./table";

const known = new Map<string, LabStates>();
function statesOf(id: string): LabStates {
  const [selection] = labsToPlay(id);
  const states = known.get(id) ?? new LabStates(selection!);
  known.set(id, states);
  return states;
}

const contents = (objects: readonly KubeObject[]): Contents => ({
  objects: objects.map((object) => ({ object, origin: "mine.yaml" })),
  files: ["mine.yaml"],
  problems: [],
  notes: [],
});

function seen(
  lab: string,
  step: number,
  objects: readonly KubeObject[],
): { held: number; done: boolean; wrong: string[] } {
  const { yours, problems, task } = update(statesOf(lab), step, contents(objects));
  const claims = [...(yours?.claims ?? []), ...(yours?.requests ?? [])];
  const held = claims.filter((c) => c.holds).length;
  return {
    held,
    done: task.kind === "write" && held === claims.length && held > 0,
    wrong: [
      ...problems.map((p) => p.message),
      ...claims
        .filter((c) => !c.holds)
        .map((c) => ("verdict" in c ? (c.only ?? `${c.from} ${c.to} ${c.port}`) : c.url)),
    ],
  };
}

function solution(lab: string, step: number): KubeObject[] {
  const { objects, patches } = statesOf(lab).at(step);
  return renamed([...objects, ...patches].filter(isTheirs));
}

/** The objects with a hint's edit made, as who reads it would. */
function edited(objects: readonly KubeObject[], { object, edit = "" }: PlayHint): KubeObject[] {
  const docs = parseAllDocuments(edit).flatMap((d) => (d.toJS() as KubeObject | null) ?? []);
  const away = [...edit.matchAll(/^# take (.+) away$/gm)].map((m) => m[1]);
  const gone = new Set([object, ...away, ...docs.map(objectTitle)]);
  return [...objects.filter((o) => !gone.has(objectTitle(o))), ...docs];
}

test("the table has enough of each", () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(60);
  expect(rightAnswers.length).toBeGreaterThanOrEqual(12);
  expect(new Set(mistakes.map(([lab]) => lab)).size).toBeGreaterThanOrEqual(7);
  expect(mistakes.every(([lab]) => labs.some((l) => l.id === lab))).toBe(true);
});

test.each(mistakes)("%s, step %i: %s", (lab, step, _title, mistake, object, words) => {
  const objects = mistake(solution(lab, step));
  const before = seen(lab, step, objects);
  expect(before.done).toBe(false);
  const began = performance.now();
  const hints = playHints(statesOf(lab), step, contents(objects));
  expect(performance.now() - began).toBeLessThan(5000);
  expect(
    `${hints[0]?.object ?? "no hint"}: ${hints[0]?.message ?? ""} | ${before.wrong.slice(0, 3).join("; ")}`,
  ).toMatch(object);
  expect(hints[0]?.message).toMatch(words);
  for (const hint of hints) {
    const after = seen(lab, step, edited(objects, hint));
    expect({ hint: hint.message, gain: after.held - before.held }).toEqual({
      hint: hint.message,
      gain: hint.mends,
    });
  }
});

const begun = labs.flatMap((lab) =>
  lab.steps.flatMap((_, step) =>
    step > 0 && taskOf(statesOf(lab.id), step).kind === "write" ? [[lab.id, step] as const] : [],
  ),
);
test.each(begun)("%s, step %i, not begun: something is told, and of each edit the truth", (lab, step) => {
  const objects = beginning(statesOf(lab), step);
  const { held } = seen(lab, step, objects);
  const hints = playHints(statesOf(lab), step, contents(objects));
  expect(hints.length).toBeGreaterThan(0);
  // An edit may do nothing yet: others are missing too.
  for (const hint of hints.filter((h) => h.mends > 0))
    expect({ hint: hint.message, gain: seen(lab, step, edited(objects, hint)).held - held }).toEqual({
      hint: hint.message,
      gain: hint.mends,
    });
});

test.each(rightAnswers)("%s, step %i, is right: %s", (lab, step, _title, answer) => {
  const objects = answer(solution(lab, step));
  expect(seen(lab, step, objects)).toMatchObject({ done: true, wrong: [] });
  expect(playHints(statesOf(lab), step, contents(objects))).toEqual([]);
});
