import { objectKey, type KubeObject } from "../../kube/objects";
import { load, type SourceObject, type State } from "../../packages/reach/src";
import { labAt, type LabSelection } from "../model";
import { ambientOf, proxiesOf, type Ambient, type LabsOnCluster } from "./ambient";
import { flowClaims } from "./claims";

/** Objects beside the ambient ones, and patches of objects that something else owns. */
export interface ClusterObjects {
  objects: readonly SourceObject[];
  patches?: readonly SourceObject[];
}

/** What the labs themselves bring at their steps. */
export function labObjects(labs: readonly LabSelection[]): ClusterObjects {
  const all = labs.map(labAt);
  const sources = (list: readonly KubeObject[]) => list.map((object) => ({ object }));
  return { objects: sources(all.flatMap((s) => s.objects)), patches: sources(all.flatMap((s) => s.patches)) };
}

/**
 * The cluster as the evaluator reads it, for questions about the claims of these labs.
 * @param objects those that a stack registers, or that a learner has; @default what the labs bring
 * @throws ProblemsError where objects are wrong
 */
export function predictedState(on: LabsOnCluster, objects: ClusterObjects = labObjects(on.labs)): State {
  return stateOf(
    ambientOf(on),
    objects,
    on.labs.flatMap(flowClaims).flatMap(({ from, to }) => [from, to]),
  );
}

/** Every object of that prediction. */
export function predictedObjects(
  on: LabsOnCluster,
  objects: ClusterObjects = labObjects(on.labs),
): KubeObject[] {
  return mergedObjects(ambientOf(on), objects).map(({ object }) => object);
}

/**
 * The state that ambient and other objects make together.
 * @param ends of questions to come: the address space is split at those that are addresses or CIDRs
 */
export function stateOf(ambient: Ambient, objects: ClusterObjects, ends: readonly string[] = []): State {
  return load(mergedObjects(ambient, objects), { podCidrs: ambient.podCidrs, splitAt: ends });
}

/** Every object once, with what patches set; an ambient one gives way. */
function mergedObjects(
  { objects: ambient, gatewayClasses = [] }: Ambient,
  { objects, patches = [] }: ClusterObjects,
): SourceObject[] {
  const all = new Map<string, SourceObject>();
  const proxies = objects.flatMap(({ object }) => proxiesOf(object, gatewayClasses));
  for (const object of [...proxies, ...ambient]) all.set(objectKey(object), { object });
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
