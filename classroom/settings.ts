import type { Allotment } from "./allocation";
import type { Class } from "./class-file";
import type { Student } from "./student";

/** Ports of nodes that kind maps for the ingress controller. */
const HTTP = 80;
const HTTPS = 443;

/** What a kind cluster must have for a lab, beyond what every one has (`labs/model`, LabNeeds). */
export interface ClusterNeeds {
  /** A docker network of its own. */
  network: boolean;
  /** The upper half of the pod range free for a pool that the lab makes. */
  secondPool: boolean;
}

/** What the labs of a student need of a kind cluster. */
export function needsOf(
  student: Student,
  cls: Class,
  labs: ReadonlyMap<string, ClusterNeeds> = new Map(),
): ClusterNeeds {
  const needs = Object.keys(student.labs ?? cls.labs).flatMap((lab) => labs.get(lab) ?? []);
  const own = section(cls.config["kind"])["network"];
  return {
    network: needs.some((n) => n.network) || (own !== undefined && own !== null),
    secondPool: needs.some((n) => n.secondPool),
  };
}

/**
 * The config of a student's stack, keys without the project's name. It is a plain stack: `pulumi up` by hand works
 * with it. `nodePorts` are the node ports that labs want open on the machine, those of labs that are off too, so
 * that switching one on needs no new cluster.
 */
export function stackConfig(
  student: Student,
  cls: Class,
  lease: { owner: string; expires: number },
  allotment: Allotment | undefined,
  nodePorts: readonly number[],
  needs: ClusterNeeds = { network: false, secondPool: false },
): Record<string, unknown> {
  const target = student.target ?? cls.target;
  // Sections of the target that this student does not use would be refused.
  const { kind, eks, ...given } = cls.config;
  const labs = Object.fromEntries(
    Object.entries(student.labs ?? cls.labs).map(([lab, step]) => [lab, { step }]),
  );
  return {
    ...given,
    target,
    clusterName: student.environment,
    labs,
    owner: lease.owner,
    expires: new Date(lease.expires).toISOString(),
    student: {
      class: cls.name,
      id: student.id,
      name: student.name,
      ...(student.email === undefined ? {} : { email: student.email }),
    },
    ...(target === "kind" ? { kind: kindConfig(section(kind), cls, allotment, nodePorts, needs) } : {}),
    ...(target === "kind" && needs.secondPool && allotment !== undefined
      ? { calico: withPools(section(given["calico"]), allotment.podCidr) }
      : {}),
    ...(target === "eks" ? { eks: eksConfig(section(eks), cls) } : {}),
  };
}

type Section = Readonly<Record<string, unknown>>;

function section(value: unknown): Section {
  return typeof value === "object" && value !== null ? (value as Section) : {};
}

function kindConfig(
  given: Section,
  cls: Class,
  allotment: Allotment | undefined,
  nodePorts: readonly number[],
  needs: ClusterNeeds,
): Section {
  const { network, ...rest } = given;
  return {
    ...rest,
    ...(cls.workers === undefined ? {} : { workers: cls.workers }),
    ...(allotment === undefined
      ? {}
      : {
          podCidr: allotment.podCidr,
          serviceCidr: allotment.serviceCidr,
          apiServerPort: allotment.apiPort,
          portMappings: portMappings(allotment, nodePorts),
          ...(needs.network ? { network: { ...section(network), subnet: allotment.networkCidr } } : {}),
        }),
  };
}

/** The lower half of the pod range as the first pool, unless the class says which pools there are. */
function withPools(given: Section, podCidr: string): Section {
  if (given["pools"] !== undefined) return given;
  const [base = "", length = "0"] = podCidr.split("/");
  return { ...given, pools: [{ cidr: `${base}/${Number(length) + 1}` }] };
}

/** Sizes are those of the one node group that a class has, unless it names groups of its own. */
function eksConfig(given: Section, cls: Class): Section {
  if ("nodeGroups" in given || (cls.workers === undefined && cls.instanceTypes === undefined)) return given;
  const workers = {
    ...(cls.workers === undefined ? {} : { min: cls.workers }),
    ...(cls.instanceTypes === undefined ? {} : { instanceTypes: cls.instanceTypes }),
  };
  return { ...given, nodeGroups: { workers } };
}

/** Node port → port of the machine, for one cluster. Labs' ports beyond the block are left out; the plan has said so. */
export function portMappings(
  a: Allotment,
  nodePorts: readonly number[],
): { nodePort: number; hostPort: number }[] {
  const labs = labNodePorts(nodePorts);
  return [
    { nodePort: HTTP, hostPort: a.httpPort },
    { nodePort: HTTPS, hostPort: a.httpsPort },
    ...labs.slice(0, a.labPorts.length).map((nodePort, i) => ({ nodePort, hostPort: a.labPorts[i] ?? 0 })),
  ];
}

/** The labs' node ports, each once, in order, without those of the ingress controller. */
export function labNodePorts(nodePorts: readonly number[]): number[] {
  return [...new Set(nodePorts)].filter((p) => p !== HTTP && p !== HTTPS).sort((a, b) => a - b);
}
