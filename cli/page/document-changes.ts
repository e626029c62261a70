import type { LabPage, PageDecision, PageDocument, PageState } from "./page-data";

/** The policy that a decision names, as it stands in a state. */
export function documentOf(lab: LabPage, state: PageState, decision: PageDecision): PageDocument | undefined {
  if (decision.policy === null) return undefined;
  const named = state.documents.flatMap((i) => {
    const d = lab.documents[i];
    const fits =
      d?.policy === decision.policy &&
      (decision.tier === null ? d.kind === "Profile" : d.tier === decision.tier);
    return d !== undefined && fits ? [d] : [];
  });
  // A Kubernetes and a Calico policy may share a name: the reason tells which it is.
  const kubernetes = decision.reason.includes("Kubernetes NetworkPolicy");
  return named.find((d) => d.yaml.startsWith("apiVersion: networking.k8s.io") === kubernetes) ?? named[0];
}

/** The rule of a decision: its direction in the policy, and the lines on which it stands. */
export interface RulePlace {
  direction: "ingress" | "egress";
  lines: readonly [number, number] | undefined;
}

/**
 * Where the rule of a decision stands. On the way out a packet may also pass a node's ingress rules (policies before
 * DNAT), so the reason's word counts before the half of the answer.
 */
export function ruleOf(
  document: PageDocument,
  decision: PageDecision,
  half: "ingress" | "egress",
): RulePlace {
  const said = /^(ingress|egress) rule/.exec(decision.reason)?.[1] as RulePlace["direction"] | undefined;
  const direction = said ?? half;
  return { direction, lines: document.rules[direction][decision.rule] };
}

/** What a step brought, changed and took away, by identity of the object. */
export interface DocumentChanges {
  /** Index of the document, and what the step did to it. */
  standing: { index: number; change: "new" | "changed" | "kept" }[];
  removed: number[];
}

export function documentChanges(
  lab: LabPage,
  before: PageState | undefined,
  after: PageState,
): DocumentChanges {
  const title = (i: number): string => {
    const d = lab.documents[i];
    return d === undefined ? "" : `${d.yaml.split("/", 1)[0] ?? ""} ${d.kind} ${d.policy}`;
  };
  const old = new Set(before?.documents ?? after.documents);
  const oldTitles = new Set([...old].map(title));
  const now = new Set(after.documents.map(title));
  return {
    standing: after.documents.map((index) => ({
      index,
      change: old.has(index)
        ? "kept"
        : oldTitles.has(title(index)) || lab.documents[index]?.given === true
          ? "changed"
          : "new",
    })),
    removed: [...old].filter((i) => !now.has(title(i)) && lab.documents[i]?.given !== true),
  };
}
