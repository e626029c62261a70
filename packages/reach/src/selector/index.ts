import { canonical, evaluate, type LabelLookup, type SelectorNode } from "./selector-ast";
import { parse } from "./selector-parser";
import type { Truth } from "./truth";

export { labelsOf, renameLabels, type LabelLookup, type SelectorNode } from "./selector-ast";
export { SelectorError } from "./selector-tokens";
export { all, any, isUnknown, not, UNKNOWN, type Truth } from "./truth";

/**
 * A Calico selector, as Felix reads it (projectcalico/calico libcalico-go/lib/selector). The API server takes a
 * selector that does not parse without a word, so a selector is only safe if it was parsed here first.
 */
export class Selector {
  private text: string | undefined;

  private constructor(readonly root: SelectorNode) {}

  /** @throws SelectorError with position and fix */
  static parse(selector: string): Selector {
    return new Selector(parse(selector));
  }

  static of(root: SelectorNode): Selector {
    return new Selector(root);
  }

  /** Calico's own normal form: `all()` for the empty selector, sorted sets, double quotes, outer parentheses. */
  get canonical(): string {
    return (this.text ??= canonical(this.root));
  }

  /** True where the labels are known to match. */
  matches(labels: Readonly<Record<string, string>>): boolean {
    return this.evaluate((label) => (Object.hasOwn(labels, label) ? labels[label] : undefined)) === true;
  }

  /** Three-valued: a label's value may be `UNKNOWN`. */
  evaluate(labels: LabelLookup): Truth {
    return evaluate(this.root, labels);
  }
}

/**
 * Parses a Calico selector.
 * @throws SelectorError with the position and a fix where it does not parse
 * @example parseSelector("role == 'db' && has(tier)").matches({ role: "db", tier: "data" })
 */
export function parseSelector(selector: string): Selector {
  return Selector.parse(selector);
}
