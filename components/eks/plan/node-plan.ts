import type { Problem } from "../../../kube/problems";
import { unknownType } from "../../aws/plan/instance-types";
import type { GroupCapacity } from "../../aws/plan/address-demand";
import { amiType, imageNotes, imageProblems } from "./images";
import type { InstanceFacts } from "../../aws/plan/instance-types";
import { desiredNow, type StandingCluster } from "./standing-cluster";
import { zoneLetter, type GroupRequest } from "../../aws/plan/network-request";
import type { AwsFacts } from "./aws-facts";
import type { EksConfig, NodeGroupConfig, Taint } from "../eks-config";

/** One managed node group as it is made; with `perZone` there is one for each zone. */
export interface NodeGroupPlan {
  /** `workers`, or `workers-a`: its identity. */
  name: string;
  zones: readonly string[];
  instanceTypes: readonly string[];
  amiType: string;
  min: number;
  desired: number;
  /** Whether the number of nodes is left to whoever set it last: an autoscaler, or a person. */
  keepsDesired: boolean;
  max: number;
  capacityType: "ON_DEMAND" | "SPOT";
  diskGiB: number;
  /** Device of the volume that the size is for. */
  diskDevice: string;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  maxPods: number;
  /** User data as text; EKS adds its own part to it. */
  userData: string;
}

const EFFECTS = {
  NoSchedule: "NO_SCHEDULE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
} as const;

/** A taint's effect as EKS writes it. */
export function eksEffect(effect: Taint["effect"]): string {
  return EFFECTS[effect];
}

/** Groups as the network planner needs them, and what is wrong with the config. */
export function groupRequests(
  config: EksConfig,
  zones: readonly string[],
  aws: AwsFacts,
  path: string,
): { groups: GroupRequest[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const groups: GroupRequest[] = [];
  const all = Object.entries(config.nodeGroups);
  for (const [name, group] of all) {
    const at = `${path}.nodeGroups.${name}`;
    problems.push(...sizeProblems(group, at));
    const types: InstanceFacts[] = [];
    group.instanceTypes.forEach((type, i) => {
      const facts = aws.instanceType(type);
      if (facts !== undefined) {
        types.push(facts);
        problems.push(
          ...offeringProblems(facts.instanceType, group.zones ?? zones, aws, `${at}.instanceTypes[${i}]`),
        );
      } else if (aws.stage !== "before-lookup") problems.push(unknownType(`${at}.instanceTypes[${i}]`, type));
    });
    if (types.length === 0) continue;
    problems.push(...imageProblems(types, group.os, at));
    groups.push({ name, types, max: group.max, zones: group.zones ?? zones, perZone: group.perZone });
  }
  if (all.length === 0 || all.every(([, g]) => g.min === 0)) {
    problems.push({
      path: `${path}.nodeGroups`,
      message: "no node group has a node; CoreDNS and everything else would wait for one",
      fix: "min 1 or more in one group",
    });
  }
  if (all.length > 0 && all.every(([, g]) => g.taints.some((t) => t.effect !== "PreferNoSchedule"))) {
    problems.push({
      path: `${path}.nodeGroups`,
      message: "every node group has a taint, so CoreDNS and the labs would find no node",
      fix: "a group without taints",
    });
  }
  return { groups, problems };
}

function sizeProblems({ min, desired, max }: NodeGroupConfig, path: string): Problem[] {
  const problems: Problem[] = [];
  if (desired < min) {
    problems.push({
      path: `${path}.desired`,
      value: desired,
      message: `is less than min (${min})`,
      fix: `${min} or more`,
    });
  }
  if (max < desired) {
    problems.push({
      path: `${path}.max`,
      value: max,
      message: `is less than desired (${desired})`,
      fix: `${desired} or more`,
    });
  }
  return problems;
}

function offeringProblems(type: string, zones: readonly string[], aws: AwsFacts, path: string): Problem[] {
  const offered = aws.offerings?.[type];
  const missing = offered === undefined ? [] : zones.filter((zone) => !offered.includes(zone));
  if (offered === undefined || missing.length === 0) return [];
  return [
    {
      path,
      value: type,
      message: `is not offered in ${missing.join(", ")}`,
      fix:
        offered.length === 0
          ? "another type; this region does not have it"
          : `another type, or the zones ${offered.join(", ")}`,
    },
  ];
}

/** What a reader should know of the groups' images. */
export function groupNotes(groups: readonly GroupRequest[]): string[] {
  return groups.flatMap(({ name, types }) => imageNotes(types, name));
}

/** The managed groups to make, from a config that fits, and of groups that stand the number of nodes that fits too. */
export function nodeGroupPlans(
  config: EksConfig,
  capacities: readonly GroupCapacity[],
  standing?: StandingCluster,
): NodeGroupPlan[] {
  return capacities.flatMap(({ group, maxPods, largest }) => {
    const w = config.nodeGroups[group.name];
    if (w === undefined) return [];
    const common = {
      instanceTypes: w.instanceTypes,
      amiType: amiType(w.os, largest.facts),
      min: w.min,
      max: w.max,
      capacityType: w.capacity === "spot" ? ("SPOT" as const) : ("ON_DEMAND" as const),
      diskGiB: w.diskGiB,
      // Bottlerocket keeps images and volumes on its second disk.
      diskDevice: w.os === "bottlerocket" ? "/dev/xvdb" : "/dev/xvda",
      labels: w.labels,
      taints: w.taints,
      maxPods,
      userData: w.os === "bottlerocket" ? bottlerocketUserData(maxPods) : al2023UserData(maxPods),
    };
    const named = (name: string, groupZones: readonly string[]): NodeGroupPlan => {
      const desired = desiredNow(w, standing?.nodeGroups[name]);
      return {
        ...common,
        name,
        zones: groupZones,
        desired: desired ?? w.desired,
        keepsDesired: desired === undefined,
      };
    };
    return group.perZone
      ? group.zones.map((zone) => named(`${group.name}-${zoneLetter(zone)}`, [zone]))
      : [named(group.name, group.zones)];
  });
}

/**
 * Max pods for Amazon Linux 2023, as a NodeConfig that nodeadm merges with the one of EKS. EKS puts a maxPods of its own
 * into the kubelet's file (eksctl issue 8037); flags of both parts are joined, and a flag beats the file. No image is
 * named, so the group stays on EKS's image and its updates.
 */
export function al2023UserData(maxPods: number): string {
  return [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="//"',
    "",
    "--//",
    "Content-Type: application/node.eks.aws",
    "",
    "---",
    "apiVersion: node.eks.aws/v1alpha1",
    "kind: NodeConfig",
    "spec:",
    "  kubelet:",
    "    config:",
    `      maxPods: ${maxPods}`,
    "    flags:",
    `      - --max-pods=${maxPods}`,
    "",
    "--//--",
    "",
  ].join("\n");
}

/** Max pods for Bottlerocket: settings in TOML, which EKS merges with its own. */
export function bottlerocketUserData(maxPods: number): string {
  return `[settings.kubernetes]\nmax-pods = ${maxPods}\n`;
}
