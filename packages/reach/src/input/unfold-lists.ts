import type { KubeObject } from "../../../../kube/objects";
import type { Problem } from "../../../../kube/problems";
import { restored } from "./stored-calico";
import type { SourceObject } from "./source-object";

/** Lists become their items; what is no object is a problem. */
export function* unfolded(sources: readonly SourceObject[], problems: Problem[]): Generator<SourceObject> {
  for (const [i, source] of sources.entries()) {
    const object = source.object as Partial<KubeObject> | null;
    const where = source.origin ?? `object ${i + 1}`;
    if (typeof object?.apiVersion !== "string" || typeof object.kind !== "string") {
      problems.push({ path: where, message: "is no Kubernetes object", fix: "give it apiVersion and kind" });
      continue;
    }
    if (object.kind.endsWith("List") && Array.isArray(object.items)) {
      const itemKind =
        object.kind === "List" ? {} : { apiVersion: object.apiVersion, kind: object.kind.slice(0, -4) };
      yield* unfolded(
        object.items.map((item) => ({ ...source, object: { ...itemKind, ...(item as KubeObject) } })),
        problems,
      );
      continue;
    }
    const metadata = (object.metadata ?? {}) as {
      name?: unknown;
      generateName?: unknown;
      namespace?: unknown;
    };
    const name = metadata.name ?? metadata.generateName;
    if (typeof name !== "string" || name === "") {
      problems.push({ path: `${where}: ${object.kind}`, message: "has no name", fix: "add metadata.name" });
      continue;
    }
    const named = { ...object, metadata: { ...metadata, name } };
    yield restored({ ...source, object: named as KubeObject }, problems);
  }
}
