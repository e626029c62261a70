import { items, ownership, str, tagsOf, type AwsKind } from "./aws-kind";
import type { Found } from "./found";

/** By which nodes of a cluster on EC2 hand over what is secret. Their tags are asked one by one. */
export const parameters: AwsKind = {
  title: "parameter",
  find: async (aws) => {
    const output = await aws("ssm", "DescribeParameters", {
      ParameterFilters: [{ Key: "Name", Option: "BeginsWith", Values: ["/labs/"] }],
    });
    const found: Found[] = [];
    for (const name of items(output, "Parameters").map((p) => str(p, "Name"))) {
      const tags = await aws("ssm", "ListTagsForResource", { ResourceType: "Parameter", ResourceId: name });
      const whose = ownership(tagsOf({ Tags: tags["TagList"] }));
      if (whose !== undefined) found.push({ kind: "parameter", id: name, ...whose });
    }
    return found;
  },
  remove: async (aws, found) => {
    for (const { id } of found) await aws("ssm", "DeleteParameter", { Name: id });
  },
};
