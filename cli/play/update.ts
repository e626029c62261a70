import { objectTitle } from "../../policies/objects";
import { ProblemsError, UserError, type Problem } from "../../policies/problems";
import type { SourceObject, State } from "../../policies/reachability";
import { labPage } from "../page/lab";
import type { PlayProblem, PlayUpdate } from "../page/model";
import type { LabStates } from "../page/states";
import { ownState } from "./exercise";
import type { Contents } from "./folder";

/** What the page shows of a learner's files at a step. Never throws for what a learner can mend. */
export function update(states: LabStates, step: number, contents: Contents): Omit<PlayUpdate, "took"> {
  const { instance } = states.selection;
  const base = { instance, step, files: contents.files };
  if (contents.problems.length > 0)
    return { ...base, problems: contents.problems.map(shown), notes: contents.notes };
  try {
    const own = ownState(states, step, contents.objects);
    const { lab, own: yours, state } = labPage(states, own);
    const notes = [
      ...contents.notes,
      ...(state === undefined ? [] : oddities(states, contents.objects, state)),
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

function shown({ path, value, message, fix }: Problem): PlayProblem {
  const got = value === undefined ? "" : ` (got ${JSON.stringify(value)})`;
  return { path, message: `${message}${got}`, ...(fix === undefined ? {} : { fix }) };
}

/** What a cluster would take without a word, and a learner hardly meant. */
function oddities({ selection }: LabStates, theirs: readonly SourceObject[], state: State): string[] {
  const namespaces = new Set(Object.values(selection.context.namespaces));
  return theirs.flatMap(({ object, origin = "" }) => {
    const title = `${origin}: ${objectTitle(object)}`;
    const { namespace } = object.metadata;
    const policy = object.kind === "NetworkPolicy";
    if (state.ignored.has(object.kind) && object.kind !== "Ingress")
      return [`${title} changes no flow: a ${object.kind} decides none, or is misspelt`];
    if (object.kind.startsWith("Staged"))
      return [`${title} is staged: it is not enforced, so it changes no flow`];
    if (policy && namespace === undefined)
      return [`${title} has no namespace: it goes to default, where this lab has no workload`];
    if (policy && namespace !== undefined && !namespaces.has(namespace))
      return [
        `${title} is in namespace ${namespace}, which is none of this lab's: ${[...namespaces].join(", ")}`,
      ];
    return [];
  });
}
