import { ProblemsError, UserError, type Problem } from "../../kube/problems";
import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import { alone } from "../../labs/prediction/ambient";
import type { LabStates } from "../../labs/prediction/lab-states";
import { predictedObjects, predictedState } from "../../labs/prediction/state";
import type { PlayHint } from "../page/page-data";
import { checksOf } from "../verify/core/checks";
import type { Result } from "../verify/core/check-model";
import { hints as findHints } from "../verify/hint/hints";
import { isPolicy } from "../verify/hint/object-pairs";
import { isTheirs, ownState } from "./exercise";
import type { Contents } from "./learner-folder";

/**
 * Likely mistakes in a learner's files, the most telling first: found as `labs verify --hint` finds those of a cluster.
 * Takes longer than an update, so it is made when somebody asks.
 */
export function playHints(states: LabStates, step: number, contents: Contents): PlayHint[] {
  const problem = contents.problems[0];
  if (problem !== undefined) return [fromProblem(problem)];
  const selection = { ...states.selection, step };
  const planned = alone(selection);
  const wanted = predictedObjects(planned);
  const live = ownState(states, step, contents.objects).objects.map((o) => o.object);
  try {
    const found = findHints({
      step: wanted,
      live,
      namespaces: Object.values(selection.context.namespaces),
      // What holds already is sorted out there.
      results: checksOf(planned).map((check): Result => ({ check, status: "fail", detail: "", rules: [] })),
      compile: (objects) => predictedState(planned, { objects: objects.map((object) => ({ object })) }),
    });
    return [
      ...found.filter((h) => h.cause !== "workload").map(inFolder),
      ...others(
        wanted.filter((o) => isTheirs(o) && !isPolicy(o)),
        live,
      ),
    ];
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.slice(0, 1).map(fromProblem);
    if (error instanceof UserError) return [{ object: "your files", message: error.message, fixes: 0 }];
    throw error;
  }
}

/** Names are the learner's to choose, so it may be there under another one. */
const ABSENT = "the step has it, and nothing in your folder stands for it";

function fromProblem({ path, message, fix }: Problem): PlayHint {
  return { object: path, message: `${message}${fix === undefined ? "" : `: ${fix}`}`, fixes: 0 };
}

function inFolder({
  object,
  message,
  fixes,
}: {
  object: string;
  message: string;
  fixes: string[];
}): PlayHint {
  return {
    object,
    message: message.replace("the step has it, and the cluster has not", ABSENT),
    fixes: fixes.length,
  };
}

/** Objects that are no policies (routes, network sets, tiers, pools): what is not there, and where one differs. */
function others(wanted: readonly KubeObject[], live: readonly KubeObject[]): PlayHint[] {
  const mine = new Map(live.map((o) => [objectKey(o), o]));
  return wanted.flatMap((right): PlayHint[] => {
    const object = objectTitle(right);
    const found = mine.get(objectKey(right));
    if (found === undefined) return [{ object, message: ABSENT, fixes: 0 }];
    return differing(right, found, []).map(({ path, is }) => ({
      object,
      message: `${path} differs from the step's: it is ${is === undefined ? "not there" : JSON.stringify(is)}`,
      fixes: 0,
    }));
  });
}

interface Difference {
  path: string;
  is: unknown;
}

/** Only where something differs: what belongs there is the exercise. */
function differing(right: unknown, mine: unknown, path: string[]): Difference[] {
  if (JSON.stringify(right) === JSON.stringify(mine)) return [];
  if (isObject(right) && isObject(mine))
    return [...new Set([...Object.keys(right), ...Object.keys(mine)])].flatMap((key) =>
      differing(right[key], mine[key], [...path, key]),
    );
  if (Array.isArray(right) && Array.isArray(mine) && right.length === mine.length)
    return right.flatMap((x, i) => differing(x, mine[i], [...path, String(i)]));
  return [{ path: path.join("."), is: mine }];
}

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x);
