import type { Backed } from "../input/endpoints";
import type { Host } from "../input/hosts";
import type { ServicePort } from "../input/services";
import type { Endpoint } from "../reach-model";
import type { State } from "../reach-state";

/** A pod that a node's port leads to, as the Service that it amounts to. */
export interface HostPortService {
  readonly service: Backed;
  readonly port: ServicePort;
  /** Whether a pod of the workload is known to run on the node. */
  readonly certain: boolean;
}

/**
 * The pod behind a `hostPort` of a node. The portmap plugin translates like a node port with externalTrafficPolicy
 * Local: only on the pod's own node, and the pod sees the client (containernetworking/plugins, meta/portmap).
 */
export function hostPortAt(
  state: State,
  node: Host,
  number: number,
  protocol: number,
): HostPortService | undefined {
  for (const workload of state.workloads) {
    if (workload.type !== "workload" || workload.nodes?.includes(node.name) === false) continue;
    const open = workload.hostPorts?.find(
      ({ port, protocol: of, address }) =>
        port === number && of === protocol && (address === undefined || isOf(node, address)),
    );
    if (open === undefined) continue;
    const port: ServicePort = {
      name: undefined,
      protocol,
      port: number,
      target: open.containerPort,
      nodePort: number,
    };
    const certain = workload.nodes !== undefined || state.hosts.length === 1;
    return { service: asService(workload, port), port, certain };
  }
  return undefined;
}

function isOf(node: Host, address: string): boolean {
  return node.addresses.some(({ text }) => text.split("/")[0] === address);
}

function asService(workload: Endpoint, port: ServicePort): Backed {
  return {
    name: workload.name,
    namespace: workload.namespace ?? "",
    type: "NodePort",
    useWaypoint: undefined,
    selector: undefined,
    ports: [port],
    addresses: [],
    clusterIPs: [],
    externalIPs: [],
    loadBalancer: { addresses: [], sourceRanges: [], hands: "unknown" },
    headless: false,
    externalTrafficPolicy: "Local",
    internalTrafficPolicy: "Cluster",
    families: undefined,
    externalName: undefined,
    backends: [workload],
    slicePorts: new Map(),
    elsewhere: [],
    known: true,
  };
}
