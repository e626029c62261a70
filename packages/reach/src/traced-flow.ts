import type { Flow } from "./reach-flows";
import type { Backed } from "./input/endpoints";
import type { ServicePort } from "./input/services";
import type { Host } from "./input/hosts";
import type { Entry } from "./hosts/service-question";
import type { Decision, Endpoint, HttpRequest } from "./reach-model";

/** One flow to explain. */
export interface Question {
  /** `ns/name`, `Kind/ns/name`, a node, a host endpoint, an address, a CIDR or `internet`. */
  readonly from: string;
  /** The same, or a Service (`service/ns/name`, or `ns/name` where no workload is called so). */
  readonly to: string;
  /** Destination port; for ICMP the type. @default all ports. */
  readonly port?: number;
  /** Name or number. @default "TCP" where a port is given, else every protocol */
  readonly protocol?: string;
  /** The client's port, for rules that match on it. */
  readonly sourcePort?: number;
  /** The HTTP request, for rules with `http`. */
  readonly request?: HttpRequest;
  /** Tell with each answer what the asker may lack: see `Remark`. @default false */
  readonly remarks?: boolean;
}

/** An answer with the way of the packet that it is about. */
export interface TracedFlow {
  readonly flow: Flow;
  /** One for each backend where the packet goes to a Service. */
  readonly legs: readonly Leg[];
}

/** A packet as policies see it. */
export interface Leg {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly protocol: number;
  /** A port that the answer is about; undefined where the protocol has none. */
  readonly port: number | undefined;
  /** What both ends decide about this very packet. */
  readonly egress: Decision;
  readonly ingress: Decision;
  /** The Service that led there. */
  readonly by?: {
    readonly service: Backed;
    readonly port: ServicePort;
    readonly entry: Entry;
    /** The node whose port was named. */
    readonly node?: Host;
  };
}
