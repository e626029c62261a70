import type { KubeObject } from "../../policies/objects";
import type { SourceObject } from "../../policies/reachability";
import { identity, type LabStates, type Own } from "../page/states";

/**
 * What a learner writes and what is given. Theirs are policies, and whatever else networking is configured by:
 * NetworkPolicy, Ingress, and every kind of Calico's. Workloads, Services and certificates are the lab's.
 */
export function isTheirs(object: KubeObject): boolean {
  return /^(networking\.k8s\.io|projectcalico\.org|crd\.projectcalico\.org)\//.test(object.apiVersion);
}

/** What stands before a step, as far as it is the learner's to write: with what they begin. */
export function beginning(states: LabStates, step: number): KubeObject[] {
  const { objects, patches } = states.at(Math.max(0, step - 1));
  return [...objects, ...patches].filter(isTheirs);
}

/** The learner's objects on top of what the step gives; one with the same kind, namespace and name replaces it. */
export function ownState(states: LabStates, step: number, theirs: readonly SourceObject[]): Own {
  const given = states.at(step).objects.filter((o) => !isTheirs(o));
  const all = new Map<string, SourceObject>(given.map((object) => [identity(object), { object }]));
  for (const source of theirs) all.set(identity(source.object), source);
  return { step, objects: [...all.values()] };
}
