import type { Problem } from "../kube/problems";
import { allocateSlots, allocationOf, roomForLabPorts, type ClusterAllocation } from "./allocation";
import type { Class } from "./class-file";
import { formatDuration, newLease, renewLease } from "./lease";
import type { EnvironmentRecord } from "./environment-record";
import { labNodePorts, needsOf, type ClusterNeeds } from "./cluster-needs";
import type { Student, EnvironmentTarget } from "./student";

/** What `up` stands on: everything is plain data, so that a plan can be shown before anything is made. */
export interface UpInput<Given = unknown, Config = unknown> {
  students: readonly Student[];
  cls: Class<Given>;
  /** Makes the config of an environment's stack. */
  configOf: (environment: EnvironmentSpec<Given>) => Config;
  /** Environments that the backend has, of all classes. */
  existing: ReadonlyMap<string, EnvironmentRecord>;
  /** Slots of this machine that stay with their environments. @default those that the records name */
  held?: ReadonlyMap<string, number>;
  /** Name of this machine. */
  machine: string;
  owner: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Node ports that labs want open on the machine. */
  nodePorts: readonly number[];
  /** What labs need of a kind cluster, by lab. */
  labNeeds?: ReadonlyMap<string, ClusterNeeds>;
  /** Leases that were extended beyond the class's TTL keep their end; a TTL that the user says now counts as said. */
  keepLonger?: boolean;
  /** Slots with a port or a network that something else on this machine has. */
  busySlots?: ReadonlySet<number>;
}

/** All that the config of an environment's stack is made from. */
export interface EnvironmentSpec<Given> {
  student: Student;
  cls: Class<Given>;
  target: EnvironmentTarget;
  owner: string;
  /** Milliseconds since 1970. */
  expires: number;
  /** What a kind cluster gets on this machine; absent on EKS, and where nothing is left. */
  allocation?: ClusterAllocation;
  /**
   * Node ports that labs want open on the machine, those of labs that are off too, so that switching one on needs no
   * new cluster.
   */
  nodePorts: readonly number[];
  needs: ClusterNeeds;
}

export interface PlannedEnvironment<Config = unknown> {
  student: Student;
  record: EnvironmentRecord;
  config: Config;
  /** Whether the backend has it already. */
  exists: boolean;
  /** The hard limit gave less than the class's TTL. */
  capped: boolean;
}

/** One environment per student, by name; and what would not fit on this machine. */
export function planEnvironments<Given, Config>(
  input: UpInput<Given, Config>,
): {
  planned: Map<string, PlannedEnvironment<Config>>;
  problems: Problem[];
} {
  const { cls, existing, now } = input;
  const problems: Problem[] = [];
  const targetOf = (s: Student): EnvironmentTarget => s.target ?? cls.target;
  const kindStudents = input.students.filter((s) => targetOf(s) === "kind");
  const onKind = kindStudents.map((s) => s.environment);
  const networks = kindStudents.some((s) => needsOf(s, cls, input.labNeeds).network);
  const { slots, problems: short } = allocateSlots(
    onKind,
    input.held ?? slotsHere(existing, input.machine),
    cls.ranges,
    input.busySlots,
    networks,
  );
  problems.push(...short);
  const ports = labNodePorts(input.nodePorts);
  if (onKind.length > 0 && ports.length > roomForLabPorts(cls.ranges)) {
    problems.push({
      path: "allocation.portsPerCluster",
      value: cls.ranges.portsPerCluster,
      message: `leaves ${roomForLabPorts(cls.ranges)} ports for labs, which want ${ports.length}`,
      fix: `at least ${cls.ranges.portsPerCluster - roomForLabPorts(cls.ranges) + ports.length}`,
    });
  }
  const planned = new Map<string, PlannedEnvironment<Config>>();
  for (const student of input.students) {
    const old = existing.get(student.environment);
    if (old !== undefined && (old.class !== cls.name || old.id !== student.id)) {
      problems.push({
        path: `${student.row.where}: id`,
        value: student.id,
        message: `gives the name ${student.environment}, which ${old.id} of class ${old.class} has`,
        fix: "change the id, or give the class another name",
      });
      continue;
    }
    const { lease, capped } =
      old === undefined
        ? { lease: newLease(now, cls.ttl, cls.hardLimit), capped: false }
        : renewLease({ ...old.lease, hardLimit: cls.hardLimit }, now, cls.ttl, input.keepLonger);
    if (lease.expires <= now) {
      problems.push({
        path: student.environment,
        message: `has reached the hard limit of ${formatDuration(cls.hardLimit)} after its first up`,
        fix: "take it down and bring it up again, or raise hardLimit in the class file",
      });
      continue;
    }
    if (student.principalArn !== undefined && targetOf(student) !== "eks")
      problems.push({
        path: `${student.row.where}: principalArn`,
        value: student.principalArn,
        message: `is for eks, and the target is ${targetOf(student)}`,
        fix: "leave it out, or set target to eks",
      });
    const slot = slots.get(student.environment);
    const allocation = slot === undefined ? undefined : allocationOf(slot, cls.ranges);
    const target = targetOf(student);
    planned.set(student.environment, {
      student,
      exists: old !== undefined,
      capped,
      config: input.configOf({
        student,
        cls,
        target,
        owner: input.owner,
        expires: lease.expires,
        ...(allocation === undefined ? {} : { allocation }),
        nodePorts: input.nodePorts,
        needs: needsOf(student, cls, input.labNeeds),
      }),
      record: {
        class: cls.name,
        id: student.id,
        name: student.name,
        owner: input.owner,
        target,
        lease,
        ...(allocation === undefined
          ? {}
          : { machine: input.machine, slot: allocation.slot, apiPort: allocation.apiPort }),
      },
    });
  }
  return { planned, problems };
}

/** Slots of kind clusters on a machine, by environment. */
export function slotsHere(existing: UpInput["existing"], machine: string): Map<string, number> {
  const held = new Map<string, number>();
  for (const [name, r] of existing) {
    if (r.machine === machine && r.slot !== undefined) held.set(name, r.slot);
  }
  return held;
}
