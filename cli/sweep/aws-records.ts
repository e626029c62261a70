import { servicePrice } from "../../components/aws/plan/prices";
import { TAG_CLUSTER } from "../../components/aws/plan/aws-tags";
import {
  items,
  moment,
  ownership,
  price,
  str,
  tagsOf,
  type AwsCall,
  type AwsKind,
  type Tags,
} from "./aws-kind";
import type { Found } from "./found";

/** Roles that this project makes begin so; an account may have thousands of others. */
const ROLES = /^(eks|challenge)-/;

/** What costs little or nothing, and would be in the way of a cluster of the same name. */
export const records: readonly AwsKind[] = [
  {
    title: "log group",
    // EKS writes a last line after its cluster is gone.
    comesBack: true,
    find: async (aws, { clusters }) => {
      const groups = items(await aws("logs", "DescribeLogGroups"), "logGroups");
      const found: Found[] = [];
      for (const group of groups) {
        const id = str(group, "logGroupName");
        const cluster = /^\/aws\/eks\/(.+)\/cluster$/.exec(id)?.[1];
        if (cluster === undefined && !id.startsWith("/labs/")) continue;
        const arn = str(group, "arn").replace(/:\*$/, "");
        const { tags = {} } = await aws("logs", "ListTagsForResource", { resourceArn: arn });
        // EKS makes the group again after it was deleted, without tags.
        const again = cluster !== undefined && clusters.has(cluster) ? { cluster } : undefined;
        const whose = ownership(tags as Tags) ?? again;
        const at = group["creationTime"];
        if (whose !== undefined)
          found.push({
            kind: "log group",
            id,
            ...whose,
            ...(typeof at === "number" ? moment(at / 1000) : {}),
          });
      }
      return found;
    },
    remove: async (aws, found) => {
      for (const { id } of found) await aws("logs", "DeleteLogGroup", { logGroupName: id });
    },
  },
  {
    title: "OIDC provider",
    find: async (aws) => {
      const list = items(await aws("iam", "ListOpenIDConnectProviders"), "OpenIDConnectProviderList");
      const found: Found[] = [];
      for (const provider of list) {
        const id = str(provider, "Arn");
        const output = await aws("iam", "ListOpenIDConnectProviderTags", { OpenIDConnectProviderArn: id });
        const whose = ownership(tagsOf(output));
        if (whose !== undefined) found.push({ kind: "OIDC provider", id, ...whose });
      }
      return found;
    },
    remove: async (aws, found) => {
      for (const { id } of found)
        await aws("iam", "DeleteOpenIDConnectProvider", { OpenIDConnectProviderArn: id });
    },
  },
  {
    title: "IAM role",
    find: async (aws) => {
      const roles = items(await aws("iam", "ListRoles"), "Roles").filter((r) =>
        ROLES.test(str(r, "RoleName")),
      );
      const found: Found[] = [];
      for (const role of roles) {
        const id = str(role, "RoleName");
        const whose = ownership(tagsOf(await aws("iam", "ListRoleTags", { RoleName: id })));
        if (whose !== undefined)
          found.push({ kind: "IAM role", id, ...whose, ...moment(role["CreateDate"]) });
      }
      return found;
    },
    remove: async (aws, found) => {
      for (const { id } of found) await removeRole(aws, id);
    },
  },
  {
    title: "KMS key",
    find: async (aws, { region }) => {
      const output = await aws("resourcegroupstaggingapi", "GetResources", {
        TagFilters: [{ Key: TAG_CLUSTER }],
        ResourceTypeFilters: ["kms:key"],
      });
      const found: Found[] = [];
      for (const resource of items(output, "ResourceTagMappingList")) {
        const id = str(resource, "ResourceARN").replace(/^.*:key\//, "");
        const { KeyMetadata } = (await aws("kms", "DescribeKey", { KeyId: id })) as {
          KeyMetadata: { KeyState?: string; CreationDate?: unknown };
        };
        const whose = ownership(tagsOf(resource));
        if (whose === undefined || KeyMetadata.KeyState === "PendingDeletion") continue;
        found.push({
          kind: "KMS key",
          id,
          ...whose,
          ...moment(KeyMetadata.CreationDate),
          ...price(servicePrice(region, "KMS key")),
        });
      }
      return found;
    },
    remove: async (aws, found) => {
      // The shortest that AWS takes.
      for (const { id } of found)
        await aws("kms", "ScheduleKeyDeletion", { KeyId: id, PendingWindowInDays: 7 });
    },
  },
];

async function removeRole(aws: AwsCall, RoleName: string): Promise<void> {
  const attached = items(await aws("iam", "ListAttachedRolePolicies", { RoleName }), "AttachedPolicies");
  for (const policy of attached)
    await aws("iam", "DetachRolePolicy", { RoleName, PolicyArn: str(policy, "PolicyArn") });
  const { PolicyNames = [] } = (await aws("iam", "ListRolePolicies", { RoleName })) as {
    PolicyNames?: string[];
  };
  for (const PolicyName of PolicyNames) await aws("iam", "DeleteRolePolicy", { RoleName, PolicyName });
  await aws("iam", "DeleteRole", { RoleName });
}
