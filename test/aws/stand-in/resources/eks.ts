import { eksCluster } from "./cluster";
import { unknown } from "./ec2";
import type { Inputs, ResourceType, Values } from "./resource-type";

const scaling = (r: Inputs): Values => r.get("scalingConfig");
const templateOf = (r: Inputs): Values => r.get("launchTemplate");

const nodeGroup: ResourceType = {
  create: async (r, aws) => {
    const clusterName = r.text("clusterName");
    const nodegroupName = r.get<string | undefined>("nodeGroupName") ?? r.autoName();
    const output = await aws.call("eks", "CreateNodegroup", {
      clusterName,
      nodegroupName,
      version: r.get("version"),
      nodeRole: r.text("nodeRoleArn"),
      subnets: r.get("subnetIds"),
      amiType: r.get("amiType"),
      capacityType: r.get("capacityType"),
      instanceTypes: r.get("instanceTypes"),
      scalingConfig: scaling(r),
      updateConfig: r.get("updateConfig"),
      labels: r.get("labels"),
      taints: r.get("taints"),
      launchTemplate: templateOf(r),
      tags: r.tags(),
    });
    const made = output["nodegroup"] as {
      nodegroupArn: string;
      resources: { autoScalingGroups: { name: string }[] };
    };
    return {
      id: `${clusterName}:${nodegroupName}`,
      outputs: {
        arn: made.nodegroupArn,
        nodeGroupName: nodegroupName,
        resources: [{ autoscalingGroups: made.resources.autoScalingGroups }],
      },
    };
  },
  // Terraform's aws_eks_node_group, `ForceNew`.
  replacedBy: [
    "clusterName",
    "nodeGroupName",
    "nodeRoleArn",
    "subnetIds",
    "amiType",
    "capacityType",
    "instanceTypes",
  ],
  update: async ({ now, made, changed }, aws) => {
    const [clusterName, nodegroupName] = made.id.split(":");
    const which = { clusterName, nodegroupName };
    const rest = changed.filter((p) => p !== "version" && p !== "launchTemplate");
    if (rest.length < changed.length)
      await aws.call("eks", "UpdateNodegroupVersion", {
        ...which,
        version: now.get("version"),
        launchTemplate: templateOf(now),
      });
    if (rest.includes("scalingConfig"))
      await aws.call("eks", "UpdateNodegroupConfig", { ...which, scalingConfig: scaling(now) });
    if (rest.includes("updateConfig"))
      await aws.call("eks", "UpdateNodegroupConfig", { ...which, updateConfig: now.get("updateConfig") });
    const others = rest.filter((p) => p !== "scalingConfig" && p !== "updateConfig");
    return others.length > 0 ? unknown(others) : {};
  },
  remove: async ({ id }, _, aws) => {
    const [clusterName, nodegroupName] = id.split(":");
    await aws.call("eks", "DeleteNodegroup", { clusterName, nodegroupName });
  },
};

const addon: ResourceType = {
  create: async (r, aws) => {
    const [clusterName, addonName] = [r.text("clusterName"), r.text("addonName")];
    r.get("resolveConflictsOnUpdate");
    await aws.call("eks", "CreateAddon", {
      clusterName,
      addonName,
      addonVersion: r.get("addonVersion"),
      configurationValues: r.get("configurationValues"),
      podIdentityAssociations: r.get("podIdentityAssociations"),
      resolveConflicts: r.get("resolveConflictsOnCreate"),
      tags: r.tags(),
    });
    return { id: `${clusterName}:${addonName}`, outputs: {} };
  },
  replacedBy: ["clusterName", "addonName"],
  update: async ({ now, made }, aws) => {
    const [clusterName, addonName] = made.id.split(":");
    await aws.call("eks", "UpdateAddon", {
      clusterName,
      addonName,
      addonVersion: now.get("addonVersion"),
      configurationValues: now.get("configurationValues"),
      podIdentityAssociations: now.get("podIdentityAssociations"),
      resolveConflicts: now.get("resolveConflictsOnUpdate"),
    });
    return {};
  },
  remove: async ({ id }, _, aws) => {
    const [clusterName, addonName] = id.split(":");
    await aws.call("eks", "DeleteAddon", { clusterName, addonName });
  },
};

const podIdentity: ResourceType = {
  create: async (r, aws) => {
    const output = await aws.call("eks", "CreatePodIdentityAssociation", {
      clusterName: r.text("clusterName"),
      namespace: r.text("namespace"),
      serviceAccount: r.text("serviceAccount"),
      roleArn: r.text("roleArn"),
      tags: r.tags(),
    });
    const { associationId } = output["association"] as { associationId: string };
    return { id: associationId, outputs: { associationId } };
  },
  replacedBy: ["clusterName", "namespace", "serviceAccount"],
  remove: ({ id }, r, aws) =>
    aws.call("eks", "DeletePodIdentityAssociation", {
      clusterName: r.text("clusterName"),
      associationId: id,
    }),
};

export const eksTypes: Record<string, ResourceType> = {
  "eks:index:Cluster": eksCluster,
  "aws:eks/nodeGroup:NodeGroup": nodeGroup,
  "aws:eks/addon:Addon": addon,
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": podIdentity,
};
