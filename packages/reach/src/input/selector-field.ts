import { isUnknown, parseSelector, renameLabels, SelectorError, type SelectorNode } from "../selector";
import type { Fields } from "./object-fields";

/** Upstream's limit (CRD validation since 3.33). */
const MAX_SELECTOR = 1024;

/** Parses a selector field; undefined where it is absent, empty, unknown, or wrong (which is then reported). */
export function selectorField(fields: Fields, key: string, prefix = ""): SelectorNode | undefined {
  const text = fields.string(key);
  // An empty field is the same as none; a blank one is not (it selects everything).
  if (text === undefined || text === "" || isUnknown(text)) return undefined;
  if (text.length > MAX_SELECTOR) {
    fields.report(key, undefined, `is longer than ${MAX_SELECTOR} characters`, "split the policy");
    return undefined;
  }
  if (text.includes("global(") && key !== "namespaceSelector")
    fields.report(key, text, "must not use global()", "global() belongs into a rule's namespaceSelector");
  try {
    const { root } = parseSelector(text);
    return prefix === "" ? root : renameLabels(root, (label) => prefix + label);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    fields.report(key, text, `${error.detail} at character ${error.position + 1}`, error.fix);
    return undefined;
  }
}
