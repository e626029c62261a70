import * as aws from "@pulumi/aws";
import type * as command from "@pulumi/command";
import * as eks from "@pulumi/eks";
import type * as pulumi from "@pulumi/pulumi";
import { groupTypes, lookUpAws } from "../components/eks/aws-lookup";
import { lookUpNetwork } from "../components/eks/network-lookup";
import { lookUpStanding } from "../components/eks/cluster-lookup";
import { endpointReachProblems } from "../components/eks/endpoint-check";
import { lookUpLimits } from "../components/eks/quota-lookup";
import { EksCluster } from "../components/eks/eks-cluster";
import type { EksPlan } from "../components/eks/plan/eks-plan";
import { stackTags } from "../components/aws/plan/aws-tags";
import type { AwsFacts } from "../components/eks/plan/aws-facts";
import type { Cluster } from "../components/cluster";
import type { ClusterFacts } from "../kube/cluster-facts";
import type { Mirrors } from "../components/mirrors";
import { failOn } from "../kube/problems";
import type { Config } from "./config/stack-config";
import type { AwsSite } from "./ingress-resources";
import { eksToolProblems } from "./eks-tools";

/** The AWS provider of a stack: region, account and tags in one place. */
export function awsProvider(stack: string, clusterName: string, config: Config): aws.Provider {
  const { region, profile, account, tags } = config.target === "ec2" ? config.ec2 : config.eks;
  const { owner, expires } = config;
  return new aws.Provider("aws", {
    region: region as aws.Region,
    ...(profile === undefined ? {} : { profile }),
    ...(account === undefined ? {} : { allowedAccountIds: [account] }),
    defaultTags: { tags: stackTags({ stack, cluster: clusterName, owner, expires, extra: tags }) },
  });
}

/** Asks AWS, or says why that cannot be done; nothing but the provider is made. */
export async function lookUpForEks(
  config: Config,
  clusterName: string,
  provider: () => aws.Provider,
): Promise<{ provider: aws.Provider; facts: AwsFacts }> {
  failOn("AWS cannot be asked from here; nothing was changed.", eksToolProblems(config.eks.profile));
  const made = provider();
  const [{ facts, problems }, standing, limits, network] = await Promise.all([
    lookUpAws({ ...config.eks, types: groupTypes(config.eks) }, made),
    lookUpStanding(clusterName, made),
    lookUpLimits(clusterName, made),
    lookUpNetwork(config.eks, made),
  ]);
  failOn("AWS refuses what the plan needs; nothing was changed.", [...problems, ...network.problems]);
  failOn(
    "The cluster cannot be worked with from here; nothing was changed.",
    await endpointReachProblems(config.eks, standing.cluster),
  );
  return {
    provider: made,
    facts: {
      ...facts,
      ...standing,
      limits,
      ...(network.facts === undefined ? {} : { network: network.facts }),
    },
  };
}

export interface EksTarget {
  cluster: Cluster;
  aws: AwsSite;
  addNodes?: (after: pulumi.Resource[]) => pulumi.Resource[];
  complete?: (nodes: pulumi.Resource[], network: pulumi.Resource[]) => pulumi.Resource[];
}

/** Makes the cluster. */
export function provisionEks(
  plan: EksPlan,
  provider: aws.Provider,
  shared: { facts: ClusterFacts; local: command.Provider; mirrors: Mirrors; wait: boolean },
): EksTarget {
  const made = new EksCluster("eks", { plan, ...shared, aws: provider, eks: new eks.Provider("eks-plugin") });
  return {
    cluster: made.cluster,
    aws: {
      provider,
      region: plan.place.region,
      partition: plan.place.partition,
      account: plan.place.account,
      tags: plan.tags,
      podIdentity: made.podIdentity,
    },
    ...(plan.cni === "calico" ? { addNodes: (after: pulumi.Resource[]) => made.addNodes(after) } : {}),
    complete: (nodes, network) => made.complete(nodes, network),
  };
}
