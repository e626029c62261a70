import type { MarkedObject } from "../../components/kind/docker";
import type { MachineObject } from "../../components/kind/machine-objects";
import type { Found } from "./found";

/** Names of this project's own stacks begin so; a class names its clusters itself. */
const OURS = /^labs-/;

/**
 * What kind and Docker have of this project: networks and hosts by their label, and clusters that have one, are named as
 * ours, or are known to a stack. Other clusters of kind are somebody else's.
 */
export function machineFound(marked: readonly MarkedObject[], known: ReadonlySet<string>): Found[] {
  const labelled = new Set(marked.flatMap((m) => (m.label === undefined ? [] : [m.label])));
  const clusters = new Map<string, MarkedObject>();
  const rest: Found[] = [];
  for (const m of marked) {
    if (m.label !== undefined)
      rest.push({ kind: `docker ${m.kind}`, id: m.name, cluster: m.label, ...(m.made && { made: m.made }) });
    else if (m.kindCluster !== undefined) clusters.set(m.kindCluster, m);
  }
  const own = [...clusters].filter(([name]) => labelled.has(name) || known.has(name) || OURS.test(name));
  return [
    ...own.map(([name, { made }]) => ({
      kind: "kind cluster",
      id: name,
      cluster: name,
      ...(made === undefined ? {} : { made }),
    })),
    ...rest,
  ];
}

/** In the order in which they can be removed. */
export function machineObjects(found: readonly Found[]): MachineObject[] {
  const kinds = [
    ["kind cluster", "cluster"],
    ["docker container", "container"],
    ["docker network", "network"],
  ] as const;
  return kinds.flatMap(([title, kind]) =>
    found.filter((f) => f.kind === title).map((f) => ({ kind, name: f.id })),
  );
}
