import { createHash } from "node:crypto";
import type { Calls, Behaviour, Refused, Values } from "./behaviour";
import type { EksState } from "./eks-state";
import { refusedCidrs, subnetZones } from "./networks";

const invalid = (message: string): Refused => ({ code: "InvalidParameterException", message });

/** Clusters: what EKS refuses about them, and what it makes beside them. */
export function clusterBehaviours(state: EksState): Record<string, Behaviour> {
  return {
    "eks.CreateCluster": {
      refuses: async (input, aws) => {
        const { subnetIds } = input["resourcesVpcConfig"] as { subnetIds: string[] };
        const zones = await subnetZones(subnetIds, aws);
        if ("code" in zones) return zones;
        if (new Set(zones.list).size < 2)
          return invalid("Subnets specified must be in at least two different AZs");
        return endpoint(input);
      },
      then: async (input, output, aws) => {
        const { subnetIds } = input["resourcesVpcConfig"] as { subnetIds: string[] };
        const name = String(input["name"]);
        const zones = await subnetZones(subnetIds, aws);
        const group = await securityGroup(name, "code" in zones ? "" : zones.vpc, aws);
        state.clusters.set(name, {
          zones: "code" in zones ? [] : zones.list,
          protected: input["deletionProtection"] === true,
          addons: new Map(),
          // Whoever makes the cluster is in it (accessConfig.bootstrapClusterCreatorAdminPermissions).
          access: new Map([[CREATOR, []]]),
          identities: new Map(),
        });
        const cluster = output["cluster"] as {
          resourcesVpcConfig: Values;
          identity: { oidc: { issuer: string } };
        };
        const resourcesVpcConfig = { ...cluster.resourcesVpcConfig, clusterSecurityGroupId: group };
        // moto has one issuer for all clusters.
        const id = createHash("md5").update(name).digest("hex").toUpperCase();
        const issuer = cluster.identity.oidc.issuer.replace(/[^/]+$/, id);
        return { cluster: { ...cluster, resourcesVpcConfig, identity: { oidc: { issuer } } } };
      },
    },
    "eks.UpdateClusterConfig": {
      refuses: async (input, aws) => {
        const kinds = Object.keys(input).filter((k) => k !== "name" && k !== "clientRequestToken");
        if (kinds.length > 1) return invalid("Only one type of update can be allowed");
        const config = input["resourcesVpcConfig"] as { subnetIds?: string[] } | undefined;
        if (config?.subnetIds === undefined) return endpoint(input);
        const zones = await subnetZones(config.subnetIds, aws);
        if ("code" in zones) return zones;
        const first = new Set(state.cluster(input["name"]).zones);
        const now = new Set(zones.list);
        // containers-roadmap 170: only subnets in the zones that were given at creation.
        if (first.size !== now.size || [...now].some((z) => !first.has(z)))
          return invalid(
            "Provided subnets belong to the AZs " +
              `'${[...now].sort().join(",")}'. But they should belong to the exact set of AZs '${[...first].sort().join(",")}' in which subnets were provided during cluster creation.`,
          );
        return endpoint(input);
      },
      then: ({ name, deletionProtection }) => {
        if (deletionProtection !== undefined) state.cluster(name).protected = deletionProtection === true;
        return Promise.resolve(undefined);
      },
    },
    "eks.UpdateClusterVersion": {
      answers: () => ({ update: { status: "Successful", type: "VersionUpdate" } }),
    },
    "eks.DeleteCluster": {
      refuses: ({ name }) =>
        state.clusters.get(String(name))?.protected === true
          ? { code: "InvalidRequestException", message: "Cluster has deletion protection enabled." }
          : undefined,
      then: async (input, _, aws) => {
        state.gone.add(String(input["name"]));
        state.clusters.delete(String(input["name"]));
        const groups = await aws.ask("ec2.DescribeSecurityGroups", {
          Filters: [{ Name: "tag:aws:eks:cluster-name", Values: [input["name"]] }],
        });
        if (!("output" in groups)) return undefined;
        for (const { GroupId } of groups.output["SecurityGroups"] as { GroupId: string }[])
          await aws.ask("ec2.DeleteSecurityGroup", { GroupId });
        return undefined;
      },
    },
    "eks.DescribeClusterVersions": {
      answers: () => ({
        clusterVersions: VERSIONS.map((clusterVersion) => ({
          clusterVersion,
          versionStatus: "STANDARD_SUPPORT",
        })),
      }),
    },
    // EKS writes once more what it still holds of a deleted cluster's logs, and makes the group again (terraform-aws-eks 920).
    "logs.DeleteLogGroup": {
      then: async (input, _, aws) => {
        const cluster = /^\/aws\/eks\/(.+)\/cluster$/.exec(String(input["logGroupName"]))?.[1];
        if (cluster !== undefined && state.gone.delete(cluster))
          await aws.ask("logs.CreateLogGroup", { logGroupName: input["logGroupName"] });
        return undefined;
      },
    },
  };
}

/** Who calls; moto's STS gives the same user. */
export const CREATOR = "arn:aws:iam::123456789012:user/moto";
const VERSIONS = ["1.36", "1.35", "1.34", "1.33"];

function endpoint(input: Values): Refused | undefined {
  const config = (input["resourcesVpcConfig"] ?? {}) as {
    endpointPublicAccess?: boolean;
    endpointPrivateAccess?: boolean;
    publicAccessCidrs?: string[];
  };
  if (config.endpointPublicAccess === false && config.endpointPrivateAccess === false)
    return invalid("Private and public endpoint access cannot be false");
  const cidrs = config.publicAccessCidrs ?? [];
  if (cidrs.length > 40) return invalid("The number of publicAccessCidrs cannot exceed 40");
  const wrong = refusedCidrs(cidrs);
  return wrong.length > 0
    ? invalid(`The following CIDRs are invalid in publicAccessCidrs: [${wrong.join(", ")}]`)
    : undefined;
}

/** EKS makes it itself, and tags it as the cluster's. */
async function securityGroup(cluster: string, VpcId: string, aws: Calls): Promise<string> {
  const answer = await aws.ask("ec2.CreateSecurityGroup", {
    GroupName: `eks-cluster-sg-${cluster}-123456789`,
    Description:
      "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes",
    VpcId,
  });
  if ("error" in answer) throw new Error(`EKS's security group: ${answer.error.message}`);
  const id = String(answer.output["GroupId"]);
  await aws.ask("ec2.CreateTags", {
    Resources: [id],
    Tags: [
      { Key: `kubernetes.io/cluster/${cluster}`, Value: "owned" },
      { Key: "eks-cluster-name", Value: cluster },
    ],
  });
  return id;
}
