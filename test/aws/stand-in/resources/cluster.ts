import type { Aws } from "../aws";
import { unknown } from "./ec2";
import type { Inputs, ResourceType, Values } from "./resource-type";
import { tagList } from "./resource-type";

/**
 * What stands behind @pulumi/eks 4.3's Cluster with the arguments that this project gives it (its source,
 * nodejs/eks/cluster/cluster.ts): a role, the cluster, an access entry for each who may use it.
 */
export const eksCluster: ResourceType = {
  create: async (r, aws) => {
    const name = r.text("name");
    const role = await serviceRole(r, aws);
    for (const property of BARE)
      if (r.get(property) !== true) throw new Error(`the stand-in makes no cluster without ${property}`);
    for (const property of ["kubeProxyAddonOptions", "corednsAddonOptions"])
      if (r.get<Values>(property)["enabled"] !== false)
        throw new Error(`the stand-in makes no cluster with ${property}`);
    r.get("vpcId");
    r.get("providerCredentialOpts");
    const key = r.get<string | undefined>("encryptionConfigKeyArn");
    const output = await aws.call("eks", "CreateCluster", {
      name,
      version: r.text("version"),
      roleArn: role.arn,
      resourcesVpcConfig: vpcConfig(r),
      kubernetesNetworkConfig: {
        serviceIpv4Cidr: r.text("kubernetesServiceIpAddressRange"),
        ipFamily: "ipv4",
      },
      bootstrapSelfManagedAddons: r.get("bootstrapSelfManagedAddons"),
      logging: logging(r),
      encryptionConfig:
        key === undefined ? undefined : [{ resources: ["secrets"], provider: { keyArn: key } }],
      accessConfig: {
        authenticationMode: r.get("authenticationMode"),
        bootstrapClusterCreatorAdminPermissions: true,
      },
      deletionProtection: r.get("deletionProtection"),
      tags: r.tags({ Name: `${r.name}-eksCluster` }),
    });
    for (const entry of Object.values(entries(r))) await grant(name, entry, r, aws);
    return { id: name, outputs: { ...outputs(output["cluster"] as Values), role: role.name } };
  },
  replacedBy: ["name", "kubernetesServiceIpAddressRange", "encryptionConfigKeyArn"],
  update: async ({ old, now, made, changed }, aws) => {
    for (const property of changed) {
      if (property === "version") {
        await aws.call("eks", "UpdateClusterVersion", { name: made.id, version: now.text("version") });
      } else if (VPC_CONFIG.includes(property)) {
        await aws.call("eks", "UpdateClusterConfig", { name: made.id, resourcesVpcConfig: vpcConfig(now) });
      } else if (property === "enabledClusterLogTypes") {
        await aws.call("eks", "UpdateClusterConfig", { name: made.id, logging: logging(now) });
      } else if (property === "deletionProtection") {
        await aws.call("eks", "UpdateClusterConfig", {
          name: made.id,
          deletionProtection: now.get(property),
        });
      } else if (property === "accessEntries") {
        await regrant(made.id, old, now, aws);
      } else unknown([property]);
    }
    return {};
  },
  remove: async ({ id, outputs }, r, aws) => {
    for (const entry of Object.values(entries(r)))
      await aws.call("eks", "DeleteAccessEntry", { clusterName: id, principalArn: entry.principalArn });
    await aws.call("eks", "DeleteCluster", { name: id });
    const RoleName = String(outputs["role"]);
    await aws.call("iam", "DetachRolePolicy", { RoleName, PolicyArn: CLUSTER_POLICY });
    await aws.call("iam", "DeleteRole", { RoleName });
  },
};

/** What means, with the add-ons off: nothing but a control plane. */
const BARE = ["skipDefaultNodeGroup", "skipDefaultSecurityGroups", "useDefaultVpcCni"];
const VPC_CONFIG = ["privateSubnetIds", "endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"];
const CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy";

async function serviceRole(r: Inputs, aws: Aws): Promise<{ name: string; arn: string }> {
  const output = await aws.call("iam", "CreateRole", {
    RoleName: r.autoName("-eksRole-role"),
    Description: "Allows EKS to manage clusters on your behalf.",
    AssumeRolePolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    }),
    Tags: tagList(r.tags({})),
  });
  const { RoleName, Arn } = output["Role"] as Values;
  await aws.call("iam", "AttachRolePolicy", { RoleName, PolicyArn: CLUSTER_POLICY });
  return { name: String(RoleName), arn: String(Arn) };
}

const vpcConfig = (r: Inputs): Values => ({
  subnetIds: r.get("privateSubnetIds"),
  endpointPrivateAccess: r.get("endpointPrivateAccess"),
  endpointPublicAccess: r.get("endpointPublicAccess"),
  publicAccessCidrs: r.get("publicAccessCidrs"),
});

const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** The provider says of each kind whether it is on. */
function logging(r: Inputs): Values {
  const on = r.get<string[]>("enabledClusterLogTypes");
  const off = LOG_TYPES.filter((t) => !on.includes(t));
  return {
    clusterLogging: [
      ...(on.length === 0 ? [] : [{ types: on, enabled: true }]),
      ...(off.length === 0 ? [] : [{ types: off, enabled: false }]),
    ],
  };
}

interface Entry {
  principalArn: string;
  accessPolicies: Record<string, { policyArn: string; accessScope: Values }>;
}

const entries = (r: Inputs): Record<string, Entry> =>
  r.get<Record<string, Entry> | undefined>("accessEntries") ?? {};

async function grant(clusterName: string, entry: Entry, r: Inputs, aws: Aws): Promise<void> {
  const { principalArn, accessPolicies, ...rest } = entry;
  await aws.call("eks", "CreateAccessEntry", { clusterName, principalArn, ...rest, tags: r.tags({}) });
  for (const policy of Object.values(accessPolicies))
    await aws.call("eks", "AssociateAccessPolicy", { clusterName, principalArn, ...policy });
}

async function regrant(clusterName: string, old: Inputs, now: Inputs, aws: Aws): Promise<void> {
  const [before, after] = [entries(old), entries(now)];
  const same = (who: string): boolean => JSON.stringify(before[who]) === JSON.stringify(after[who]);
  for (const [who, { principalArn }] of Object.entries(before))
    if (!same(who)) await aws.call("eks", "DeleteAccessEntry", { clusterName, principalArn });
  for (const [who, entry] of Object.entries(after)) if (!same(who)) await grant(clusterName, entry, now, aws);
}

/** The outputs of the component that the program reads. */
function outputs(cluster: Values): Values {
  const { resourcesVpcConfig, identity, name, endpoint, roleArn } = cluster as {
    resourcesVpcConfig: Values;
    roleArn: string;
    identity: { oidc: { issuer: string } };
    name: string;
    endpoint: string;
  };
  const command = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "aws",
    args: ["eks", "get-token"],
    env: [],
  };
  return {
    eksCluster: {
      name,
      endpoint,
      roleArn,
      vpcConfig: { clusterSecurityGroupId: resourcesVpcConfig["clusterSecurityGroupId"] },
      identities: [{ oidcs: [{ issuer: identity.oidc.issuer }] }],
    },
    kubeconfigJson: JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": "bW9ja2Vk" } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
      users: [{ name, user: { exec: command } }],
    }),
  };
}
