import { objectKey, type KubeObject } from "../../../kube/objects";
import { normal } from "./normal-form";

export interface Pairs {
  /** The step's object and the one of the cluster that stands for it. */
  pairs: { step: KubeObject; live: KubeObject }[];
  missing: KubeObject[];
  extra: KubeObject[];
}

export const isPolicy = (o: KubeObject): boolean =>
  /NetworkPolicy$/.test(o.kind) && !o.kind.startsWith("Staged");

/**
 * Which policy of the cluster stands for which of the step: by name; else one of the same name in another namespace; else
 * the most alike of the same namespace, because a learner may call it as they like.
 */
export function pairUp(step: readonly KubeObject[], live: readonly KubeObject[]): Pairs {
  const free = new Map(live.map((o) => [objectKey(o), o]));
  const found: Pairs = { pairs: [], missing: [], extra: [] };
  const take = (mine: KubeObject, other: KubeObject | undefined): boolean => {
    if (other === undefined) return false;
    free.delete(objectKey(other));
    found.pairs.push({ step: mine, live: other });
    return true;
  };
  const unnamed = step.filter((s) => !take(s, free.get(objectKey(s))));
  const lost = unnamed.filter(
    (s) =>
      !take(
        s,
        [...free.values()].find((l) => l.kind === s.kind && l.metadata.name === s.metadata.name),
      ),
  );
  for (const s of lost) {
    const best = [...free.values()]
      .map((l) => ({ l, score: alike(s, l) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)[0];
    if (!take(s, best?.l)) found.missing.push(s);
  }
  found.extra.push(...free.values());
  return found;
}

/** How much two policies have in common; 0 for those of another place or kind. */
function alike(step: KubeObject, live: KubeObject): number {
  if (step.kind !== live.kind || step.apiVersion !== live.apiVersion) return 0;
  if (step.metadata.namespace !== live.metadata.namespace) return 0;
  if (!step.apiVersion.startsWith("networking.k8s.io/")) {
    const [a, b] = [step, live].map((o) => o["spec"] as { selector?: string; tier?: string });
    return a?.selector === b?.selector && a?.tier === b?.tier ? 1 : 0;
  }
  const [a, b] = [normal(step["spec"] as never), normal(live["spec"] as never)];
  const same = (x: unknown, y: unknown): number => (JSON.stringify(x) === JSON.stringify(y) ? 1 : 0);
  // One that isolates everything stands for none that opens something.
  const opens = (p: typeof a): boolean => p.ingress.length + p.egress.length > 0;
  if (opens(a) !== opens(b)) return 0;
  return (
    2 * same(a.podSelector, b.podSelector) +
    2 * same(a.ingress, b.ingress) +
    same(a.egress, b.egress) +
    same(a.types, b.types) -
    2
  );
}
