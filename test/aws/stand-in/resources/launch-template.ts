import type { Inputs, ResourceType, Values } from "./resource-type";
import { pascal, tagList } from "./resource-type";

/** Numbers that Pulumi has as text. */
const FLAGS = ["Encrypted", "DeleteOnTermination"];

function data(r: Inputs): Values {
  const disks = pascal(r.get("blockDeviceMappings")) as { Ebs: Values }[] | undefined;
  const specifications = r.get<{ resourceType: string; tags: Record<string, string> }[] | undefined>(
    "tagSpecifications",
  );
  return {
    BlockDeviceMappings: disks?.map(({ Ebs, ...disk }) => ({
      ...disk,
      Ebs: Object.fromEntries(
        Object.entries(Ebs).map(([k, v]) => [
          k,
          FLAGS.includes(k) && typeof v === "string" ? v === "true" : v,
        ]),
      ),
    })),
    MetadataOptions: pascal(r.get("metadataOptions")),
    TagSpecifications: specifications?.map(({ resourceType, tags, ...rest }) => ({
      ResourceType: resourceType,
      Tags: tagList(tags),
      ...(pascal(rest) as Values),
    })),
    UserData: r.get("userData"),
  };
}

export const launchTemplate: ResourceType = {
  create: async (r, aws) => {
    r.get("updateDefaultVersion");
    const tags = tagList(r.tags());
    const output = await aws.call("ec2", "CreateLaunchTemplate", {
      LaunchTemplateName: r.autoName(),
      LaunchTemplateData: data(r),
      TagSpecifications: tags === undefined ? undefined : [{ ResourceType: "launch-template", Tags: tags }],
    });
    const made = output["LaunchTemplate"] as Values;
    return { id: String(made["LaunchTemplateId"]), outputs: { latestVersion: made["LatestVersionNumber"] } };
  },
  update: async ({ now, made }, aws) => {
    now.get("updateDefaultVersion");
    const output = await aws.call("ec2", "CreateLaunchTemplateVersion", {
      LaunchTemplateId: made.id,
      LaunchTemplateData: data(now),
    });
    const latestVersion = (output["LaunchTemplateVersion"] as Values)["VersionNumber"];
    await aws.call("ec2", "ModifyLaunchTemplate", {
      LaunchTemplateId: made.id,
      DefaultVersion: String(latestVersion),
    });
    return { latestVersion };
  },
  remove: ({ id }, _, aws) => aws.call("ec2", "DeleteLaunchTemplate", { LaunchTemplateId: id }),
};
