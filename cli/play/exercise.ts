import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import type { SourceObject } from "../../packages/reach/src";
import { labPage } from "../page/lab-page";
import type { PlayTask } from "../page/page-data";
import type { LabStates, Own } from "../../labs/prediction/lab-states";

/**
 * What a learner writes and what is given. Theirs are policies, and whatever else networking is configured by:
 * NetworkPolicy, ClusterNetworkPolicy, Ingress, Gateway API, and every kind of Calico's. Workloads, Services and certificates are the lab's.
 */
export function isTheirs(object: KubeObject): boolean {
  return /^(((gateway|policy)\.)?networking\.k8s\.io|projectcalico\.org|crd\.projectcalico\.org)\//.test(
    object.apiVersion,
  );
}

/** What stands before a step, as far as it is the learner's to write: with what they begin. */
export function beginning(states: LabStates, step: number): KubeObject[] {
  const { objects, patches } = states.at(Math.max(0, step - 1));
  return [...objects, ...patches].filter(isTheirs);
}

/** What a learner has to write at a step, and whether its claims can tell when it is done. */
export function taskOf(states: LabStates, step: number): PlayTask {
  const before = new Map(beginning(states, step).map((o) => [objectKey(o), JSON.stringify(o)]));
  const after = beginning(states, step + 1);
  const objects = after
    .filter((o) => before.get(objectKey(o)) !== JSON.stringify(o))
    .map((o) => objectTitle(o));
  const changes = objects.length > 0 || before.size > after.length;
  if (!changes) return { kind: step === 0 ? "write" : "given", objects };
  const { own } = labPage(
    states,
    ownState(
      states,
      step,
      beginning(states, step).map((object) => ({ object })),
    ),
  );
  const held = [...(own?.claims ?? []), ...(own?.requests ?? [])].every((c) => c.holds);
  return { kind: held ? "unseen" : "write", objects };
}

/** The learner's objects on top of what the step gives; one with the same kind, namespace and name replaces it. */
export function ownState(states: LabStates, step: number, theirs: readonly SourceObject[]): Own {
  const given = states.at(step).objects.filter((o) => !isTheirs(o));
  const all = new Map<string, SourceObject>(given.map((object) => [objectKey(object), { object }]));
  for (const source of theirs) all.set(objectKey(source.object), source);
  return { step, objects: [...all.values()] };
}
