import type { Remark } from "../reach-flows";
import type { State } from "../reach-state";
import type { Leg, Question } from "../traced-flow";

/** To which port, and to what, a Service sends. */
export function translationRemarks(state: State, { port: asked }: Question, legs: readonly Leg[]): Remark[] {
  return legs.flatMap(({ by, destination, port }): Remark[] => {
    if (by === undefined || port === undefined) return [];
    const { service, entry } = by;
    const name = `${service.namespace}/${service.name}`;
    if (service.headless && entry === "clusterIP") {
      const { target } = by.port;
      if (target === port) return [];
      const text = `Service ${name} is headless: its name stands for the pods' own addresses, and nobody translates ${port} to its targetPort ${target}`;
      return [{ about: "translation", text }];
    }
    const sent = entry === "nodePort" ? (by.port.nodePort ?? by.port.port) : (asked ?? by.port.port);
    const to =
      destination.type === "outside"
        ? `${destination.name} port`
        : `${destination.kind === "Node" ? "node" : "pod"} port`;
    if (sent === port && destination.type === "workload") return [];
    const what =
      entry === "nodePort" ? `node port ${sent} of Service ${name} leads` : `Service ${name} sends ${sent}`;
    // kube-proxy's node would be seen.
    const kept =
      state.ebpf && entry !== "clusterIP" && service.externalTrafficPolicy === "Cluster"
        ? "; with the eBPF dataplane the pod sees the client's own address"
        : "";
    const early = state.governed && entry !== "clusterIP" ? `, preDNAT policies ${sent}` : "";
    return [{ about: "translation", text: `${what} to ${to} ${port}; policies see ${port}${early}${kept}` }];
  });
}
