import type { Mesh } from "./mesh-model";

/** Istio's objects that change how the mesh speaks, or to whom. */
const BESIDE = ["DestinationRule", "EnvoyFilter", "Sidecar", "VirtualService", "ServiceEntry", "ProxyConfig"];

/** What stands in the input beside the mesh's policies and is not read. */
export function meshNotes(mesh: Mesh | undefined, ignored: ReadonlyMap<string, number>): string[] {
  const found = mesh === undefined ? [] : BESIDE.filter((kind) => ignored.has(kind));
  return found.length === 0
    ? []
    : [`${found.join(", ")} of the mesh are not read: answers are those without them`];
}
