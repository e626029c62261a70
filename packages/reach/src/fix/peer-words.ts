import type { KubeObject } from "../../../../kube/objects";
import { selectorText, type LabelSelector } from "./label-edits";

/** An entry of `from` or `to` as people write it. */
export interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr?: string; except?: string[] };
}

/** The namespace in which a policy stands. */
export const ns = (policy: KubeObject): string => policy.metadata.namespace ?? "default";

export function entryText({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  if (ipBlock !== undefined) return ipBlock.cidr ?? "an ipBlock";
  const pods = podSelector === undefined ? "every pod" : `pods ${selectorText(podSelector, "(every one)")}`;
  return namespaceSelector === undefined
    ? `${pods} of its own namespace`
    : `${pods} of namespaces ${selectorText(namespaceSelector, "(all)")}`;
}
