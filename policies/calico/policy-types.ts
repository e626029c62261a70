/** Resources that say what may pass; source as in resource.ts. */
import type { Namespaced, Port, Protocol, Resource } from "./resource";

/** `Pass` hands over to the next tier, or after the last one to the endpoint's profiles; `Log` goes on with the next rule. */
export type Action = "Allow" | "Deny" | "Log" | "Pass";
export type PolicyType = "Ingress" | "Egress";
export type StagedAction = "Set" | "Delete" | "Learn" | "Ignore";
export interface Rule {
  action: Action;
  ipVersion?: 4 | 6;
  /** Needed where any entity names ports. */
  protocol?: Protocol;
  notProtocol?: Protocol;
  /** Needs protocol ICMP or ICMPv6. */
  icmp?: IcmpFields;
  notICMP?: IcmpFields;
  source?: EntityRule;
  destination?: EntityRule;
  /** Only enforced by the application layer; needs action Allow and protocol TCP or none. */
  http?: HttpMatch;
  metadata?: { annotations?: Record<string, string> };
}

export interface IcmpFields {
  /** 0 to 254. */
  type?: number;
  /** 0 to 255; needs `type`. */
  code?: number;
}

export interface HttpMatch {
  methods?: string[];
  paths?: ({ exact: string } | { prefix: string })[];
}

/** Every field that is given must match; `notX` negates the whole match, so it also matches what is no endpoint. */
export interface EntityRule {
  nets?: string[];
  notNets?: string[];
  selector?: string;
  notSelector?: string;
  /** `global()` selects what has no namespace: GlobalNetworkSets and HostEndpoints. */
  namespaceSelector?: string;
  serviceAccounts?: { names?: string[]; selector?: string };
  /** The endpoints (and, as a destination, the ports) behind a Service. Excludes selectors and nets. */
  services?: { name: string; namespace?: string };
  ports?: Port[];
  notPorts?: Port[];
}

export interface PolicySpec {
  /** @default "default" */
  tier?: string;
  /** Lower comes first; none comes last. Equal orders: by name. */
  order?: number;
  /** @default "" (all endpoints that the policy can select) */
  selector?: string;
  serviceAccountSelector?: string;
  ingress?: Rule[];
  egress?: Rule[];
  /** @default Ingress, unless there are only egress rules; Egress where there are egress rules */
  types?: PolicyType[];
  performanceHints?: "AssumeNeededOnEveryNode"[];
}

export interface GlobalPolicySpec extends PolicySpec {
  namespaceSelector?: string;
  /** Also filter what a host endpoint forwards. @default false */
  applyOnForward?: boolean;
  /** Before DNAT (node ports, service addresses): ingress only, needs applyOnForward. @default false */
  preDNAT?: boolean;
  /** Before connection tracking: replies need rules of their own, needs applyOnForward. @default false */
  doNotTrack?: boolean;
}

export type NetworkPolicy = Namespaced<"NetworkPolicy", PolicySpec>;
export type GlobalNetworkPolicy = Resource<"GlobalNetworkPolicy", GlobalPolicySpec>;
export type StagedNetworkPolicy = Namespaced<
  "StagedNetworkPolicy",
  PolicySpec & { stagedAction?: StagedAction }
>;
export type StagedGlobalNetworkPolicy = Resource<
  "StagedGlobalNetworkPolicy",
  GlobalPolicySpec & { stagedAction?: StagedAction }
>;
/** `spec` is a Kubernetes NetworkPolicy's spec with a staged action. */
export type StagedKubernetesNetworkPolicy = Namespaced<
  "StagedKubernetesNetworkPolicy",
  Record<string, unknown> & { stagedAction?: StagedAction }
>;

export type Tier = Resource<
  "Tier",
  {
    /** Lower comes first; none comes last. Fixed for kube-admin 1000, default 1000000, kube-baseline 10000000. */
    order?: number;
    /** What happens at the end of the tier to traffic that one of its policies applies to. @default "Deny" */
    defaultAction?: "Deny" | "Pass";
  }
>;

export type NetworkSet = Namespaced<"NetworkSet", { nets?: string[] }>;
export type GlobalNetworkSet = Resource<"GlobalNetworkSet", { nets?: string[] }>;

export interface EndpointPort {
  name: string;
  protocol: Protocol;
  /** 1 to 65535. */
  port: number;
}

export type HostEndpoint = Resource<
  "HostEndpoint",
  {
    node: string;
    /** `"*"` is every interface of the host; needed where expectedIPs is empty. */
    interfaceName?: string;
    /** Also what selectors in rules match by. */
    expectedIPs?: string[];
    profiles?: string[];
    ports?: EndpointPort[];
  }
>;

export type Profile = Resource<
  "Profile",
  { ingress?: Rule[]; egress?: Rule[]; labelsToApply?: Record<string, string> }
>;
