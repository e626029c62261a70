import * as aws from "@pulumi/aws";
import { TAG_CLUSTER } from "../aws/plan/aws-tags";
import { QUOTAS, type Limit, type Limits, type QuotaName } from "./plan/quotas";

/**
 * The account's limits that a stack meets, and how much of them others use. What AWS does not answer is left out: its
 * defaults then count, as a warning.
 */
export async function lookUpLimits(cluster: string, provider: aws.Provider): Promise<Limits> {
  const opts = { provider, async: true } as const;
  const tags = { [TAG_CLUSTER]: cluster };
  const others = async (all: Promise<string[]>, own: Promise<string[]>) =>
    (await all).length - (await own).length;
  const used: Partial<Record<QuotaName, () => Promise<number>>> = {
    vpcs: () =>
      others(
        aws.ec2.getVpcs({}, opts).then((a) => a.ids),
        aws.ec2.getVpcs({ tags }, opts).then((a) => a.ids),
      ),
    addresses: () =>
      others(
        aws.ec2.getEips({}, opts).then((a) => a.allocationIds),
        aws.ec2.getEips({ tags }, opts).then((a) => a.allocationIds),
      ),
  };
  const found = Object.entries(QUOTAS).map(async ([name, { service, code }]): Promise<[string, Limit][]> => {
    try {
      const { value } = await aws.servicequotas.getServiceQuota(
        { serviceCode: service, quotaCode: code },
        opts,
      );
      const count = await used[name as QuotaName]?.();
      return Number.isFinite(value)
        ? [[name, { value, ...(count === undefined ? {} : { used: count }) }]]
        : [];
    } catch {
      return [];
    }
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}
