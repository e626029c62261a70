import { parseAllDocuments } from "yaml";
import { objectTitle, type KubeObject } from "../../../kube/objects";

/** What a learner wrote: the step's own solution under other names, with this done to it. */
export type Mistake = (objects: KubeObject[]) => KubeObject[];

/** A name of the learner's own for an object of the solution. */
export const mine = (name: string): string => `my-${name}`;

/** Everything under names of the learner's own; what others refer to by name keeps it. */
export const renamed = (objects: readonly KubeObject[]): KubeObject[] =>
  structuredClone(objects).map((o) =>
    o.kind.endsWith("NetworkPolicy") ? { ...o, metadata: { ...o.metadata, name: mine(o.metadata.name) } } : o,
  );

/** Sets dotted paths of the object with this name; `undefined` takes the field or item away. */
export const set =
  (name: string, fields: Record<string, unknown>): Mistake =>
  (objects) =>
    edit(name, (o) => {
      for (const [path, value] of Object.entries(fields)) put(o, path.split("/"), value);
      return o;
    })(objects);

/** Changes the objects with this name (those of the first, where several have it). */
export const edit =
  (name: string, change: (o: any) => unknown): Mistake =>
  (objects) => {
    const [ns, plain] = name.includes("/") ? (name.split("/") as [string, string]) : [undefined, name];
    let found = false;
    const result = objects.flatMap((o) => {
      const hit =
        [plain, mine(plain)].includes(o.metadata.name) && (ns === undefined || o.metadata.namespace === ns);
      if (!hit || found) return [o];
      found = true;
      return [change(structuredClone(o))].flat() as KubeObject[];
    });
    if (!found) throw new Error(`no object ${name} among ${objects.map(objectTitle).join(", ")}`);
    return result;
  };

export const without = (name: string): Mistake => edit(name, () => []);

export const plus =
  (yaml: string): Mistake =>
  (objects) => [...objects, ...parseAllDocuments(yaml).map((d) => d.toJS() as KubeObject)];

/** One after the other. */
export const all =
  (...mistakes: Mistake[]): Mistake =>
  (objects) =>
    mistakes.reduce((list, m) => m(list), objects);

function put(o: unknown, [key = "", ...rest]: string[], value: unknown): void {
  const holder = o as Record<string, unknown>;
  if (rest.length > 0) {
    holder[key] ??= {};
    put(holder[key], rest, value);
  } else if (value !== undefined) holder[key] = value;
  else if (Array.isArray(o)) o.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}
