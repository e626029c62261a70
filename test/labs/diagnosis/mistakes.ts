import { parseAllDocuments } from "yaml";
import { objectTitle, type KubeObject } from "../../../kube/objects";

/** What a learner wrote: the step's own solution under other names, with this done to it. */
export type Mistake = (objects: KubeObject[]) => KubeObject[];

export type Row = readonly [
  lab: string,
  step: number,
  title: string,
  mistake: Mistake,
  object: RegExp,
  words: RegExp,
];

interface Side {
  ports?: unknown;
  nets?: unknown;
  notNets?: unknown;
  selector?: unknown;
}
interface Rule {
  action?: string;
  protocol?: string;
  from?: unknown;
  to?: unknown;
  ports?: unknown;
  source?: Side | undefined;
  destination?: Side | undefined;
}

/** An object as a row changes it: what policies and routes hold. */
export interface Written extends KubeObject {
  metadata: KubeObject["metadata"] & { annotations: Record<string, string> };
  spec: {
    podSelector?: unknown;
    policyTypes?: string[];
    ingress: Rule[];
    egress: Rule[];
    rules: { http: { paths: { path: string; backend: { service: { name: string } } }[] } }[];
  };
}

/** The first rule for which something is opened or closed. */
export const rule0 = "spec/ingress/0";
export const out0 = "spec/egress/0";

/** How a hint names an object of the learner's. */
export const named = (name: string): RegExp => new RegExp(`${mine(name)}:`);

/** A policy of Kubernetes as YAML. */
export const policy = (ns: string, name: string, spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name}, namespace: ${ns} }\nspec: ${spec}\n`;

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
  (name: string, change: (o: Written) => KubeObject | KubeObject[]): Mistake =>
  (objects) => {
    const [ns, plain] = name.includes("/") ? (name.split("/") as [string, string]) : [undefined, name];
    const at = objects.findIndex(
      (o) =>
        [plain, mine(plain)].includes(o.metadata.name) && (ns === undefined || o.metadata.namespace === ns),
    );
    if (at < 0) throw new Error(`no object ${name} among ${objects.map(objectTitle).join(", ")}`);
    return objects.flatMap((o, i) => (i === at ? change(structuredClone(o) as Written) : [o]));
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
