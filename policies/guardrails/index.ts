import type { Rule, Subject, Violation } from "./rule";
import { encryption } from "./rules/encryption";
import { expiryTag } from "./rules/expiry-tag";
import { imdsv2 } from "./rules/imdsv2";
import { loadBalancerContract } from "./rules/load-balancer-contract";
import { noMutableImage } from "./rules/no-mutable-image";
import { noOpenNodePorts } from "./rules/no-open-node-ports";
import { nothingPublic } from "./rules/nothing-public";
import { resourceRequests } from "./rules/resource-requests";

/** All guardrails, in the order of reports. */
export const rules: readonly Rule[] = [
  nothingPublic,
  noOpenNodePorts,
  encryption,
  imdsv2,
  expiryTag,
  noMutableImage,
  resourceRequests,
  loadBalancerContract,
];

/** Everything that the guardrails say about resources. */
export function checkAll(subjects: Iterable<Subject>): Violation[] {
  const found: Violation[] = [];
  for (const s of subjects) {
    for (const rule of rules) {
      for (const f of rule.check(s))
        found.push({ ...f, rule: rule.name, urn: s.urn, type: s.type, name: s.name });
    }
  }
  return found;
}
