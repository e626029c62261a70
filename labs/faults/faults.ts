import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import type { State } from "../../packages/reach/src";
import { edited } from "../../packages/reach/src";
import { claimChecks, onlyChecks } from "../diagnosis/lab-checks";
import type { RequestClaim } from "../model";
import { claimsOf, flowClaims } from "../prediction/claims";
import type { LabStates } from "../prediction/lab-states";
import { answerRequest } from "../prediction/requests";
import { mutationsOf } from "./mutations";

/** One mistake put into a step, that a learner is to find. */
export interface Fault {
  /** The same for the same lab, step and mistake. */
  id: string;
  kind: string;
  /** The object that it was done to, as `NetworkPolicy stars/backend-policy`. */
  object: string;
  /** What was done, for when it has been mended. */
  what: string;
  /** A learner's objects at the step, with the mistake in. */
  objects: KubeObject[];
  /** How many claims fail by it. */
  fails: number;
}

/**
 * The faults that a step can have: each makes some claim fail, and no two make the same ones fail, so that who looks at the
 * symptoms can tell which it is. In a fixed order.
 * @param theirs the objects of the step that are a learner's to write
 */
export function faultsOf(states: LabStates, step: number, theirs: readonly KubeObject[]): Fault[] {
  const { context } = states.selection;
  const at = states.all().steps[step];
  if (at === undefined) return [];
  const given = at.objects.filter((o) => !theirs.some((t) => objectKey(t) === objectKey(o)));
  const symptoms = symptomsOf(states, step, at.state);
  const seen = new Set<string>();
  const namespaces = Object.values(context.namespaces);
  return theirs
    .flatMap((object) =>
      [...mutationsOf(object, namespaces)].flatMap(({ kind, what, after }): Fault[] => {
        const objects = theirs.flatMap((o) => (o !== object ? [o] : after === undefined ? [] : [after]));
        const fails = symptoms({ before: object, ...(after === undefined ? {} : { after }) }, [
          ...given,
          ...objects,
        ]);
        const key = fails?.join() ?? "";
        if (fails === undefined || key === "" || seen.has(key)) return [];
        seen.add(key);
        const title = objectTitle(object);
        return [{ id: `${title}: ${what}`, kind, object: title, what, objects, fails: fails.length }];
      }),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The fault of a seed: the same whenever and wherever it is asked for. */
export function faultOfSeed(faults: readonly Fault[], seed: string): Fault | undefined {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const c of seed) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return faults[hash % Math.max(1, faults.length)];
}

type Changed = { before: KubeObject; after?: KubeObject };

/** Which claims fail with one object changed; undefined where it cannot be read. */
function symptomsOf(
  states: LabStates,
  step: number,
  state: State,
): (change: Changed, objects: readonly KubeObject[]) => string[] | undefined {
  const selection = { ...states.selection, step };
  const checks = [...claimChecks(flowClaims(selection)), ...onlyChecks(states.onlyClaims(step))];
  const requests = claimsOf(selection).filter((c): c is RequestClaim => c.kind === "request");
  return ({ before, after }, objects) => {
    const changed = edited(state, [{ before, ...(after === undefined ? {} : { after }) }]);
    if (changed === undefined) return undefined;
    return [
      ...checks.filter((c) => c.wrong(changed).length > 0).map((c) => c.id),
      ...requests.flatMap((c, i) =>
        answerRequest(objects, selection.context, c).holds ? [] : [`request ${i}`],
      ),
    ];
  };
}
