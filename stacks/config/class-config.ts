import type { z } from "zod";
import type { ClassChecks, RESERVED_KEYS } from "../../classroom/class-file";
import { slugOf } from "../../classroom/environment-names";
import type { KnownLabs } from "../../classroom/lab-choice";
import type { ClusterAllocation } from "../../classroom/allocation";
import { HTTP, HTTPS, labNodePorts } from "../../classroom/cluster-needs";
import type { EnvironmentSpec, PlannedEnvironment } from "../../classroom/plan-environments";
import { GATEWAY_NODE_PORTS } from "../../components/node-ports";
import { controllerOf } from "../ingress-plan";
import { DEFAULT_GROUP } from "../../components/eks/eks-config";
import type { Student } from "../../classroom/student";
import type { Problem } from "../../kube/problems";
import { resized, prefixOf } from "../../kube/ip";
import { problemsOf } from "../../kube/schema-problems";
import { configSchema, type ConfigInput } from "./stack-config";

/** What a class may say of the config of all its stacks. */
const classConfigSchema = configSchema.omit({
  target: true,
  clusterName: true,
  labs: true,
  student: true,
  owner: true,
  expires: true,
} satisfies Record<keyof typeof RESERVED_KEYS, true>);

export type ClassConfig = z.input<typeof classConfigSchema>;

export type PlannedStack = PlannedEnvironment<ConfigInput>;

/** What a class file is checked against. */
export const classChecks = (labs: KnownLabs): ClassChecks<ClassConfig> => ({
  labs,
  readConfig: readClassConfig,
});

/** Reads `config` of a class file; it stays as written, as it becomes part of each student's stack file. */
function readClassConfig(given: Readonly<Record<string, unknown>>): {
  config?: ClassConfig;
  problems: Problem[];
} {
  const result = classConfigSchema.safeParse(given);
  if (!result.success) return { problems: problemsOf(result.error, classConfigSchema, given) };
  if (result.data.dns.zone !== "create") return { config: given, problems: [] };
  const own: Problem = {
    path: "dns.zone",
    value: "create",
    message: "would make a zone for each student, and someone would have to delegate each by hand",
    fix: "make the zone of dns.baseDomain once, outside the class, and set find: students' names become records in it",
  };
  return { problems: [own] };
}

/**
 * The config of a student's stack, keys without the project's name. It is a plain stack: `pulumi up` by hand works
 * with it.
 */
export function environmentConfig(spec: EnvironmentSpec<ClassConfig>): ConfigInput {
  const { student, cls, target, allocation, needs } = spec;
  // Sections of the target that this student does not use would be refused.
  const { kind, eks, dns, calico, ...given } = cls.config;
  const weave = target === "kind" && needs.weave;
  const labs = Object.entries(student.labs ?? cls.labs).map(([lab, step]) => [lab, { step }]);
  return {
    ...given,
    target,
    clusterName: student.environment,
    labs: Object.fromEntries(labs) as Record<string, { step: number }>,
    owner: spec.owner,
    expires: new Date(spec.expires).toISOString(),
    student: {
      class: cls.name,
      id: student.id,
      name: student.name,
      ...(student.email === undefined ? {} : { email: student.email }),
    },
    ...(target === "kind" ? { kind: kindConfig(kind, spec) } : {}),
    ...(calico === undefined || weave ? {} : { calico }),
    ...(target === "kind" && needs.secondPool && !weave && allocation !== undefined
      ? { calico: withPools(calico, allocation, hasIPv6(kind)) }
      : {}),
    ...(target === "kind" && needs.bare && !weave ? { calico: { ...calico, install: false } } : {}),
    ...(target === "eks" ? { eks: eksConfig(eks, spec) } : {}),
    ...(dns === undefined ? {} : { dns: target === "eks" ? namesOf(student, dns) : dns }),
  };
}

/** Names of a student's own below the class's domain, in the class's zone: two stacks would have the same records. */
function namesOf({ id }: Student, dns: NonNullable<ClassConfig["dns"]>): NonNullable<ConfigInput["dns"]> {
  const { baseDomain, zone, zoneName = baseDomain } = dns;
  if (baseDomain === undefined) return dns;
  return {
    ...dns,
    baseDomain: `${slugOf(id)}.${baseDomain}`,
    ...(zone === "find" && zoneName !== undefined ? { zoneName } : {}),
  };
}

function kindConfig(
  given: ClassConfig["kind"],
  spec: EnvironmentSpec<ClassConfig>,
): NonNullable<ConfigInput["kind"]> {
  const { cls, allocation, nodePorts, needs } = spec;
  const { network, ...rest } = given ?? {};
  return {
    ...rest,
    ...(needs.weave ? { cni: "weave" as const } : {}),
    ...(cls.workers === undefined ? {} : { workers: cls.workers }),
    ...(allocation === undefined
      ? {}
      : {
          podCidr: allocation.podCidr,
          serviceCidr: allocation.serviceCidr,
          ...(hasIPv6(given) ? { podCidr6: allocation.podCidr6, serviceCidr6: allocation.serviceCidr6 } : {}),
          apiServerPort: allocation.apiPort,
          portMappings: portMappings(allocation, nodePorts, entryPorts(spec)),
          ...(needs.network ? { network: { ...network, subnet: allocation.networkCidr } } : {}),
        }),
  };
}

const hasIPv6 = (kind: ClassConfig["kind"]): boolean => (kind?.ipFamily ?? "ipv4") !== "ipv4";

/** The lower half of the pod range as the first pool, unless the class says which pools there are. */
function withPools(
  given: ClassConfig["calico"],
  { podCidr, podCidr6 }: ClusterAllocation,
  six: boolean,
): NonNullable<ConfigInput["calico"]> {
  if (given?.pools !== undefined) return given;
  return {
    ...given,
    pools: [{ cidr: resized(podCidr, prefixOf(podCidr) + 1) }, ...(six ? [{ cidr: podCidr6 }] : [])],
  };
}

/** The class's config, sizes, and the student's way in. */
function eksConfig(
  given: ClassConfig["eks"],
  spec: EnvironmentSpec<ClassConfig>,
): NonNullable<ConfigInput["eks"]> {
  const { principalArn } = spec.student;
  const sized = withSizes(given, spec);
  return principalArn === undefined
    ? sized
    : { ...sized, access: { ...sized.access, student: { principalArn } } };
}

/** Sizes are those of the one node group that a class has, unless it names groups of its own. */
function withSizes(
  given: ClassConfig["eks"],
  { cls }: EnvironmentSpec<ClassConfig>,
): NonNullable<ConfigInput["eks"]> {
  if (given?.nodeGroups !== undefined || (cls.workers === undefined && cls.instanceTypes === undefined))
    return given ?? {};
  const group = {
    ...(cls.workers === undefined ? {} : { min: cls.workers }),
    ...(cls.instanceTypes === undefined ? {} : { instanceTypes: [...cls.instanceTypes] }),
  };
  return { ...given, nodeGroups: { [DEFAULT_GROUP]: group } };
}

/** Ports of the nodes that requests come in by: those of ingress-nginx, or of a Gateway that stands alone. */
function entryPorts({ student, cls }: EnvironmentSpec<ClassConfig>): { http: number; https: number } {
  const { ingress = {}, gateway } = cls.config;
  const labs = Object.fromEntries(Object.keys(student.labs ?? cls.labs).map((lab) => [lab, {}]));
  if (controllerOf({ ingress, labs }) !== "gateway") return { http: HTTP, https: HTTPS };
  const { http, https } = GATEWAY_NODE_PORTS;
  return { http: gateway?.nodePorts?.http ?? http, https: gateway?.nodePorts?.https ?? https };
}

/** Node port → port of the machine, for one cluster. Labs' ports beyond the block are left out; the plan has said so. */
function portMappings(
  a: ClusterAllocation,
  nodePorts: readonly number[],
  entry: { http: number; https: number },
): { nodePort: number; hostPort: number }[] {
  const taken = new Set(Object.values(entry));
  const labs = labNodePorts(nodePorts).filter((p) => !taken.has(p));
  return [
    { nodePort: entry.http, hostPort: a.httpPort },
    { nodePort: entry.https, hostPort: a.httpsPort },
    ...labs.slice(0, a.labPorts.length).map((nodePort, i) => ({ nodePort, hostPort: a.labPorts[i] ?? 0 })),
  ];
}
