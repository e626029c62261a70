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
  /** Whether a process of this machine is alive. */
  alive(pid: number): boolean;
}

export function thisMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  return {
    // With a remote Docker the clusters are there, from whichever machine they were made.
    name: env["DOCKER_HOST"] ?? hostname(),
    host: hostname(),
    has: (objects) => onMachine(objects, { env }),
    remove: (object) => removeFromMachine(object, { env }),
    apiPort: (cluster) => kindApiPort(cluster, { env }),
    alive: isAlive,
  };
}

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
