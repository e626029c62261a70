import { isUnknown, type SelectorNode } from "../selector";
import type { Policy, Profile } from "../reach-model";

/**
 * Which labels, and which of their values, some selector can tell apart. A label that is unique to each workload, and
 * that nobody selects by, makes no difference.
 */
export class LabelUses {
  private readonly byLabel = new Map<string, Set<string> | "every value">();

  constructor(policies: Iterable<Policy | Profile>) {
    for (const policy of policies) {
      if ("subject" in policy && policy.subject !== undefined) this.note(policy.subject);
      for (const { source, destination } of [...policy.ingress, ...policy.egress]) {
        for (const { selector, notSelector } of [...(source.anyOf ?? []), ...(destination.anyOf ?? [])]) {
          if (selector !== undefined) this.note(selector);
          if (notSelector !== undefined) this.note(notSelector);
        }
      }
    }
  }

  private note(node: SelectorNode): void {
    if ("operands" in node) for (const operand of node.operands) this.note(operand);
    else if ("operand" in node) this.note(node.operand);
    else if ("label" in node) this.noteLabel(node);
  }

  private noteLabel(node: Extract<SelectorNode, { label: string }>): void {
    const known = this.byLabel.get(node.label) ?? new Set<string>();
    if (known === "every value") return;
    // Parts of a value are compared: each value may differ.
    if (node.op === "contains" || node.op === "starts with" || node.op === "ends with") {
      this.byLabel.set(node.label, "every value");
      return;
    }
    if ("value" in node) known.add(node.value);
    if ("values" in node) for (const value of node.values) known.add(value);
    this.byLabel.set(node.label, known);
  }

  /** Equal for labels that no selector tells apart. */
  key(labels: ReadonlyMap<string, string>): string {
    const parts: string[] = [];
    for (const [label, values] of this.byLabel) {
      const value = labels.get(label);
      if (value === undefined) parts.push("-");
      else if (values === "every value" || values.has(value) || isUnknown(value)) parts.push(`=${value}`);
      else parts.push("*");
    }
    return parts.join("\u0001");
  }
}
