import { objectKey, objectTitle, type KubeObject } from "../../kube/objects";
import { failOn, type Problem } from "../../kube/problems";
import { includes, type ObjectReader } from "../cluster/object-reader";

/** Who holds the fields of an object that nobody has applied server-side. */
const MANAGER = "k8s-network-labs";

/** What stands in the cluster for each object that a step has. */
type Standing = ReadonlyMap<string, KubeObject | undefined>;

/**
 * Puts these objects in the place of the step's own. Nothing is changed where the cluster is not as the step has it: somebody works
 * there, or there is a mistake already. @throws ProblemsError
 */
export async function breakLab(
  reader: ObjectReader,
  own: readonly KubeObject[],
  broken: readonly KubeObject[],
): Promise<void> {
  const live = await readAll(reader, own);
  const problems = own.flatMap((o): Problem[] => {
    const is = live.get(objectKey(o));
    if (is !== undefined && includes(is, withoutMeta(o))) return [];
    return [
      {
        path: objectTitle(o),
        message: is === undefined ? "is not in the cluster" : "is not as the step has it",
        fix: "bring the lab to its step first: labs break --mend, or labs up --refresh",
      },
    ];
  });
  failOn("Nothing was broken.", problems);
  await put(reader, own, broken, live);
}

/** Puts the step's own objects back. Gives those that were not as they are. */
export async function mendLab(reader: ObjectReader, own: readonly KubeObject[]): Promise<string[]> {
  const live = await readAll(reader, own);
  const wrong = own.filter((o) => !includes(live.get(objectKey(o)), withoutMeta(o)));
  await put(reader, [], wrong, live);
  return wrong.map(objectTitle);
}

async function put(
  reader: ObjectReader,
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  live: Standing,
): Promise<void> {
  const kept = new Set(after.map(objectKey));
  const was = new Map(before.map((o) => [objectKey(o), JSON.stringify(o)]));
  for (const o of after) {
    if (was.get(objectKey(o)) === JSON.stringify(o)) continue;
    const path = await reader.pathOf(o);
    failOn("The lab cannot be changed.", path === undefined ? [unknownKind(o)] : []);
    if (path !== undefined)
      await reader.api.apply(path, merged(o, live.get(objectKey(o))), managerOf(live.get(objectKey(o))));
  }
  for (const o of before.filter((b) => !kept.has(objectKey(b)))) {
    const path = await reader.pathOf(o);
    if (path !== undefined) await reader.api.remove(path);
  }
}

const unknownKind = (o: KubeObject): Problem => ({
  path: objectTitle(o),
  value: o.apiVersion,
  message: "is of a kind that the cluster does not serve",
});

async function readAll(reader: ObjectReader, objects: readonly KubeObject[]): Promise<Standing> {
  const found = await Promise.all(objects.map(async (o) => [objectKey(o), await reader.read(o)] as const));
  return new Map(found);
}

/** Labels and annotations of the engine stay: with them it knows its own. */
function merged(o: KubeObject, live: KubeObject | undefined): KubeObject {
  const { name, namespace, labels, annotations } = o.metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...noted } =
    live?.metadata.annotations ?? {};
  return {
    ...o,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...live?.metadata.labels, ...labels },
      annotations: { ...noted, ...annotations },
    },
  };
}

/** Whoever applied the object goes on holding it: the engine's next `up` then meets no conflict. */
function managerOf(live: KubeObject | undefined): string {
  const fields = (live?.metadata["managedFields"] ?? []) as { manager?: string; operation?: string }[];
  return fields.find((f) => f.operation === "Apply")?.manager ?? MANAGER;
}

const withoutMeta = ({ metadata: { labels }, ...rest }: KubeObject): unknown =>
  withoutEmpty({ ...rest, metadata: labels === undefined ? {} : { labels } });

/** The API server leaves empty lists out. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => !(Array.isArray(v) && v.length === 0))
      .map(([k, v]) => [k, withoutEmpty(v)]),
  );
}
