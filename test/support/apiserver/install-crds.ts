import type { KubeObject } from "../../../kube/objects";
import type { Client } from "./client";

/**
 * Applies CRDs, waits until they are served, and then what needs them (admission policies with parameters).
 * @throws Error where one is refused or not served in time
 */
export async function installCrds(client: Client, objects: readonly KubeObject[]): Promise<void> {
  const crds = objects.filter((o) => o.kind === "CustomResourceDefinition");
  const others = objects.filter((o) => o.kind !== "CustomResourceDefinition");
  // Published as they are, they may carry fields of other tools: not held to strict validation's warnings.
  for (const o of crds) await client.apply(o);
  for (const o of crds) await established(client, o);
  for (const o of others) await client.apply(o);
}

async function established(client: Client, crd: KubeObject): Promise<void> {
  interface Status {
    conditions?: { type: string; status: string; message?: string }[];
  }
  let status: Status | undefined;
  for (const until = Date.now() + 30_000; Date.now() < until; await new Promise((r) => setTimeout(r, 50))) {
    status = (await client.get(crd))?.["status"] as Status | undefined;
    if (status?.conditions?.some((c) => c.type === "Established" && c.status === "True") === true) return;
  }
  const why =
    status?.conditions?.map((c) => `${c.type}=${c.status} ${c.message ?? ""}`).join("; ") ?? "no status";
  throw new Error(`CRD ${crd.metadata.name} is not served: ${why}`);
}
