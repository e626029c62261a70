import { servicePrice } from "../../components/aws/plan/prices";
import { moment, ownership, price, str, type AwsCall, type AwsKind, type Item, type Tags } from "./aws-kind";
import type { Found } from "./found";

/** Clusters with this project's tags. */
async function clusters(aws: AwsCall): Promise<{ item: Item; whose: Omit<Found, "kind" | "id"> }[]> {
  const { clusters: names = [] } = (await aws("eks", "ListClusters")) as { clusters?: string[] };
  const found: { item: Item; whose: Omit<Found, "kind" | "id"> }[] = [];
  for (const name of names) {
    const { cluster } = (await aws("eks", "DescribeCluster", { name })) as { cluster: Item };
    const whose = ownership((cluster["tags"] ?? {}) as Tags);
    if (whose !== undefined) found.push({ item: cluster, whose });
  }
  return found;
}

/** A group's id is both names: neither has a slash. */
export const nodeGroups: AwsKind = {
  title: "node group",
  find: async (aws) => {
    const found: Found[] = [];
    for (const { item, whose } of await clusters(aws)) {
      const clusterName = str(item, "name");
      const { nodegroups = [] } = (await aws("eks", "ListNodegroups", { clusterName })) as {
        nodegroups?: string[];
      };
      found.push(...nodegroups.map((g) => ({ kind: "node group", id: `${clusterName}/${g}`, ...whose })));
    }
    return found;
  },
  remove: async (aws, found) => {
    for (const { id } of found) {
      const [clusterName, nodegroupName] = id.split("/");
      await aws("eks", "DeleteNodegroup", { clusterName, nodegroupName });
    }
  },
};

export const eksClusters: AwsKind = {
  title: "EKS cluster",
  find: async (aws, { region }) =>
    (await clusters(aws)).map(({ item, whose }) => ({
      kind: "EKS cluster",
      id: str(item, "name"),
      ...whose,
      ...moment(item["createdAt"]),
      ...price(servicePrice(region, "control plane")),
      ...(item["deletionProtection"] === true
        ? {
            kept: `has deletion protection: aws eks update-cluster-config --name ${str(item, "name")} --no-deletion-protection`,
          }
        : {}),
    })),
  remove: async (aws, found) => {
    for (const { id } of found) await aws("eks", "DeleteCluster", { name: id });
  },
};
