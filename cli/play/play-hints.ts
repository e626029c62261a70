import { stringify } from "yaml";
import { ProblemsError, UserError, type Problem } from "../../kube/problems";
import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import { diagnose, type Finding } from "../../labs/diagnosis/diagnose";
import { claimChecks, onlyChecks, wantedFlows } from "../../labs/diagnosis/lab-checks";
import { diagnoseRoutes, isRoute } from "../../labs/diagnosis/diagnose-routes";
import { answerClaim, flowClaims } from "../../labs/prediction/claims";
import { claimHolds, type LabStates } from "../../labs/prediction/lab-states";
import { differences, intentTitle, meaning } from "../../packages/reach/src";
import type { PlayHint } from "../page/page-data";
import { isTheirs, ownState, taskOf } from "./exercise";
import type { Contents } from "./learner-folder";

/**
 * Likely mistakes in a learner's files, the most telling first; none where every claim of the step holds. Takes longer
 * than an update, so it is made when somebody asks. Plain data in and out: it may run in a worker.
 */
export function playHints(states: LabStates, step: number, contents: Contents): PlayHint[] {
  const problem = contents.problems[0];
  if (problem !== undefined) return [fromProblem(problem)];
  try {
    return found(states, step, contents);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.slice(0, 1).map(fromProblem);
    if (error instanceof UserError) return [{ object: "your files", message: error.message, mends: 0 }];
    throw error;
  }
}

function found(states: LabStates, step: number, contents: Contents): PlayHint[] {
  const selection = { ...states.selection, step };
  const { own } = states.all(ownState(states, step, contents.objects));
  if (own === undefined) return [];
  const { objects, patches } = states.at(step);
  const templates = [...objects, ...patches].filter(isTheirs);
  const claims = flowClaims(selection);
  const checks = [...claimChecks(claims), ...onlyChecks(states.onlyClaims(step))];
  const findings = diagnose({
    state: own.state,
    mine: contents.objects.filter(({ object }) =>
      /NetworkPolicy$|^Tier$|NetworkSet$|Controllers|HostEndpoint/.test(object.kind),
    ),
    checks,
    wanted: wantedFlows(claims, own.state),
    templates: templates.filter((o) => !isRoute(o)),
  });
  const mine = contents.objects.map(({ object }) => object);
  const routes = diagnoseRoutes(selection, own.objects, mine, templates);
  const held = heldBy(states, step, contents.objects);
  const hints = [...findings.map((f) => hintOf(f)), ...routes.map((f) => hintOf(f, mendsOf(f)))];
  if (hints.length > 0) return hints;
  // A Gateway brings proxies, and flows with them: then all claims are counted, not the requests alone.
  function mendsOf(f: Finding): number {
    if (!f.edits.some((e) => (e.after ?? e.before)?.kind === "Gateway")) return f.rights.length;
    const gone = new Set(f.edits.flatMap((e) => (e.before === undefined ? [] : objectKey(e.before))));
    const after = f.edits.flatMap((e) => (e.after === undefined ? [] : { object: e.after }));
    const rest = contents.objects.filter(({ object }) => !gone.has(objectKey(object)));
    return Math.max(0, heldBy(states, step, [...rest, ...after]) - held);
  }
  const unmet = claims.map((c) => answerClaim(own.state, c)).filter((c) => !c.holds);
  if (unmet.length > 0)
    return unmet.slice(0, 3).map((c) => ({
      object: intentTitle(c),
      message: `must be ${c.verdict === "allow" ? "open" : "closed"}${c.staged === true ? " once enforced" : ""}; now ${[c.instead ?? "", ...(c.remarks ?? [])].join("; ")}`,
      mends: 0,
    }));
  // Where no claim can tell whether the step is done, what it writes is told by kind and place.
  return taskOf(states, step).kind === "unseen" ? others(templates, mine) : [];
}

/** Claims of every kind that hold with these objects. */
function heldBy(states: LabStates, step: number, theirs: Contents["objects"]): number {
  const { own } = states.all(ownState(states, step, theirs));
  if (own === undefined) return 0;
  const { context } = states.selection;
  const claims = own.claims.map((c) => claimHolds(own, context, c));
  return [...claims, ...(own.only ?? []).map((o) => o.holds)].filter(Boolean).length;
}

function hintOf({ cause, object, message, rights, edits }: Finding, mends = rights.length): PlayHint {
  return {
    cause,
    object,
    message,
    mends,
    edit: edits
      .map(({ before, after }) =>
        after === undefined
          ? `# take ${before === undefined ? "it" : objectTitle(before)} away\n`
          : stringify(after, { lineWidth: 0 }),
      )
      .join("---\n"),
  };
}

function fromProblem({ path, message, fix }: Problem): PlayHint {
  return { object: path, message: `${message}${fix === undefined ? "" : `: ${fix}`}`, mends: 0 };
}

/** What is not there under whatever name, and where the most alike differs. */
function others(wanted: readonly KubeObject[], mine: readonly KubeObject[]): PlayHint[] {
  const free = [...mine];
  return wanted.flatMap((right): PlayHint[] => {
    const alike = free
      .filter((o) => o.kind === right.kind)
      .map((o) => ({ o, places: differences(meaning(right), meaning(o), []) }))
      .sort((a, b) => a.places.length - b.places.length)[0];
    const object = objectTitle(right);
    if (alike === undefined)
      return [
        {
          object,
          message: "it is missing: the step has it, and nothing in your folder stands for it",
          mends: 0,
        },
      ];
    free.splice(free.indexOf(alike.o), 1);
    return alike.places.map(({ path, is }) => ({
      object: objectTitle(alike.o),
      message: `${path.join(".")} differs from the step's: it is ${is === undefined ? "not there" : JSON.stringify(is)}`,
      mends: 0,
    }));
  });
}
