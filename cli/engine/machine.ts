import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { kindApiPort, onMachine, removeFromMachine } from "../../components/kind/docker";
import type { MachineObject } from "../../components/kind/machine-objects";

/** The machine that the command runs on: what kind and Docker have there, and its processes. */
export interface Machine {
  /** Name that is kept with kind clusters: where Docker runs. */
  name: string;
  /** Name that locks carry: where processes run. */
  host: string;
  /** Those of the objects that the machine has. */
  has(objects: readonly MachineObject[]): Promise<MachineObject[]>;
  /** Removes an object; one that is gone is no error. */
  remove(object: MachineObject): Promise<void>;
  /** Port of this machine at which a kind cluster's API server answers; undefined where that is not known. */
  apiPort(cluster: string): Promise<number | undefined>;
  /** Whether a process of this machine is alive; undefined where not all that have its name are seen from here. */
  alive(pid: number): boolean | undefined;
  /** Which processes are seen from here: the same text, the same processes. */
  space?: string;
}

export function thisMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  return {
    // With a remote Docker the clusters are there, from whichever machine they were made.
    name: env["DOCKER_HOST"] ?? hostname(),
    host: hostname(),
    has: (objects) => onMachine(objects, { env }),
    remove: (object) => removeFromMachine(object, { env }),
    apiPort: (cluster) => kindApiPort(cluster, { env }),
    alive: seenAlive,
    ...(SPACE === undefined ? {} : { space: SPACE }),
  };
}

/** The kernel's first namespace of processes (include/linux/proc_ns.h, PROC_PID_INIT_INO): it sees all others. */
const FIRST = "pid:[4026531836]";
const SPACE = processSpace();

/** Linux: this boot and this namespace. A container has one of its own, and may share its host name with others. */
function processSpace(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

/** Whether a process with this machine's name is alive; undefined where it may live unseen, in another container. */
export const seenAlive = (pid: number, space: string | undefined = SPACE): boolean | undefined =>
  isAlive(pid) ? true : space === undefined || space.endsWith(FIRST) ? false : undefined;

/** Whether a process of this machine is alive. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
