import { labs } from "./index";
import type { LabSelection } from "./model";

/**
 * Labs that have a namespace of this one by default. Put in the place of such a lab, this one must take over the
 * objects that both have: the engine creates before it deletes, and a name is there only once.
 */
export function predecessors({ instance, context }: LabSelection): string[] {
  const mine = new Set(Object.values(context.namespaces));
  return labs
    .filter((l) => l.id !== instance && Object.values(l.namespaces).some((n) => mine.has(n)))
    .map((l) => l.id);
}
