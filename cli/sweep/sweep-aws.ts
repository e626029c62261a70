import { TAG_CLUSTER } from "../../components/aws/plan/aws-tags";
import { reasonOf } from "../../kube/problems";
import { realClock, type Clock } from "../clock";
import { balancers } from "./aws-balancers";
import { eksClusters, nodeGroups } from "./aws-clusters";
import { items, str, tagsOf, type AwsCall, type AwsKind, type Scope, type Tags } from "./aws-kind";
import { instances, network } from "./aws-network";
import { parameters } from "./aws-parameters";
import { balancerGroups } from "./aws-security-groups";
import { records } from "./aws-records";
import { zones } from "./aws-zones";
import type { Found, SweepResult } from "./found";

/** Everything that this project has AWS make, or lets AWS make, in the order in which it can be deleted. */
const KINDS: readonly AwsKind[] = [
  ...balancers,
  nodeGroups,
  eksClusters,
  instances,
  parameters,
  ...network,
  ...records,
  zones,
];

/** What holds a VPC that its stack deletes: load balancers, and what they leave. */
const IN_THE_WAY: readonly AwsKind[] = [
  ...balancers,
  ...network.filter((k) => k.title === "network interface"),
  balancerGroups,
];

export interface SweptAws {
  found: Found[];
  /** Kinds that AWS did not list, with its words. */
  unseen: string[];
}

/** What carries this project's tags in a region. */
export async function findAtAws(
  aws: AwsCall,
  region: string,
  kinds: readonly AwsKind[] = KINDS,
): Promise<SweptAws> {
  const unseen: string[] = [];
  const found: Found[] = [];
  const scope = await scopeOf(aws, region);
  for (const kind of kinds) {
    try {
      found.push(...(await kind.find(aws, scope)));
    } catch (error) {
      unseen.push(`${kind.title}: ${firstLine(error)}`);
    }
  }
  return { found, unseen };
}

async function scopeOf(aws: AwsCall, region: string): Promise<Scope> {
  const tagged = items(
    await aws("ec2", "DescribeVpcs", { Filters: [{ Name: "tag-key", Values: [TAG_CLUSTER] }] }),
    "Vpcs",
  );
  const vpcs = new Map<string, Tags>(tagged.map((v) => [str(v, "VpcId"), tagsOf(v)]));
  const { clusters: standing = [] } = (await aws("eks", "ListClusters")) as { clusters?: string[] };
  const clusters = new Set([...vpcs.values()].flatMap((tags) => tags[TAG_CLUSTER] ?? []));
  for (const name of standing) {
    const { cluster } = (await aws("eks", "DescribeCluster", { name })) as { cluster: { tags?: Tags } };
    if (cluster.tags?.[TAG_CLUSTER] === name) clusters.add(name);
  }
  return { region, vpcs, clusters };
}

export interface Deletion {
  aws: AwsCall;
  region: string;
  clusters: ReadonlySet<string>;
  say: (line: string) => void;
  clock?: Clock;
  /** How long to ask again, at most, in milliseconds. @default half an hour: that of a cluster or its nodes */
  patience?: number;
}

const PATIENCE = 30 * 60_000;
const PAUSE = 10_000;

/** Deletes all of some clusters, kind after kind; what fails is told, and the rest is tried all the same. */
export async function deleteAtAws(job: Deletion, kinds: readonly AwsKind[] = KINDS): Promise<SweepResult> {
  const { aws, region, clusters } = job;
  // What is known by its VPC or its cluster is known by them also when they are gone.
  const seen = await scopeOf(aws, region);
  const scope = { ...seen, clusters: new Set([...seen.clusters, ...clusters]) };
  const deleted: Found[] = [];
  const left: SweepResult["left"] = [];
  for (const kind of kinds) {
    const find = async () => (await kind.find(aws, scope)).filter((f) => clusters.has(f.cluster));
    const done = await deleteKind(kind, find, job);
    deleted.push(...done.deleted);
    left.push(...done.left);
  }
  return { deleted, left };
}

/** Asks for each until it is gone. What something else still uses is asked for again: that may be on its way out. */
async function deleteKind(
  kind: AwsKind,
  find: () => Promise<Found[]>,
  { aws, say, clock = realClock, patience = PATIENCE }: Deletion,
): Promise<SweepResult> {
  const end = clock.now() + patience;
  let found: Found[];
  try {
    found = await find();
  } catch (error) {
    say(`${kind.title}s cannot be listed: ${firstLine(error)}`);
    return { deleted: [], left: [] };
  }
  const kept = found.flatMap((f) => (f.kept === undefined ? [] : [{ found: f, why: f.kept }]));
  const mine = found.filter((f) => f.kept === undefined);
  if (mine.length > 0) say(`deleting ${mine.map((f) => `${f.kind} ${f.id}`).join(", ")}`);
  const why = new Map<string, string>();
  let still = mine;
  const asked = new Set<string>();
  while (still.length > 0) {
    for (const f of still) {
      if (asked.has(f.id)) continue;
      try {
        await kind.remove(aws, [f]);
        if (kind.comesBack !== true) asked.add(f.id);
        why.set(f.id, "is still there");
      } catch (error) {
        why.set(f.id, firstLine(error));
        if (!IN_USE.test(firstLine(error))) asked.add(f.id);
      }
    }
    const refused = (f: Found) => asked.has(f.id) && why.get(f.id) !== "is still there";
    still = (await find().catch(() => still)).filter((f) => mine.some((m) => m.id === f.id));
    if (still.every(refused) || clock.now() >= end) break;
    await clock.sleep(PAUSE);
  }
  return {
    deleted: mine.filter((f) => !still.some((s) => s.id === f.id)),
    left: [...kept, ...still.map((f) => ({ found: f, why: why.get(f.id) ?? "is still there" }))],
  };
}

/** AWS's words for what something else still holds. */
const IN_USE = /DependencyViolation|ResourceInUse|InUse|in use|dependent object/i;

/** Deletes what stands in the way of a stack's own deletion: what Services of somebody's had AWS make. */
export const deleteInTheWay = (job: Deletion): Promise<SweepResult> =>
  deleteAtAws({ patience: 5 * 60_000, ...job }, IN_THE_WAY);

const firstLine = (error: unknown): string =>
  reasonOf(error)
    .split("\n")
    .find((l) => l.trim() !== "" && !l.startsWith("Command failed"))
    ?.trim() ?? "failed";
