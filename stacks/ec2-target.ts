import type * as aws from "@pulumi/aws";
import type * as command from "@pulumi/command";
import { lookUpAws } from "../components/eks/aws-lookup";
import type { AwsFacts } from "../components/eks/plan/aws-facts";
import { Ec2Cluster } from "../components/ec2/ec2-cluster";
import type { Ec2Plan } from "../components/ec2/plan/ec2-types";
import type { ClusterFacts } from "../kube/cluster-facts";
import { failOn } from "../kube/problems";
import type { Config } from "./config/stack-config";
import { awsToolProblems } from "./eks-tools";
import type { EksTarget } from "./eks-target";

/** Asks AWS, or says why that cannot be done; nothing but the provider is made. */
export async function lookUpForEc2(
  { ec2 }: Config,
  _clusterName: string,
  provider: () => aws.Provider,
): Promise<{ provider: aws.Provider; facts: AwsFacts }> {
  failOn(
    "AWS cannot be asked from here; nothing was changed.",
    awsToolProblems(ec2.profile, "the kubeconfig of the control plane is read by the AWS CLI"),
  );
  const made = provider();
  const types = {
    "controlPlane.instanceType": [ec2.controlPlane.instanceType],
    "workers.instanceType": [ec2.workers.instanceType],
  };
  const { facts, problems } = await lookUpAws({ ...ec2, types }, made, "ec2");
  failOn("AWS refuses what the plan needs; nothing was changed.", problems);
  return { provider: made, facts };
}

/** Makes the cluster. */
export function provisionEc2(
  plan: Ec2Plan,
  provider: aws.Provider,
  { wait, ...shared }: { facts: ClusterFacts; local: command.Provider; wait: boolean },
): Pick<EksTarget, "cluster" | "complete"> {
  const made = new Ec2Cluster("ec2", { plan, ...shared, aws: provider });
  return {
    cluster: made.cluster,
    ...(wait ? { complete: (nodes, network) => made.nodesReady([...nodes, ...network]) } : {}),
  };
}
