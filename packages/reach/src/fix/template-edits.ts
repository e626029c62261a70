import { groupOf, objectKey, objectTitle, type KubeObject } from "../../../../kube/objects";
import type { Edit, FixCause } from "./fix-model";
import { isMap, pathText, valueText, withAt, type Path } from "./object-paths";

/** More differences than this, and two objects are not the same thing with a mistake. */
const FEW = 6;

/** Changes that bring an object nearer to one that would do, place by place and all at once. Names count for nothing. */
export function* templateEdits(mine: KubeObject, templates: readonly KubeObject[]): Generator<Edit> {
  for (const template of templates) {
    yield* otherScope(mine, template);
    if (template.kind !== mine.kind || groupOf(template.apiVersion) !== groupOf(mine.apiVersion)) continue;
    if (!isNameless(mine) && objectKey(mine) !== objectKey(template)) continue;
    const found = differences(meaning(template), meaning(mine), []);
    if (found.length === 0 || found.length > FEW) continue;
    for (const d of found)
      yield {
        before: mine,
        after: withAt(mine, d.path, d.want),
        cause: causeOf(d.path),
        what: `${pathText(d.path)} is ${d.is === undefined ? "missing" : valueText(d.is)}`,
        todo:
          d.want === undefined
            ? `take ${pathText(d.path)} away`
            : `write ${pathText(d.path)}: ${valueText(d.want)}`,
        cost: 3.6,
        bare: true,
      };
    if (found.length === 1) continue;
    yield {
      before: mine,
      after: found.reduce((o, d) => withAt(o, d.path, d.want), mine),
      cause: causeOf(found[0]?.path ?? []),
      what: found
        .map((d) => `${pathText(d.path)} is ${d.is === undefined ? "missing" : valueText(d.is)}`)
        .join("; "),
      todo: found
        .map((d) =>
          d.want === undefined
            ? `take ${pathText(d.path)} away`
            : `write ${pathText(d.path)}: ${valueText(d.want)}`,
        )
        .join("; "),
      cost: 3.6 + found.length,
      bare: true,
    };
  }
}

/** What is of one namespace where the cluster's is meant, or the other way round. */
function* otherScope(mine: KubeObject, template: KubeObject): Generator<Edit> {
  const plain = (kind: string): string => kind.replace(/^Global/, "");
  if (mine.kind === template.kind || plain(mine.kind) !== plain(template.kind)) return;
  if (groupOf(mine.apiVersion) !== groupOf(template.apiVersion)) return;
  const { namespace: _, ...metadata } = mine.metadata;
  const space = template.metadata.namespace;
  yield {
    before: mine,
    after: {
      ...mine,
      kind: template.kind,
      metadata: { ...metadata, ...(space === undefined ? {} : { namespace: space }) },
    },
    cause: "namespace",
    what: `its kind is ${mine.kind}, which is ${space === undefined ? "of one namespace" : "of the whole cluster"}`,
    todo: `write kind: ${template.kind}`,
    cost: 3,
  };
}

/** A staged policy as an enforced one. */
export function enforced(staged: KubeObject): Edit {
  const kubernetes = staged.kind === "StagedKubernetesNetworkPolicy";
  const kind = kubernetes ? "NetworkPolicy" : staged.kind.replace("Staged", "");
  const spec = { ...(staged["spec"] as Record<string, unknown> | undefined) };
  delete spec["stagedAction"];
  return {
    before: staged,
    after: {
      ...staged,
      ...(kubernetes ? { apiVersion: "networking.k8s.io/v1" } : {}),
      kind,
      spec,
    },
    cause: "rule",
    what: `its kind is ${staged.kind}: a staged policy is not enforced`,
    todo: `write kind: ${kind}`,
    cost: 1.5,
  };
}

/** Kinds of which one may stand for another, whatever it is called. */
export const isNameless = (o: KubeObject): boolean => /NetworkPolicy$|NetworkSet$|^Ingress$/.test(o.kind);

/** What an object does, without what it is called. */
export function meaning(o: KubeObject): Record<string, unknown> {
  const { apiVersion: _, kind: _kind, metadata, status: _status, ...rest } = o;
  // Labels one by one, also where there are none: only those that decide are worth a word.
  const { namespace, labels = {}, annotations = {} } = metadata;
  return {
    metadata: { ...(namespace === undefined ? {} : { namespace }), labels, annotations },
    ...rest,
  };
}

export interface Place {
  readonly path: Path;
  readonly want: unknown;
  readonly is: unknown;
}

/** Places where two values differ; of lists of another length the list as a whole. */
export function differences(want: unknown, is: unknown, path: Path): Place[] {
  if (JSON.stringify(want) === JSON.stringify(is)) return [];
  if (isMap(want) && isMap(is))
    return [...new Set([...Object.keys(want), ...Object.keys(is)])].flatMap((key) =>
      differences(want[key], is[key], [...path, key]),
    );
  if (Array.isArray(want) && Array.isArray(is) && want.length === is.length && want.every(isMap))
    return want.flatMap((x, i) => differences(x, (is as unknown[])[i], [...path, i]));
  return [{ path, want, is }];
}

function causeOf(path: Path): FixCause {
  const text = path.join(".");
  if (/ports/i.test(text)) return "port";
  if (/namespace/i.test(text)) return "namespace";
  if (/selector|labels/i.test(text)) return "label";
  if (/types/i.test(text)) return "policy type";
  return /order|tier/.test(text) ? "order" : "rule";
}

/** An object as a whole is too many; one that may be meant for what is missing is the last to go. */
export function removal(mine: KubeObject, missing: readonly KubeObject[]): Edit {
  const meant = missing.some(
    (t) => t.kind === mine.kind && groupOf(t.apiVersion) === groupOf(mine.apiVersion),
  );
  return {
    before: mine,
    cause: "extra",
    what: "it does more than is asked for",
    todo: `take ${objectTitle(mine)} away`,
    cost: meant ? 6 : 1.9,
    bare: true,
  };
}
