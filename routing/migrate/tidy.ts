import { objectTitle, type KubeObject } from "../../kube/objects";
import { failOn } from "../../kube/problems";
import { ingressProblems } from "../ingress-problems";

/**
 * Objects as they may be read: fields that are null count as left out, as the API server has it, and annotations are
 * texts. @throws ProblemsError for fields of a wrong type, which no API server takes
 */
export function tidied(objects: readonly KubeObject[]): {
  objects: KubeObject[];
  remarks: { about: string; text: string }[];
} {
  const remarks: { about: string; text: string }[] = [];
  const out = objects.map((raw) => {
    const o = withoutNulls(raw) as KubeObject;
    const annotations = Object.entries(
      (o.metadata as { annotations?: Record<string, unknown> }).annotations ?? {},
    );
    for (const [key, value] of annotations)
      if (typeof value !== "string")
        remarks.push({
          about: objectTitle(o),
          text: `annotation ${key} is ${JSON.stringify(value)} and no text: the API server refuses it; put it in quotes`,
        });
    return {
      ...o,
      metadata: {
        ...o.metadata,
        annotations: Object.fromEntries(
          annotations.map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]),
        ),
      },
    };
  });
  const wrong = out
    .filter((o) => o.kind === "Ingress" && o.apiVersion === "networking.k8s.io/v1")
    .flatMap((o) => ingressProblems(o, objectTitle(o)))
    .filter((p) => /^must (be|have) /.test(p.message));
  failOn("Some Ingresses have fields of a wrong type:", wrong);
  return { objects: out, remarks };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((v) => v !== null).map(withoutNulls);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([k, v]) => [k, withoutNulls(v)]),
  );
}
