import { TAG_EXPIRES } from "../../../classroom/environment-record";

/** Tag keys of everything that this project makes in AWS: one place, so that a sweep can find it all. */
export const TAG_STACK = "labs:stack";
export const TAG_CLUSTER = "labs:cluster";
export const TAG_OWNER = "labs:owner";

export interface TagSource {
  stack: string;
  cluster: string;
  owner?: string | undefined;
  /** ISO time. */
  expires?: string | undefined;
  /** The user's own; ours win. */
  extra: Readonly<Record<string, string>>;
}

/** The tags of a stack. Characters that AWS does not take in a value become `-`. */
export function stackTags({ stack, cluster, owner, expires, extra }: TagSource): Record<string, string> {
  const clean = (text: string) => text.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, "-").slice(0, 256);
  return {
    ...extra,
    [TAG_STACK]: clean(stack),
    [TAG_CLUSTER]: cluster,
    ...(owner === undefined ? {} : { [TAG_OWNER]: clean(owner) }),
    ...(expires === undefined ? {} : { [TAG_EXPIRES]: clean(expires) }),
  };
}
