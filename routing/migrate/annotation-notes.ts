import type { Ingress } from "../nginx/ingresses";
import { ANNOTATION } from "../routes/ingress-objects";
import { FAMILIES, OTHERS, RULES } from "./annotation-table";
import type { Outcome, Told } from "./annotation-values";

export interface AnnotationNote {
  annotation: string;
  value: string;
  outcome: Outcome;
  becomes: string;
}

/** A note for every annotation of an Ingress, but for what tools write for themselves. */
export function annotationNotes(ing: Ingress): AnnotationNote[] {
  return Object.entries(ing.annotations).flatMap(([annotation, value]) => {
    if (/^(kubectl\.kubernetes\.io|meta\.helm\.sh|field\.cattle\.io|argocd\.argoproj\.io)\//.test(annotation))
      return [];
    const [outcome, becomes] = noteOf(annotation, value, ing);
    return [{ annotation, value, outcome, becomes }];
  });
}

function noteOf(annotation: string, value: string, ing: Ingress): Told {
  const nginx = annotation.startsWith(`${ANNOTATION}/`);
  const key = nginx ? annotation.slice(ANNOTATION.length + 1) : annotation;
  const rule = nginx
    ? Object.hasOwn(RULES, key)
      ? RULES[key]
      : FAMILIES.find(([name]) => name.test(key))?.[1]
    : OTHERS.find(([name]) => name.test(key))?.[1];
  if (rule === undefined)
    return nginx
      ? ["no effect", "ingress-nginx knows no such annotation"]
      : ["no effect", "ingress-nginx does not read it; look who does"];
  return typeof rule === "function" ? rule(value, ing) : rule;
}
