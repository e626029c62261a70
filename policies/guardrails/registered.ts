import type { Graph, Subject } from "./rule";

/** A resource as the offline plan knows it: what the guardrails need of a registration request. */
export interface RegisteredResource {
  urn: string;
  type: string;
  name: string;
  inputs: Readonly<Record<string, unknown>>;
  dependencies: readonly string[];
  parent?: string;
  provider: string;
  deletedWith?: string;
}

/** Subjects of the guardrails from the registrations of a whole stack. */
export function subjects(resources: readonly RegisteredResource[]): Subject[] {
  const byUrn = new Map(resources.map((r) => [r.urn, r]));
  const byType = new Map<string, string[]>();
  for (const r of resources) byType.set(r.type, [...(byType.get(r.type) ?? []), r.urn]);
  const shared: Pick<Graph, "find" | "ofType"> = {
    find: (urn) => byUrn.get(urn),
    ofType: (type) => byType.get(type) ?? [],
  };
  return resources.map((r) => {
    const provider = byUrn.get(r.provider)?.inputs;
    return {
      type: r.type,
      name: r.name,
      urn: r.urn,
      props: r.inputs,
      ...(provider === undefined ? {} : { provider }),
      graph: {
        ...shared,
        dependencies: r.dependencies,
        ...(r.parent === undefined ? {} : { parent: r.parent }),
        ...(r.deletedWith === undefined ? {} : { deletedWith: r.deletedWith }),
      },
    };
  });
}
