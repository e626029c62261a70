import type { SelectorNode, Truth } from "./selector";
import type { Family, Net } from "../../../kube/ip";
import type { Addresses } from "./addresses";
import type { PortSet } from "./port-sets";

/** `unknown` where it depends on something that is not known before deployment. */
export type Verdict = "allow" | "deny" | "unknown";

/** What decided in one direction. */
export interface Decision {
  readonly verdict: Verdict;
  /** Kubernetes policies are in tier `default`; null where no tier decided. */
  readonly tier: string | null;
  /** `ns/name`, or `name` of a global policy; null where none decided. */
  readonly policy: string | null;
  /** Index in the policy's own ingress or egress list as the user wrote it; -1 for a default. */
  readonly rule: number;
  readonly reason: string;
  /** Decided by a proxy, which answers 403 or resets; otherwise by the network, which is silent. */
  readonly at?: "proxy";
  /** Internal: a hook before DNAT or tracking that leaves the packet to the next one. Never part of an answer. */
  readonly goesOn?: true;
}

export type Direction = "ingress" | "egress";

export interface NamedPort {
  readonly name: string;
  readonly protocol: number;
  /** undefined where the number is not known before deployment. */
  readonly port: number | undefined;
}

/** A port of the pod's node that leads to the pod (`hostPort`). */
export interface HostPort {
  readonly protocol: number;
  readonly port: number;
  readonly containerPort: number;
  /** The only address of the node where it is open; undefined: all. */
  readonly address: string | undefined;
}

/** Whatever sends or receives: a workload, a host, or a part of the address space outside the cluster. */
export interface Endpoint {
  readonly type: "workload" | "host" | "outside";
  /** How it is named in answers. */
  readonly name: string;
  /** Pods that are instances of it; questions may name them. */
  readonly aliases?: readonly string[];
  /** The pod that it stands for with others like it, where pods of one controller are told apart. */
  readonly replica?: string;
  /** Whether it may stand for more than one pod: then it has peers beside itself. */
  readonly several?: boolean;
  /** Kubernetes kind; `Node`, `HostEndpoint` or `Addresses` for what is not a workload. */
  readonly kind: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  /** The object's own labels, as shown in answers. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * What selectors see: own labels, Calico's, and those inherited from namespace (`pcns.`) and service account
   * (`pcsa.`); undefined where selectors never match (hosts without host endpoint, outside).
   */
  readonly selectable: ReadonlyMap<string, string> | undefined;
  /** Selectors in rules do not find it: a host endpoint without expectedIPs (Calico does not learn them). */
  readonly unaddressed?: boolean;
  readonly addresses: Addresses;
  readonly families: readonly Family[];
  readonly ports: readonly NamedPort[];
  readonly hostPorts?: readonly HostPort[];
  /** Whether Calico's application layer policy (Dikastes) stands before it. @default false */
  readonly dikastes?: Truth;
  /** How it is in an Istio mesh; absent where it is not. */
  readonly mesh?: "sidecar" | "ambient";
  /** Its own label or its namespace's sends what comes to it through a waypoint. */
  readonly waypoint?: true;
  /** Nodes it may run on; undefined where any. */
  readonly nodes?: readonly string[];
  /** Profiles whose rules apply after the last tier; undefined for workloads: their namespace's, which allows. */
  readonly profiles?: readonly string[];
}

/** One criterion on an endpoint, or several that must all hold. */
export interface EndpointMatch {
  /** Labels, or membership in a network set with such labels. */
  readonly selector?: SelectorNode;
  /** The selector finds endpoints alone, and no network set that holds their addresses. */
  readonly ownLabels?: boolean;
  /** Not an endpoint or network set with such labels; also true for what has no labels at all. */
  readonly notSelector?: SelectorNode;
  readonly nets?: readonly Net[];
  readonly notNets?: readonly Net[];
  /** The pods behind a Service, `ns/name`. */
  readonly service?: string;
  /** Something in it is not known before deployment: it matches at most what the rest matches. */
  readonly unknown?: boolean;
  /** Place in the rule's list as the user wrote it, where it has one; decides nothing. */
  readonly peer?: number;
  /**
   * Kubernetes' ipBlock: rules of it can only allow, so an address that is merely assumed to be private counts as
   * outside of a block that holds only a part of the private ranges. Calico's nets give `unknown` there.
   */
  readonly strict?: boolean;
}

/** Source or destination of a rule. */
export interface EntityMatch {
  /** Any of these; undefined where every address will do. */
  readonly anyOf?: readonly EndpointMatch[];
  readonly ports?: PortMatch;
  readonly notPorts?: PortMatch;
}

export interface PortMatch {
  readonly numbers: PortSet;
  /** Named ports of the endpoint itself. */
  readonly names: readonly string[];
  /** The ports of this Service on the endpoint. */
  readonly service?: string;
  /** A port in the list is not known before deployment. */
  readonly unknown?: boolean;
}

export type Action = "Allow" | "Deny" | "Pass" | "Log";

export interface Rule {
  /** Index in the list as the user wrote it; one written rule may be several here. */
  readonly index: number;
  readonly action: Action;
  readonly family?: Family;
  readonly protocol?: number;
  readonly notProtocol?: number;
  /** `type * 256 + code`. */
  readonly icmp?: PortSet;
  readonly notIcmp?: PortSet;
  readonly source: EntityMatch;
  readonly destination: EntityMatch;
  /** Something in the rule is not known before deployment. */
  readonly unknown?: boolean;
  /** What a request must be, where Calico's application layer policy runs. */
  readonly http?: HttpMatch;
}

export interface HttpMatch {
  readonly methods?: readonly string[];
  readonly paths?: readonly HttpPath[];
  readonly unknown?: boolean;
}

/** One of the two. */
export interface HttpPath {
  readonly exact?: string;
  readonly prefix?: string;
}

export type { HttpRequest } from "../../../kube/http-request";

/** Where a policy of a host endpoint is applied; workloads only have `normal`. */
export type Hook = "normal" | "forward" | "preDNAT" | "untracked";

export interface Policy {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly tier: string;
  /** Infinity where the user gave none. */
  readonly order: number;
  /** undefined where it is not known before deployment. */
  readonly subject: SelectorNode | undefined;
  /** False or unknown per direction where the policy does not govern it. */
  readonly governs: Readonly<Record<Direction, Truth>>;
  readonly stage: "normal" | "preDNAT" | "untracked";
  readonly applyOnForward: boolean;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export interface Tier {
  readonly name: string;
  readonly order: number;
  readonly defaultAction: "Deny" | "Pass";
}

export interface NetworkSet {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly nets: readonly Net[];
}

export interface Profile {
  readonly name: string;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

/** How a policy is named in answers. */
export function policyName(policy: Pick<Policy, "name" | "namespace">): string {
  return policy.namespace === undefined ? policy.name : `${policy.namespace}/${policy.name}`;
}

export const PROTOCOLS: Readonly<Record<string, number>> = {
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  ICMPv6: 58,
  SCTP: 132,
  UDPLite: 136,
};
const NAMES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]));

/** `TCP`, or the number where Calico has no name for it. */
export function protocolName(number: number): string {
  return NAMES.get(number) ?? String(number);
}

/** TCP, UDP and SCTP: what Calico lets rules match ports of (numorstring.Protocol.SupportsPorts). */
export function hasPorts(protocol: number): boolean {
  return protocol === 6 || protocol === 17 || protocol === 132;
}

export function isIcmp(protocol: number): boolean {
  return protocol === 1 || protocol === 58;
}
