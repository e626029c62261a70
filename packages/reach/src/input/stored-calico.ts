import type { KubeObject, ObjectMeta } from "../../../../kube/objects";
import type { Problem } from "../../../../kube/problems";
import { sourceTitle, type SourceObject } from "./source-object";

const ANNOTATION = "projectcalico.org/metadata";

/**
 * An object of crd.projectcalico.org is how Calico stores one of projectcalico.org: name, labels and annotations may
 * stand in an annotation (ConvertK8sResourceToCalicoResource in libcalico-go/lib/backend/k8s/resources/resources.go).
 */
export function restored(source: SourceObject, problems: Problem[]): SourceObject {
  const { object } = source;
  if (!object.apiVersion.startsWith("crd.projectcalico.org/")) return source;
  const annotations = (object as Partial<KubeObject>).metadata?.annotations;
  const text: unknown = annotations?.[ANNOTATION];
  if (typeof text !== "string") return source;
  const stored = parse(text);
  if (stored === undefined) {
    problems.push({
      path: `${sourceTitle(source)}: metadata.annotations.${ANNOTATION}`,
      value: text,
      message: "is no JSON object",
    });
    return source;
  }
  const { name, labels, annotations: more } = stored;
  const metadata = {
    ...object.metadata,
    ...(typeof name === "string" && name !== "" ? { name } : {}),
    labels: { ...object.metadata.labels, ...labels },
    annotations: { ...annotations, ...more },
  };
  return { ...source, object: { ...object, metadata } };
}

function parse(text: string): Partial<ObjectMeta> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
