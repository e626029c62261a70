import { TAG_EXPIRES } from "../../classroom/environment-record";
import { TAG_CLUSTER, TAG_OWNER, TAG_STACK } from "../../components/aws/plan/aws-tags";
import type { Found } from "./found";

/** One call of AWS's API: its operation and input as the service's model has them; lists come whole. */
export type AwsCall = (
  service: string,
  operation: string,
  input?: Readonly<Record<string, unknown>>,
) => Promise<Item>;

export type Item = Record<string, unknown>;
export type Tags = Readonly<Record<string, string>>;

/** Where is looked, and what is there that other things are known by. */
export interface Scope {
  region: string;
  /** VPCs with this project's tags, by id. */
  vpcs: ReadonlyMap<string, Tags>;
  /** Names of clusters that this project's tags name. */
  clusters: ReadonlySet<string>;
}

/** One kind of thing: how it is found, and how it is deleted. */
export interface AwsKind {
  title: string;
  find(aws: AwsCall, scope: Scope): Promise<Found[]>;
  /** AWS itself may make it again once, shortly after. */
  comesBack?: true;
  /** Asks AWS to delete them; they may take a while to be gone. */
  remove(aws: AwsCall, found: readonly Found[]): Promise<void>;
}

export const items = (output: Item, key: string): Item[] => (output[key] as Item[] | undefined) ?? [];
export const str = (item: Item, key: string): string => {
  const value = item[key];
  return typeof value === "string" ? value : "";
};

/** Tags as most services write them. */
export const tagsOf = (item: Item): Tags =>
  Object.fromEntries(items(item, "Tags").map((t) => [str(t, "Key"), str(t, "Value")]));

/** What the tags say of whose it is; undefined where they are not this project's. */
export function ownership(tags: Tags): Pick<Found, "cluster" | "stack" | "owner" | "expires"> | undefined {
  const cluster = tags[TAG_CLUSTER];
  if (cluster === undefined) return undefined;
  const pick = (key: "stack" | "owner" | "expires", tag: string) =>
    tags[tag] === undefined ? {} : { [key]: tags[tag] };
  return {
    cluster,
    ...pick("stack", TAG_STACK),
    ...pick("owner", TAG_OWNER),
    ...pick("expires", TAG_EXPIRES),
  };
}

/** A moment as AWS gives it: text, or seconds. */
export function moment(value: unknown): Pick<Found, "made"> {
  const at =
    typeof value === "number"
      ? new Date(value * 1000)
      : typeof value === "string"
        ? new Date(value)
        : undefined;
  return at === undefined || Number.isNaN(at.getTime()) ? {} : { made: at.toISOString() };
}

export const price = (usd: number | undefined): Pick<Found, "usd"> => (usd === undefined ? {} : { usd });

/** A cluster that a controller of Kubernetes has named in tags of its own, where this project knows it. */
export function clusterByTags(tags: Tags, { clusters }: Scope): string | undefined {
  const named = [
    tags["elbv2.k8s.aws/cluster"],
    ...Object.keys(tags).flatMap((key) => /^kubernetes\.io\/cluster\/(.+)$/.exec(key)?.[1] ?? []),
  ];
  return named.find((name) => name !== undefined && clusters.has(name));
}
