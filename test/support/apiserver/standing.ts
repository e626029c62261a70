import { objectKey, type KubeObject } from "../../../kube/objects";
import type { Client, ServedKind } from "./client";

/** Kinds that the server makes and renews by itself. */
const ITS_OWN = /^(Event|Lease|APIService|FlowSchema|PriorityLevelConfiguration|IPAddress)$/;

export type Standing = ReadonlyMap<string, KubeObject>;

/** Everything that stands on the server, by group, kind, namespace and name. */
export async function standing(client: Client, kinds?: readonly ServedKind[]): Promise<Standing> {
  const all = (kinds ?? (await client.kinds())).filter((k) => !ITS_OWN.test(k.kind));
  const lists = await Promise.all(all.map((k) => client.list(k)));
  return new Map(lists.flat().map((o) => [objectKey(o), o]));
}

/** What stands now and did not before. */
export const since = (before: Standing, now: Standing): Standing =>
  new Map([...now].filter(([key]) => !before.has(key)));

/** An object without what the server counts or draws: two that were made the same way are then the same. */
export function comparable(o: KubeObject): unknown {
  const {
    uid: _,
    resourceVersion: __,
    creationTimestamp: ___,
    generation: ____,
    managedFields: _____,
    ...metadata
  } = o.metadata;
  const { status: ______, ...rest } = o;
  return { ...rest, metadata, ...(o.kind === "Service" ? { spec: withoutAddresses(o["spec"]) } : {}) };
}

/** Addresses and node ports that nobody chose are drawn anew. */
function withoutAddresses(spec: unknown): unknown {
  const {
    clusterIP,
    clusterIPs,
    healthCheckNodePort: _,
    ports,
    ...rest
  } = spec as {
    clusterIP?: string;
    clusterIPs?: string[];
    healthCheckNodePort?: number;
    ports?: { nodePort?: number }[];
  };
  const headless = clusterIP === "None";
  return {
    ...rest,
    ...(headless ? { clusterIP, clusterIPs } : {}),
    ports: ports?.map((p) => ({ ...p, nodePort: p.nodePort === undefined ? undefined : "drawn" })),
  };
}
