import type { Net } from "../../../../kube/ip";
import type { Backed } from "../input/endpoints";
import type { Host } from "../input/hosts";
import type { ServicePort } from "../input/services";
import type { Decision, Endpoint } from "../reach-model";

/**
 * By which of its addresses a Service is asked: its own inside the cluster, a node's with the node port, or one that
 * leads to a node with the Service's own port.
 */
export type Entry = "clusterIP" | "nodePort" | "loadBalancer" | "externalIP";

export interface ServiceQuestion {
  readonly from: Endpoint;
  readonly service: Backed;
  readonly port: ServicePort;
  readonly entry: Entry;
  /** The node whose address was named; undefined where any. */
  readonly node?: Host;
  readonly sourcePort?: number;
  /** Where the client lies, where the question says it closer than `from` does. */
  readonly client?: Net;
}

export interface Decisions {
  readonly egress: Decision;
  readonly ingress: Decision;
  /** What answered: a workload, a node, or an address outside. */
  readonly backend: Endpoint;
  /** The port that packets arrive at, and that policies see; undefined where the backend has no such port. */
  readonly target: number | undefined;
}
