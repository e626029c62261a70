import { unknown } from "./ec2";
import type { Inputs, ResourceType, Values } from "./resource-type";
import { tagList } from "./resource-type";

/** Tags of a scaling group, as its own resource. */
const scalingTag = (r: Inputs): Values => {
  const { key, value, propagateAtLaunch, ...rest } = r.get<Record<string, unknown>>("tag");
  return {
    ResourceId: r.text("autoscalingGroupName"),
    ResourceType: "auto-scaling-group",
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
    ...rest,
  };
};

const change = (r: Inputs, Action: string): Values => {
  const [alias, ...more] =
    r.get<{ name: string; zoneId: string; evaluateTargetHealth: boolean }[]>("aliases");
  if (alias === undefined || more.length > 0) throw new Error("the stand-in knows records with one alias");
  const { name, zoneId, evaluateTargetHealth, ...rest } = alias;
  const AliasTarget = {
    HostedZoneId: zoneId,
    DNSName: name,
    EvaluateTargetHealth: evaluateTargetHealth,
    ...rest,
  };
  const [routing] = r.get<{ weight: number }[]>("weightedRoutingPolicies");
  const ResourceRecordSet = {
    Name: r.text("name"),
    Type: r.text("type"),
    SetIdentifier: r.text("setIdentifier"),
    Weight: routing?.weight,
    AliasTarget,
  };
  return { HostedZoneId: r.text("zoneId"), ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] } };
};

export const otherTypes: Record<string, ResourceType> = {
  "aws:autoscaling/tag:Tag": {
    create: async (r, aws) => {
      const tag = scalingTag(r);
      await aws.call("autoscaling", "CreateOrUpdateTags", { Tags: [tag] });
      return { id: `${String(tag["ResourceId"])},${String(tag["Key"])}`, outputs: {} };
    },
    replacedBy: ["autoscalingGroupName"],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    create: async (r, aws) => {
      const logGroupName = r.text("name");
      await aws.call("logs", "CreateLogGroup", { logGroupName, tags: r.tags() });
      const retentionInDays = r.get("retentionInDays");
      await aws.call("logs", "PutRetentionPolicy", { logGroupName, retentionInDays });
      const arn = `arn:aws:logs:${aws.region}:123456789012:log-group:${logGroupName}`;
      return { id: logGroupName, outputs: { name: logGroupName, arn } };
    },
    adopt: async (id, r, aws) => {
      const { logGroups } = await aws.call("logs", "DescribeLogGroups", { logGroupNamePrefix: id });
      const [group] = (logGroups as Values[]).filter((g) => g["logGroupName"] === id);
      if (group === undefined) throw new Error(`there is no log group ${id} to import`);
      r.get("name");
      const kept = group["retentionInDays"] === r.get("retentionInDays");
      return {
        made: { id, outputs: { name: id, arn: group["arn"] } },
        differs: [...(kept ? [] : ["retentionInDays"]), ...(r.tags() === undefined ? [] : ["tagsAll"])],
      };
    },
    replacedBy: ["name"],
    update: async ({ now, made, changed }, aws) => {
      if (changed.some((p) => p !== "retentionInDays")) return unknown(changed);
      const retentionInDays = now.get("retentionInDays");
      await aws.call("logs", "PutRetentionPolicy", { logGroupName: made.id, retentionInDays });
      return {};
    },
    remove: ({ id }, _, aws) => aws.call("logs", "DeleteLogGroup", { logGroupName: id }),
  },
  "aws:kms/key:Key": {
    create: async (r, aws) => {
      r.get("deletionWindowInDays");
      const tags = Object.entries(r.tags() ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      const output = await aws.call("kms", "CreateKey", {
        Description: r.text("description"),
        Tags: tags.length === 0 ? undefined : tags,
      });
      const { KeyId, Arn } = output["KeyMetadata"] as Values;
      if (r.get("enableKeyRotation") === true) await aws.call("kms", "EnableKeyRotation", { KeyId });
      return { id: String(KeyId), outputs: { arn: Arn } };
    },
    remove: ({ id }, r, aws) =>
      aws.call("kms", "ScheduleKeyDeletion", {
        KeyId: id,
        PendingWindowInDays: r.get("deletionWindowInDays"),
      }),
  },
  "aws:route53/zone:Zone": {
    create: async (r, aws) => {
      // Only the provider knows it: records that are left are deleted with the zone.
      r.get("forceDestroy");
      const output = await aws.call("route53", "CreateHostedZone", {
        Name: r.text("name"),
        CallerReference: r.autoName(),
        HostedZoneConfig: { Comment: r.text("comment") },
      });
      const id = String((output["HostedZone"] as Values)["Id"]).replace("/hostedzone/", "");
      await aws.call("route53", "ChangeTagsForResource", {
        ResourceType: "hostedzone",
        ResourceId: id,
        AddTags: tagList(r.tags()),
      });
      const { NameServers } = output["DelegationSet"] as Values;
      return { id, outputs: { zoneId: id, nameServers: NameServers } };
    },
    replacedBy: ["name"],
    remove: ({ id }, _, aws) => aws.call("route53", "DeleteHostedZone", { Id: id }),
  },
  "aws:route53/record:Record": {
    create: async (r, aws) => {
      await aws.call("route53", "ChangeResourceRecordSets", change(r, "CREATE"));
      const id = ["zoneId", "name", "type", "setIdentifier"].map((key) => r.text(key)).join("_");
      return { id, outputs: {} };
    },
    replacedBy: ["name", "type", "zoneId"],
    remove: (_, r, aws) => aws.call("route53", "ChangeResourceRecordSets", change(r, "DELETE")),
  },
};
