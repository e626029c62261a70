import { servicePrice } from "../../components/aws/plan/prices";
import {
  clusterByTags,
  items,
  moment,
  ownership,
  price,
  str,
  tagsOf,
  type AwsCall,
  type AwsKind,
  type Item,
  type Scope,
} from "./aws-kind";
import type { Found } from "./found";

/** AWS takes so many names in one question for tags. */
const AT_ONCE = 20;

/** Things of a load balancing service, with whose they are: by this project's tags, or by the cluster's own. */
async function owned(
  aws: AwsCall,
  service: "elb" | "elbv2",
  all: readonly Item[],
  key: string,
  scope: Scope,
): Promise<{ item: Item; whose: Omit<Found, "kind" | "id"> }[]> {
  const found: { item: Item; whose: Omit<Found, "kind" | "id"> }[] = [];
  for (let i = 0; i < all.length; i += AT_ONCE) {
    const some = all.slice(i, i + AT_ONCE);
    const ids = some.map((item) => str(item, key));
    const classic = service === "elb";
    const output = await aws(service, "DescribeTags", {
      [classic ? "LoadBalancerNames" : "ResourceArns"]: ids,
    });
    for (const described of items(output, "TagDescriptions")) {
      const tags = tagsOf(described);
      const cluster = clusterByTags(tags, scope);
      const whose = ownership(tags) ?? (cluster === undefined ? undefined : { cluster });
      const id = str(described, classic ? "LoadBalancerName" : "ResourceArn");
      const item = some.find((one) => str(one, key) === id);
      if (whose !== undefined && item !== undefined) found.push({ item, whose });
    }
  }
  return found;
}

const each = async (found: readonly Found[], remove: (id: string) => Promise<unknown>): Promise<void> => {
  for (const { id } of found) await remove(id);
};

/** Load balancers, also those that a Service of somebody's made: nothing else in a VPC goes before them. */
export const balancers: readonly AwsKind[] = [
  {
    title: "load balancer",
    find: async (aws, scope) => {
      const all = items(await aws("elbv2", "DescribeLoadBalancers"), "LoadBalancers");
      return (await owned(aws, "elbv2", all, "LoadBalancerArn", scope)).map(({ item, whose }) => {
        const type =
          str(item, "Type") === "application" ? "application load balancer" : "network load balancer";
        return {
          kind: "load balancer",
          id: str(item, "LoadBalancerArn"),
          ...whose,
          ...moment(item["CreatedTime"]),
          ...price(servicePrice(scope.region, type)),
        };
      });
    },
    remove: (aws, found) =>
      each(found, (LoadBalancerArn) => aws("elbv2", "DeleteLoadBalancer", { LoadBalancerArn })),
  },
  {
    title: "classic load balancer",
    find: async (aws, scope) => {
      const all = items(await aws("elb", "DescribeLoadBalancers"), "LoadBalancerDescriptions");
      return (await owned(aws, "elb", all, "LoadBalancerName", scope)).map(({ item, whose }) => ({
        kind: "classic load balancer",
        id: str(item, "LoadBalancerName"),
        ...whose,
        ...moment(item["CreatedTime"]),
      }));
    },
    remove: (aws, found) =>
      each(found, (LoadBalancerName) => aws("elb", "DeleteLoadBalancer", { LoadBalancerName })),
  },
  {
    title: "target group",
    find: async (aws, scope) => {
      const all = items(await aws("elbv2", "DescribeTargetGroups"), "TargetGroups");
      return (await owned(aws, "elbv2", all, "TargetGroupArn", scope)).map(({ item, whose }) => ({
        kind: "target group",
        id: str(item, "TargetGroupArn"),
        ...whose,
      }));
    },
    remove: (aws, found) =>
      each(found, (TargetGroupArn) => aws("elbv2", "DeleteTargetGroup", { TargetGroupArn })),
  },
];
