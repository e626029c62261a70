import type { KubeObject } from "../../../../kube/objects";
import { explain, load } from "../../../../packages/reach/src";

/** What a packet meets. */
export type Fate = "connected" | "refused" | "silence" | "no route";

export interface Packet {
  /** The pod that sends. */
  from: KubeObject;
  address: string;
  port: number;
  protocol: "TCP" | "UDP";
}

const POLICY_KINDS = ["Namespace", "ServiceAccount", "NetworkPolicy", "GlobalNetworkPolicy"];

/** A network that enforces the policies among the objects, pod by pod, by the pods' own labels. */
export function policed(objects: readonly KubeObject[], { from, address, port, protocol }: Packet): Fate {
  const pods = objects.filter((o) => o.kind === "Pod").map(alone);
  const to = pods.find((p) => (p["status"] as { podIP?: string }).podIP === address);
  if (to === undefined && !/^(1\.1\.1\.1|10\.96\.)/.test(address)) return "no route";
  const state = load([...objects.filter((o) => POLICY_KINDS.includes(o.kind)), ...pods], {
    podCidrs: ["192.168.0.0/16"],
    splitAt: [],
  });
  const [flow] = explain(state, {
    from: `${from.metadata.namespace ?? ""}/${from.metadata.name}`,
    to: to === undefined ? "internet" : `${to.metadata.namespace ?? ""}/${to.metadata.name}`,
    port,
    protocol,
  });
  if (flow?.verdict !== "allow") return "silence";
  const ports =
    (to?.["spec"] as { containers?: { ports?: { containerPort: number }[] }[] } | undefined)?.containers ??
    [];
  const listens = to === undefined || ports.some((c) => c.ports?.some((p) => p.containerPort === port));
  return listens ? "connected" : "refused";
}

/** Without its owners: the evaluator gathers pods of one owner, and here each counts by itself. */
function alone(pod: KubeObject): KubeObject {
  const { ownerReferences: _, ...metadata } = pod.metadata;
  return { ...pod, metadata };
}
