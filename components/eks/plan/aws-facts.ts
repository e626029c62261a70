import { lookUpInstanceType, type InstanceFacts } from "../../aws/plan/instance-types";
import type { Limits } from "./quotas";
import type { StandingCluster } from "./standing-cluster";

/** What is known of AWS while planning: from the tables of this project, or from AWS itself. */
export interface AwsFacts {
  instanceType(name: string): InstanceFacts | undefined;
  /**
   * `offline`: the tables of this project; `before-lookup`: the same, and AWS is asked before anything is made, so that a
   * type which the tables lack is not a problem yet; `looked-up`: AWS's answers, so that addresses out of documents must
   * have been replaced by real ones.
   */
  stage: "offline" | "before-lookup" | "looked-up";
  /** Account of the credentials. */
  account?: string;
  /** Who the credentials are, as STS names them. */
  caller?: string;
  /** Available zones, name → id. */
  zones?: Readonly<Record<string, string>>;
  /** Kubernetes versions on offer. */
  versions?: readonly string[];
  /** Instance type → zones where it can be had. */
  offerings?: Readonly<Record<string, readonly string[]>>;
  /** The VPC of the config, if it names one. */
  network?: NetworkFacts;
  /** The cluster of the stack's name, if one stands. */
  cluster?: StandingCluster;
  /** No cluster stands, but its control plane's log group is there, left by an earlier one. */
  logGroupLeft?: boolean;
  /** The account's limits in the region, and what others have of them. */
  limits?: Limits;
  /** What AWS did not say, with its reason: what depends on it is left to AWS. */
  unanswered?: readonly string[];
}

/** A VPC that is there, and those of its subnets that the config names. */
export interface NetworkFacts {
  cidr: string;
  /** All its ranges, the first included. */
  ranges: readonly string[];
  /** Names in it work, which the private address of the API server needs. */
  dns: boolean;
  subnets: Readonly<Record<string, SubnetFacts>>;
  /** Services that have an endpoint in it, as `ecr.api`; asked only of a private network. */
  endpoints?: readonly string[];
}

export interface SubnetFacts {
  vpcId: string;
  zone: string;
  cidr: string;
  /** Addresses that are free now. */
  free: number;
  /** Whether instances get a public address. */
  publicIp: boolean;
  /** Where 0.0.0.0/0 leads. */
  way: "internet" | "nat" | "other" | "none";
  tags: Readonly<Record<string, string>>;
}

/** What the tables of this project know: for the offline plan. */
export const offlineFacts: AwsFacts = {
  instanceType: lookUpInstanceType,
  stage: "offline",
};

/** The same before AWS is asked: what the tables lack is not a problem yet. */
export const factsBeforeLookup: AwsFacts = { ...offlineFacts, stage: "before-lookup" };
