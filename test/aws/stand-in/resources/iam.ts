import { unknown } from "./ec2";
import type { ResourceType, Values } from "./resource-type";
import { tagList } from "./resource-type";

export const iamTypes: Record<string, ResourceType> = {
  "aws:iam/role:Role": {
    create: async (r, aws) => {
      const output = await aws.call("iam", "CreateRole", {
        RoleName: r.get("name") ?? r.autoName(),
        AssumeRolePolicyDocument: r.text("assumeRolePolicy"),
        Description: r.get("description"),
        Tags: tagList(r.tags()),
      });
      const { RoleName, Arn } = output["Role"] as Values;
      return { id: String(RoleName), outputs: { name: RoleName, arn: Arn } };
    },
    update: async ({ now, made, changed }, aws) => {
      if (changed.some((p) => p !== "assumeRolePolicy")) return unknown(changed);
      const PolicyDocument = now.text("assumeRolePolicy");
      await aws.call("iam", "UpdateAssumeRolePolicy", { RoleName: made.id, PolicyDocument });
      return {};
    },
    remove: ({ id }, _, aws) => aws.call("iam", "DeleteRole", { RoleName: id }),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    create: async (r, aws) => {
      const attachment = { RoleName: r.text("role"), PolicyArn: r.text("policyArn") };
      await aws.call("iam", "AttachRolePolicy", attachment);
      return { id: `${attachment.RoleName}/${attachment.PolicyArn}`, outputs: {} };
    },
    replacedBy: ["role", "policyArn"],
    remove: (_, r, aws) =>
      aws.call("iam", "DetachRolePolicy", {
        RoleName: r.text("role"),
        PolicyArn: r.text("policyArn"),
      }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    create: async (r, aws) => {
      const PolicyName = r.autoName();
      const RoleName = r.text("role");
      await aws.call("iam", "PutRolePolicy", { RoleName, PolicyName, PolicyDocument: r.text("policy") });
      return { id: `${RoleName}:${PolicyName}`, outputs: { name: PolicyName } };
    },
    replacedBy: ["role"],
    update: async ({ now, made }, aws) => {
      const [RoleName, PolicyName] = made.id.split(":");
      await aws.call("iam", "PutRolePolicy", { RoleName, PolicyName, PolicyDocument: now.text("policy") });
      return {};
    },
    remove: async ({ id }, _, aws) => {
      const [RoleName, PolicyName] = id.split(":");
      await aws.call("iam", "DeleteRolePolicy", { RoleName, PolicyName });
    },
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    create: async (r, aws) => {
      const output = await aws.call("iam", "CreateOpenIDConnectProvider", {
        Url: r.text("url"),
        ClientIDList: r.get("clientIdLists"),
        Tags: tagList(r.tags()),
      });
      const arn = String(output["OpenIDConnectProviderArn"]);
      return { id: arn, outputs: { arn } };
    },
    replacedBy: ["url"],
    remove: ({ id }, _, aws) =>
      aws.call("iam", "DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn: id }),
  },
};
