import type { KubeObject } from "../../../kube/objects";
import type { Client } from "./client";

/** What the system makes by itself wherever Calico runs, and labs patch or refer to. */
const objects: readonly KubeObject[] = [
  // kube-controllers makes its own at its first start, calico-node the others.
  {
    apiVersion: "projectcalico.org/v3",
    kind: "KubeControllersConfiguration",
    metadata: { name: "default" },
    spec: { controllers: { node: { syncLabels: "Enabled" } } },
  },
  ...["FelixConfiguration", "BGPConfiguration"].map((kind) => ({
    apiVersion: "projectcalico.org/v3",
    kind,
    metadata: { name: "default" },
    spec: {},
  })),
];

/** Applies it, as somebody else's. */
export async function ambient(client: Client): Promise<void> {
  for (const o of objects) await client.apply(o, { manager: "calico" });
}
