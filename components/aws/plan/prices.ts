// Not the name of this file: where the engine runs TypeScript, `./x` finds x.json before x.ts.
import table from "./price-table.json";

/** Things of AWS that cost by the hour, besides instances and volumes. */
export type HourlyService =
  | "control plane"
  | "control plane, extended support"
  | "NAT gateway"
  | "network load balancer"
  | "application load balancer"
  | "public IPv4 address"
  | "interface endpoint"
  | "KMS key"
  | "hosted zone";

/** Hours of a month, as AWS counts. */
export const MONTH = 730;

type Row = readonly (number | null)[];
const { regions } = table;
const instances = table.instances as unknown as Record<string, Row | undefined>;

const column = (row: Row | undefined, region: string): number | undefined => {
  const i = regions.indexOf(region);
  return i < 0 ? undefined : (row?.[i] ?? undefined);
};
const inAll = (usd: number): Row => regions.map(() => usd);
const only = (prices: Readonly<Record<string, number>>): Row => regions.map((r) => prices[r] ?? null);

const services: Readonly<Record<HourlyService, Row>> = {
  "control plane": inAll(0.1),
  "control plane, extended support": inAll(0.6),
  "NAT gateway": table.natGateway,
  "network load balancer": table.networkLoadBalancer,
  "application load balancer": only({ "ap-northeast-1": 0.0243, "us-east-1": 0.0225, "us-west-2": 0.0225 }),
  "public IPv4 address": inAll(0.005),
  "interface endpoint": only({
    "ap-northeast-2": 0.013,
    "eu-central-1": 0.012,
    "us-east-1": 0.01,
    "us-west-2": 0.01,
  }),
  "KMS key": inAll(1 / MONTH),
  "hosted zone": inAll(0.5 / MONTH),
};

/** Where the prices come from, for people. AWS changes them without a word to this table. */
export const priceSources: readonly string[] = [
  "instances: ec2instances.info of 2025-05-28 (cristim/ec2-instances-info); us-east-1: aws/karpenter-provider-aws 1.15.1 of 2026-07-20",
  "NAT gateways, network load balancers, volumes, control planes: AWS's price list of 2021 (cortexlabs/cortex, resource_metadata.go); us-east-1 and us-west-2 had the same in 2026",
  "all else: AWS's announcements up to 2024 (one price everywhere), and reports of 2026 (three or four regions)",
];

/** List price of an hour in USD; undefined where the table has none: nothing is guessed from other regions. */
export function servicePrice(region: string, service: HourlyService): number | undefined {
  return column(services[service], region);
}

/** List price of an hour of an instance in USD: Linux, on demand, shared tenancy. */
export function instancePrice(region: string, instanceType: string): number | undefined {
  return column(Object.hasOwn(instances, instanceType) ? instances[instanceType] : undefined, region);
}

/** List price of an hour of a gp3 volume in USD, with the throughput and the operations that it has without asking. */
export function volumePrice(region: string, gib: number): number | undefined {
  const month = column(table.gp3, region);
  return month === undefined ? undefined : (month * gib) / MONTH;
}
