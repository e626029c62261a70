import type { InstanceFacts } from "../../aws/plan/instance-types";
import type { VpcPlan } from "../../aws/plan/vpc-plan";
import type { Ec2Config } from "../ec2-config";
import type { KubeadmCluster } from "./kubeadm-config";
import type { Handover } from "./node-policies";
import type { SecurityRule } from "./security-rules";

/** What of AWS's answers counts here. */
export interface Ec2Facts {
  instanceType(name: string): InstanceFacts | undefined;
  stage: "offline" | "before-lookup" | "looked-up";
  account?: string;
  zones?: Readonly<Record<string, string>>;
  offerings?: Readonly<Record<string, readonly string[]>>;
}

export interface Ec2Node {
  /** Name of the node and its identity. */
  name: string;
  controlPlane: boolean;
  instanceType: string;
  diskGiB: number;
  zone: string;
  /** Subnet that it is launched on. */
  subnet: "public" | "private";
  /** SSM parameter that names the newest image. */
  image: string;
}

/** All that is decided about a cluster on EC2 before a resource is made: plain data. */
export interface Ec2Plan extends VpcPlan {
  profile?: string;
  kubeadm: KubeadmCluster;
  nodes: Ec2Node[];
  rules: SecurityRule[];
  publicCidrs: readonly string[];
  sourceDestCheck: Ec2Config["sourceDestCheck"];
  handover: Handover;
  architectures: readonly ("amd64" | "arm64")[];
  tags: Record<string, string>;
}
