import { servicePrice } from "../../components/aws/plan/prices";
import { items, ownership, price, str, tagsOf, type AwsCall, type AwsKind } from "./aws-kind";
import type { Found } from "./found";

/** AWS takes so many zones in one question for tags. */
const AT_ONCE = 10;

const plainId = (id: string): string => id.replace("/hostedzone/", "");

/** DNS zones: they are the account's, not a region's. */
export const zones: AwsKind = {
  title: "hosted zone",
  find: async (aws, { region }) => {
    const all = items(await aws("route53", "ListHostedZones"), "HostedZones").map((z) =>
      plainId(str(z, "Id")),
    );
    const found: Found[] = [];
    for (let i = 0; i < all.length; i += AT_ONCE) {
      const output = await aws("route53", "ListTagsForResources", {
        ResourceType: "hostedzone",
        ResourceIds: all.slice(i, i + AT_ONCE),
      });
      for (const set of items(output, "ResourceTagSets")) {
        const whose = ownership(tagsOf(set));
        const usd = price(servicePrice(region, "hosted zone"));
        if (whose !== undefined)
          found.push({ kind: "hosted zone", id: str(set, "ResourceId"), ...whose, ...usd });
      }
    }
    return found;
  },
  remove: async (aws, found) => {
    for (const { id } of found) {
      await removeRecords(aws, id);
      await aws("route53", "DeleteHostedZone", { Id: id });
    }
  },
};

/** A zone goes only without records of its own; those of the zone itself stay to the end. */
async function removeRecords(aws: AwsCall, HostedZoneId: string): Promise<void> {
  const { HostedZone } = (await aws("route53", "GetHostedZone", { Id: HostedZoneId })) as {
    HostedZone: { Name: string };
  };
  const sets = items(
    await aws("route53", "ListResourceRecordSets", { HostedZoneId }),
    "ResourceRecordSets",
  ).filter((r) => str(r, "Name") !== HostedZone.Name || !["NS", "SOA"].includes(str(r, "Type")));
  if (sets.length === 0) return;
  const Changes = sets.map((set) => ({ Action: "DELETE", ResourceRecordSet: set }));
  await aws("route53", "ChangeResourceRecordSets", { HostedZoneId, ChangeBatch: { Changes } });
}
