import type { KubeObject } from "../../../../kube/objects";
import { withoutControls } from "../../../../kube/problems";
import type { Problem } from "../../../../kube/problems";
import { roleOf } from "./known-kinds";
import { restored } from "./stored-calico";
import type { SourceObject } from "./source-object";

/** Lists become their items; what is not an object is a problem, and so is a name that is not one. */
export function* unfolded(sources: readonly SourceObject[], problems: Problem[]): Generator<SourceObject> {
  for (const [i, source] of sources.entries()) {
    const object = source.object as Partial<KubeObject> | null;
    const where = source.origin ?? `object ${i + 1}`;
    if (typeof object?.apiVersion !== "string" || typeof object.kind !== "string") {
      problems.push({
        path: where,
        message: "is not a Kubernetes object",
        fix: "give it apiVersion and kind",
      });
      continue;
    }
    if (object.kind.endsWith("List") && (Array.isArray(object.items) || object.items === null)) {
      const itemKind =
        object.kind === "List" ? {} : { apiVersion: object.apiVersion, kind: object.kind.slice(0, -4) };
      const items = (object.items ?? []) as unknown[];
      yield* unfolded(
        items.map((item, n) => ({
          origin: `${where} item ${n + 1}`,
          object: { ...itemKind, ...(item as KubeObject) },
        })),
        problems,
      );
      continue;
    }
    const named = withName(object as KubeObject, where, problems);
    if (named !== undefined) yield restored({ ...source, object: named }, problems);
  }
}

function withName(object: KubeObject, where: string, problems: Problem[]): KubeObject | undefined {
  const title = `${where}: ${withoutControls(object.kind)}`;
  const metadata: unknown = (object as Partial<KubeObject>).metadata ?? {};
  // What nothing here reads needs no name: kustomizations, configurations of tools.
  if (roleOf(object) === "ignored") return object;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    problems.push({ path: `${title}: metadata`, value: metadata, message: "must be an object" });
    return undefined;
  }
  const { name: own, generateName, namespace } = metadata as Record<string, unknown>;
  const name = own ?? generateName;
  const text = (key: string, value: unknown): boolean => {
    if (typeof value === "string" && !/[\s/\u0000-\u001f\u007f-\u009f]/.test(value)) return true;
    problems.push({ path: `${title}: metadata.${key}`, value, ...wrongText(value) });
    return false;
  };
  if (name === undefined || name === "") {
    problems.push({ path: title, message: "has no name", fix: "add metadata.name" });
    return undefined;
  }
  const fine = [
    text("name", name),
    namespace === undefined || namespace === null || text("namespace", namespace),
  ];
  if (fine.includes(false)) return undefined;
  const { namespace: _none, ...rest } = metadata as KubeObject["metadata"];
  return {
    ...object,
    metadata: {
      ...rest,
      ...(namespace === null ? {} : { namespace }),
      name: name as string,
    } as KubeObject["metadata"],
  };
}

function wrongText(value: unknown): { message: string; fix?: string } {
  if (typeof value === "string") return { message: "holds characters that no name may have" };
  if (typeof value === "number" || typeof value === "boolean")
    return { message: "must be text", fix: `quote it: "${String(value)}"` };
  return { message: "must be text", fix: "quote it, if braces or brackets belong to it" };
}
