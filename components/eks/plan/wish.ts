import type { InstanceFacts } from "./instance-types";
import type { CniMode, NetworkRequest, Peer } from "./request";
import type { WarmPool } from "./warm-pool";

/** What the config says of an EKS cluster, as plain data; its meaning is documented in the config schema. */
export interface EksWish {
  region: string;
  profile?: string | undefined;
  account?: string | undefined;
  /** A number, or names. */
  zones: number | readonly string[];
  cni: CniMode;
  podCidr: string;
  pods?: number | undefined;
  warm: { [K in keyof WarmPool]?: number | undefined };
  network: {
    vpcCidr: string;
    secondaryCidrs?: readonly string[] | undefined;
    serviceCidr: string;
    peers: readonly Peer[];
    nat: NetworkRequest["nat"];
    prefixes: { public?: number | undefined; private?: number | undefined; pod?: number | undefined };
    s3Endpoint: boolean;
    flowLogs?: { retentionDays: number } | undefined;
  };
  endpoint: { publicCidrs: readonly string[] };
  access: Readonly<Record<string, AccessWish>>;
  logs: readonly string[];
  logRetentionDays: number;
  encryptSecrets: boolean | string;
  addons: {
    vpcCni?: string | undefined;
    kubeProxy?: string | undefined;
    coredns?: string | undefined;
    podIdentityAgent?: string | undefined;
  };
  nodeGroups: Readonly<Record<string, NodeGroupWish>>;
  loadBalancer: { controller: "aws-lbc" | "aws-in-tree"; identity: "pod-identity" | "irsa" };
  deletionProtection: boolean;
  tags: Readonly<Record<string, string>>;
}

export interface AccessWish {
  principalArn: string;
  policy: "cluster-admin" | "admin" | "edit" | "view";
  namespaces: readonly string[];
}

export interface NodeGroupWish {
  instanceTypes: readonly string[];
  min: number;
  desired: number;
  max: number;
  capacity: "on-demand" | "spot";
  os: "al2023" | "bottlerocket";
  diskGiB: number;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  zones?: readonly string[] | undefined;
  perZone: boolean;
}

export interface Taint {
  key: string;
  value: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What is known of AWS while planning: from the tables of this project, or from AWS itself. */
export interface AwsKnowledge {
  instanceType(name: string): InstanceFacts | undefined;
  /** AWS will be asked before anything is made: a type that the tables do not know is no problem yet. */
  asksLater: boolean;
  /** AWS was asked: names of documents must have been replaced by real ones. */
  real: boolean;
  /** Account of the credentials. */
  account?: string;
  /** Available zones, name → id. */
  zones?: Readonly<Record<string, string>>;
  /** Kubernetes versions on offer. */
  versions?: readonly string[];
  /** Instance type → zones where it can be had. */
  offerings?: Readonly<Record<string, readonly string[]>>;
}
