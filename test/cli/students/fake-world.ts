import type { LockHolder, PendingOperation, StateResource } from "../../../cli/engine/engine";
import type { Machine } from "../../../cli/engine/machine";
import type { RunEntry } from "../../../stacks/run-journal";
import type { MachineObject } from "../../../components/kind/machine-objects";
import type { VirtualClock } from "./virtual-clock";

/** What goes wrong in one operation; drawn anew for each. */
export type Fate =
  "works" | "fails early" | "fails midway" | "fails dirty" | "hangs" | "hangs deaf" | "credentials expire";

export interface Dice {
  fate(operation: "up" | "destroy", stack: string): Fate;
  /** Milliseconds. */
  duration(operation: "up" | "destroy" | "call", stack: string): number;
}

export interface Stack {
  tags: Record<string, string>;
  config: Record<string, unknown>;
  resources: StateResource[];
  pending: PendingOperation[];
  lock?: LockHolder;
  lastUpdate?: number;
}

/** What one machine has: clusters, with the port of their API server, other objects of Docker's, and its journal. */
class Site {
  readonly clusters = new Map<string, number>();
  readonly outside: MachineObject[] = [];
  readonly journal = new Map<string, RunEntry>();
}

/**
 * The world behind the engine: a backend, machines with kind clusters, and processes that can die. A process is a
 * number; when it dies its calls never return, and its operations stop or, as detached children do, run on.
 */
export class World {
  readonly stacks = new Map<string, Stack>();
  readonly sites = new Map<string, Site>();
  /** Calls that a right runner never makes. */
  readonly violations: string[] = [];
  readonly destroys: string[] = [];
  /** Containers and networks of Docker's that were removed. */
  readonly removed: string[] = [];
  readonly dead = new Set<number>();
  readonly orphans = new Set<number>();
  calls = 0;
  #pid = 100;

  constructor(
    readonly clock: VirtualClock,
    public dice: Dice,
  ) {}

  /** The number of a new process. */
  newProcess(): number {
    return ++this.#pid;
  }

  /** The process dies. With `orphans` the pulumi processes that it started live on. */
  crash(pid: number, orphans: boolean): void {
    this.dead.add(pid);
    if (orphans) this.orphans.add(pid);
  }

  site(machine: string): Site {
    const known = this.sites.get(machine) ?? new Site();
    this.sites.set(machine, known);
    return known;
  }

  /** kind clusters of the first machine. */
  get clusters(): Map<string, number> {
    return this.site("laptop").clusters;
  }

  /** Names of the kind clusters of all machines. */
  everywhere(): string[] {
    return [...this.sites.values()].flatMap((s) => [...s.clusters.keys()]).sort();
  }

  machine(pid: number, name = "laptop"): Machine {
    const { clusters, outside } = this.site(name);
    return {
      name,
      host: name,
      alive: (p) => !this.dead.has(p) || (this.orphans.has(p) && this.holds(p)),
      has: (objects) =>
        this.call(pid, () =>
          objects.filter((o) =>
            o.kind === "cluster"
              ? clusters.has(o.name)
              : outside.some((x) => x.kind === o.kind && x.name === o.name),
          ),
        ),
      apiPort: (cluster) => this.call(pid, () => clusters.get(cluster)),
      remove: (object) =>
        this.call(pid, () => {
          if (object.kind !== "cluster") {
            this.removed.push(`${object.kind} ${object.name}`);
            const at = outside.findIndex((x) => x.kind === object.kind && x.name === object.name);
            if (at !== -1) outside.splice(at, 1);
            return;
          }
          const cluster = object.name;
          const stacks = [...this.stacks.values()];
          const known = stacks.some((s) => s.resources.some((r) => r.id === `kind ${cluster}`));
          const busy = stacks.some(
            (s) =>
              s.lock !== undefined &&
              s.pending.some((p) => p.urn.endsWith(cluster)) &&
              this.machine(pid).alive(s.lock.pid),
          );
          if (known) this.violations.push(`deleted the cluster ${cluster} that the state knows`);
          if (busy) this.violations.push(`deleted the cluster ${cluster} while it was being made`);
          clusters.delete(cluster);
        }),
    };
  }

  holds(pid: number): boolean {
    return [...this.stacks.values()].some((s) => s.lock?.pid === pid);
  }

  /** A call by a process: takes a moment; never returns to a dead one. */
  async call<T>(pid: number, fn: () => T): Promise<T> {
    this.calls++;
    await this.clock.sleep(this.dice.duration("call", ""));
    if (this.dead.has(pid)) return new Promise<T>(() => undefined);
    return fn();
  }
}
