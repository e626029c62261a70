import { objectTitle, type KubeObject } from "../../kube/objects";
import { ProblemsError, UserError, type Problem } from "../../kube/problems";
import { gatewayObjectProblems, isGatewayObject } from "../../routing/gateway/object-problems";
import { ingressProblems } from "../../routing/ingress-problems";
import { labPage } from "../page/lab-page";
import type { PlayProblem, PlayTask, PlayUpdate } from "../page/page-data";
import type { LabStates } from "../../labs/prediction/lab-states";
import { ownState, taskOf } from "./exercise";
import type { Contents } from "./learner-folder";
import { warningsIn } from "./play-warnings";

/** What the page shows of a learner's files at a step. Never throws for what a learner can fix. */
export function update(states: LabStates, step: number, contents: Contents): Omit<PlayUpdate, "took"> {
  const { instance } = states.selection;
  const base = { instance, step, files: contents.files, task: task(states, step) };
  const malformed = [
    ...contents.problems,
    ...contents.objects.flatMap(({ object, origin = "" }) =>
      shapeOf(object, `${origin}: ${objectTitle(object)}`),
    ),
  ];
  if (malformed.length > 0) return { ...base, problems: malformed.map(shown), notes: contents.notes };
  try {
    const own = ownState(states, step, contents.objects);
    const { lab, own: yours, state } = labPage(states, own);
    const notes = [
      ...contents.notes,
      ...(state === undefined ? [] : warningsIn(states, step, contents.objects, state, own.objects)),
    ];
    return { ...base, lab, ...(yours === undefined ? {} : { yours }), problems: [], notes };
  } catch (error) {
    if (error instanceof ProblemsError)
      return { ...base, problems: error.problems.map(shown), notes: contents.notes };
    if (error instanceof UserError)
      return { ...base, problems: [{ path: "your files", message: error.message }], notes: contents.notes };
    throw error;
  }
}

function shapeOf(object: KubeObject, at: string): Problem[] {
  if (isGatewayObject(object)) return gatewayObjectProblems(object, at);
  return object.kind === "Ingress" ? ingressProblems(object, at) : [];
}

/** What is shown where nothing could be made of the files. */
export function failedUpdate(instance: string, step: number, message: string): Omit<PlayUpdate, "took"> {
  const problems = [{ path: "labs play", message, fix: "take the last change back" }];
  return { instance, step, files: [], task: { kind: "write", objects: [] }, notes: [], problems };
}

function task(states: LabStates, step: number): PlayTask {
  const known = tasks.get(states) ?? new Map<number, PlayTask>();
  tasks.set(states, known);
  let found = known.get(step);
  if (found === undefined) known.set(step, (found = taskOf(states, step)));
  return found;
}
const tasks = new WeakMap<LabStates, Map<number, PlayTask>>();

function shown({ path, value, message, fix }: Problem): PlayProblem {
  const got = value === undefined ? "" : ` (got ${JSON.stringify(value)})`;
  return { path, message: `${message}${got}`, ...(fix === undefined ? {} : { fix }) };
}
