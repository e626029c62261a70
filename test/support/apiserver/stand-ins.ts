import type { KubeObject } from "../../../kube/objects";
import type { Client } from "./client";

/** What controllers would do, where a test needs it done: the server stands alone. */

/** As the namespace controller: everything in it goes, then it itself. */
export async function removeNamespace(client: Client, name: string): Promise<void> {
  const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await client.remove(namespace);
  for (const kind of await client.kinds()) {
    if (!kind.namespaced || !kind.verbs.includes("delete")) continue;
    for (const o of await client.list(kind, name)) await client.remove(o);
  }
  const left = await client.get(namespace);
  if (left !== undefined) await client.put({ ...left, spec: { finalizers: [] } }, "finalize");
}

/** As the service account controller: the account that pods have unless they name one. */
export async function defaultAccount(client: Client, namespace: string): Promise<void> {
  await client.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
}

/** Takes away what a test has left. */
export async function removeAll(client: Client, objects: ReadonlyMap<string, KubeObject>): Promise<void> {
  const all = [...objects.values()];
  for (const o of all.filter((x) => x.kind !== "Namespace")) await client.remove(o);
  for (const o of all.filter((x) => x.kind === "Namespace")) await removeNamespace(client, o.metadata.name);
}
