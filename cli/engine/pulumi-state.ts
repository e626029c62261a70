import { createHash } from "node:crypto";
import type { Tags } from "../../classroom/environment-record";
import type { Adoption, PendingOperation, Settled, StackState } from "./engine";

/** A stack's state as `pulumi stack export` gives it, as far as it is read here. */
export interface ExportedState {
  version: number;
  deployment: {
    resources?: ExportedResource[];
    pending_operations?: ExportedOperation[];
  };
}

export interface ExportedOperation {
  resource: ExportedResource;
  type: PendingOperation["operation"];
}

export interface ExportedResource {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** `<urn of the provider>::<id>` */
  provider?: string;
  /** What went wrong after it was made: the engine's next update finishes it. */
  initErrors?: string[];
  /** The engine's mark of what it deleted before it makes it again. */
  pendingReplacement?: boolean;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
  deletedWith?: string;
}

/** Stands in the state with what was adopted and not yet read from its provider. */
const UNREAD = "its creation was cut off, and it has not been read from its provider yet";
const UNFINISHED = "its creation was cut off";

export function stateFrom({ deployment }: ExportedState, tags: Tags): StackState {
  const { resources = [], pending_operations: pending = [] } = deployment;
  const operations = pending.map((op): PendingOperation => {
    const provider = op.resource.provider?.replace(/::[^:]*$/, "");
    return {
      urn: op.resource.urn,
      type: op.resource.type,
      operation: op.type,
      inputs: op.resource.inputs ?? {},
      ...(provider === undefined ? {} : { provider }),
    };
  });
  const remembered = rememberedIn(tags).filter((urn) => !operations.some((op) => op.urn === urn));
  return {
    resources: resources.map((r) => ({
      urn: r.urn,
      type: r.type,
      real: r.custom === true && !r.type.startsWith("pulumi:"),
      inputs: r.inputs ?? {},
      ...(r.id === undefined || r.id === "" ? {} : { id: r.id }),
      ...(r.pendingReplacement === true ? { deleted: true } : {}),
      ...(r.initErrors?.includes(UNREAD) === true ? { unread: true } : {}),
    })),
    pending: [
      ...operations,
      ...remembered.map((urn) => ({ urn, type: typeOf(urn), operation: "creating" as const, inputs: {} })),
    ],
  };
}

/** The state with operations settled: what was adopted stands at its end, after all that it depends on. */
export function settledState(exported: ExportedState, { done, adopted }: Settled): ExportedState {
  const { pending_operations: pending = [], resources = [], ...rest } = exported.deployment;
  const made = new Map(adopted.map((a) => [a.urn, a]));
  const creating = (op: ExportedOperation): boolean => op.type === "creating" && made.has(op.resource.urn);
  return {
    ...exported,
    deployment: {
      ...rest,
      pending_operations: pending.filter((op) => !done.includes(op.resource.urn) && !creating(op)),
      resources: [
        ...withoutDeleted(resources),
        ...pending.filter(creating).map(({ resource }) => adoptedResource(resource, made.get(resource.urn))),
      ],
    },
  };
}

function adoptedResource(resource: ExportedResource, adoption: Adoption | undefined): ExportedResource {
  const { id = "", outputs } = adoption ?? {};
  return {
    ...resource,
    id,
    outputs: { ...outputs },
    initErrors: [outputs === undefined ? UNREAD : UNFINISHED],
  };
}

/** The resources without those that are deleted already, and without what refers to them: an import checks that. */
export function withoutDeleted<T extends ExportedResource>(resources: readonly T[]): T[] {
  const deleted = new Set(resources.filter((r) => r.pendingReplacement === true).map((r) => r.urn));
  const there = (urn: string): boolean => !deleted.has(urn);
  return resources
    .filter((r) => r.pendingReplacement !== true)
    .map(({ dependencies, propertyDependencies, deletedWith, ...r }) => ({
      ...r,
      ...(dependencies === undefined ? {} : { dependencies: dependencies.filter(there) }),
      ...(propertyDependencies === undefined
        ? {}
        : {
            propertyDependencies: Object.fromEntries(
              Object.entries(propertyDependencies).map(([key, urns]) => [key, urns.filter(there)]),
            ),
          }),
      ...(deletedWith === undefined || !there(deletedWith) ? {} : { deletedWith }),
    })) as unknown as T[];
}

/** An import of the state forgets every pending operation: those that nobody knows the end of are kept as tags. */
const REMEMBERED = "labs:pending-";

/** Longest value of a tag in Pulumi Cloud; a URN's end is what tells. */
const LONGEST = 256;

export function rememberedAs(urn: string): [tag: string, value: string] {
  const hash = createHash("sha256").update(urn).digest("hex").slice(0, 16);
  return [`${REMEMBERED}${hash}`, urn.slice(-LONGEST)];
}

export const rememberedIn = (tags: Tags): string[] =>
  Object.entries(tags).flatMap(([name, value]) => (name.startsWith(REMEMBERED) ? [value] : []));

/** `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>` */
const typeOf = (urn: string): string => urn.split("::").at(-2)?.replace(/^.*\$/, "") ?? "";
