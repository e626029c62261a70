import { objectKey, type KubeObject } from "../../kube/objects";
import { load, type SourceObject, type State } from "../../packages/reach/src";
import { labAt, type LabSelection } from "../model";
import { ambientOf, type Ambient, type LabsOnCluster } from "./ambient";
import { flowClaims } from "./claims";

/** Objects that stand in a cluster, and patches of objects that something else owns. */
export interface Standing {
  objects: readonly SourceObject[];
  patches?: readonly SourceObject[];
}

/** What the labs themselves bring at their steps. */
export function standingAt(labs: readonly LabSelection[]): Standing {
  const all = labs.map(labAt);
  const sources = (list: readonly KubeObject[]) => list.map((object) => ({ object }));
  return { objects: sources(all.flatMap((s) => s.objects)), patches: sources(all.flatMap((s) => s.patches)) };
}

/**
 * The cluster as the evaluator reads it, for questions about the claims of these labs.
 * @param standing the objects that a stack registers, or that a learner has; @default what the labs bring
 * @throws ProblemsError where objects are wrong
 */
export function predictedState(on: LabsOnCluster, standing: Standing = standingAt(on.labs)): State {
  return stateOf(
    ambientOf(on),
    standing,
    on.labs.flatMap(flowClaims).flatMap(({ from, to }) => [from, to]),
  );
}

/** Every object of that prediction. */
export function predictedObjects(on: LabsOnCluster, standing: Standing = standingAt(on.labs)): KubeObject[] {
  return together(ambientOf(on).objects, standing).map(({ object }) => object);
}

/**
 * The state that ambient and standing objects make together.
 * @param ends of questions to come: the address space is split at those that are addresses or CIDRs
 */
export function stateOf(ambient: Ambient, standing: Standing, ends: readonly string[] = []): State {
  return load(together(ambient.objects, standing), { podCidrs: ambient.podCidrs, splitAt: ends });
}

/** Every object once, the standing one before the ambient one, with what patches set. */
function together(ambient: readonly KubeObject[], { objects, patches = [] }: Standing): SourceObject[] {
  const all = new Map<string, SourceObject>();
  for (const object of ambient) all.set(objectKey(object), { object });
  for (const source of objects) all.set(objectKey(source.object), source);
  for (const patch of patches) {
    const key = objectKey(patch.object);
    const whole = all.get(key);
    all.set(
      key,
      whole === undefined
        ? patch
        : { ...whole, object: merged(whole.object, patch.object) as unknown as KubeObject },
    );
  }
  return [...all.values()];
}

/** As a server-side apply by a manager of its own: maps are merged, everything else is set. */
function merged(whole: object, patch: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...whole };
  for (const [field, value] of Object.entries(patch)) {
    const old = result[field];
    result[field] = isMap(old) && isMap(value) ? merged(old, value) : (value as unknown);
  }
  return result;
}

const isMap = (x: unknown): x is object => typeof x === "object" && x !== null && !Array.isArray(x);
