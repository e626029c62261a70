import {
  EngineError,
  type DockerThing,
  type Engine,
  type LockHolder,
  type Machine,
  type OperationOptions,
  type PendingOperation,
  type StackState,
  type StackSummary,
  type StateResource,
} from "../../../cli/engine/engine-port";
import type { Tags } from "../../../classroom/record";
import type { VirtualClock } from "./virtual-clock";

/** What goes wrong in one operation; drawn anew for each. */
export type Fate =
  "works" | "fails early" | "fails midway" | "fails dirty" | "hangs" | "hangs deaf" | "credentials expire";

export interface Dice {
  fate(operation: "up" | "destroy", stack: string): Fate;
  /** Milliseconds. */
  duration(operation: "up" | "destroy" | "call", stack: string): number;
}

interface Stack {
  tags: Record<string, string>;
  config: Record<string, unknown>;
  resources: StateResource[];
  pending: PendingOperation[];
  lock?: LockHolder;
  lastUpdate?: number;
}

/**
 * The world behind the engine: a backend, a machine with kind clusters, and processes that can die. A process is a
 * number; when it dies its calls never return, and its operations stop or, as detached children do, run on.
 */
export class World {
  readonly stacks = new Map<string, Stack>();
  /** kind clusters that run, with the port of their API server. */
  readonly clusters = new Map<string, number>();
  /** Calls that a right runner never makes. */
  readonly violations: string[] = [];
  readonly destroys: string[] = [];
  /** Containers and networks beside clusters that Docker has. */
  readonly outside: DockerThing[] = [];
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

  /** A new process of the cli. */
  start(): { engine: FakeEngine; machine: Machine; pid: number } {
    const pid = ++this.#pid;
    return { engine: new FakeEngine(this, pid), machine: this.machine(pid), pid };
  }

  /** The process dies. With `orphans` the pulumi processes that it started live on. */
  crash(pid: number, orphans: boolean): void {
    this.dead.add(pid);
    if (orphans) this.orphans.add(pid);
  }

  machine(pid: number): Machine {
    return {
      name: "laptop",
      host: "laptop",
      alive: (p) => !this.dead.has(p) || (this.orphans.has(p) && this.holds(p)),
      kindClusters: () => this.call(pid, () => [...this.clusters.keys()]),
      outsideOf: () => this.call(pid, () => [...this.outside]),
      removeFromDocker: ({ kind, name }) =>
        this.call(pid, () => {
          this.removed.push(`${kind} ${name}`);
        }),
      apiPort: (name) => this.call(pid, () => this.clusters.get(name)),
      deleteKindCluster: (name) =>
        this.call(pid, () => {
          const known = [...this.stacks.values()].some((s) =>
            s.resources.some((r) => r.id === `kind ${name}`),
          );
          const busy = [...this.stacks.values()].some(
            (s) =>
              s.lock !== undefined &&
              s.pending.some((p) => p.urn.endsWith(name)) &&
              this.machine(pid).alive(s.lock.pid),
          );
          if (known) this.violations.push(`deleted the cluster ${name} that the state knows`);
          if (busy) this.violations.push(`deleted the cluster ${name} while it was being made`);
          this.clusters.delete(name);
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

class Stopped extends Error {}

export class FakeEngine implements Engine {
  constructor(
    private readonly world: World,
    private readonly pid: number,
  ) {}

  list(className?: string): Promise<StackSummary[]> {
    return this.#call(() =>
      [...this.world.stacks]
        .filter(
          ([, s]) =>
            s.tags["labs:class"] !== undefined &&
            (className ?? s.tags["labs:class"]) === s.tags["labs:class"],
        )
        .map(([name, s]) => ({
          name,
          resources: s.resources.length,
          updating: s.lock !== undefined,
          ...(s.lastUpdate === undefined ? {} : { lastUpdate: s.lastUpdate }),
        })),
    );
  }
  create(name: string): Promise<void> {
    return this.#call(() => {
      if (!this.world.stacks.has(name))
        this.world.stacks.set(name, { tags: {}, config: {}, resources: [], pending: [] });
    });
  }
  tags(name: string): Promise<Tags> {
    return this.#call(() => ({ ...this.#stack(name).tags }));
  }
  setTag(name: string, tag: string, value: string): Promise<void> {
    return this.#call(() => {
      this.#stack(name).tags[tag] = value;
    });
  }
  config(name: string): Promise<Record<string, unknown>> {
    return this.#call(() => structuredClone(this.#stack(name).config));
  }
  setConfig(name: string, config: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#call(() => {
      this.#stack(name).config = structuredClone(config);
    });
  }
  assertIdle(name: string): Promise<void> {
    return this.#call(() => {
      this.#checkLock(this.#stack(name));
    });
  }
  cancel(name: string): Promise<void> {
    return this.#call(() => {
      const s = this.#stack(name);
      if (s.lock !== undefined && this.world.machine(this.pid).alive(s.lock.pid)) {
        this.world.violations.push(`broke the live lock of ${name}`);
      }
      delete s.lock;
    });
  }
  state(name: string): Promise<StackState> {
    return this.#call(() => {
      const { resources, pending } = this.#stack(name);
      return structuredClone({ resources, pending });
    });
  }
  dropPending(name: string, urns: readonly string[]): Promise<void> {
    return this.#call(() => {
      const s = this.#stack(name);
      this.#checkLock(s);
      s.pending = s.pending.filter((p) => !urns.includes(p.urn));
    });
  }
  remove(name: string): Promise<void> {
    return this.#call(() => {
      const s = this.#stack(name);
      this.#checkLock(s);
      if (s.resources.length > 0) throw new EngineError("failed", "stack still has resources");
      if (this.world.clusters.has(name)) this.world.violations.push(`forgot ${name}, whose cluster runs`);
      this.world.stacks.delete(name);
    });
  }
  kubeconfig(name: string): Promise<string | undefined> {
    return this.#call(() => (this.#stack(name).resources.length > 0 ? `kubeconfig of ${name}` : undefined));
  }

  up(name: string, opts: OperationOptions): Promise<void> {
    return this.#locked("up", name, opts, async (s, step) => {
      const urn = `urn:cluster::${name}`;
      const create = `kind create cluster --name ${name} --image x --config -`;
      if (!s.resources.some((r) => r.urn === urn)) {
        const op: PendingOperation = {
          urn,
          type: "command:local:Command",
          operation: "creating",
          inputs: { create },
        };
        s.pending.push(op);
        await step(0.2);
        if (this.world.clusters.has(name)) this.world.violations.push(`made the cluster ${name} twice`);
        const kind = s.config["kind"] as { apiServerPort: number } | undefined;
        this.world.clusters.set(name, kind?.apiServerPort ?? 443);
        await step(0.4);
        s.pending = s.pending.filter((p) => p !== op);
        s.resources.push({
          urn,
          type: "command:local:Command",
          id: `kind ${name}`,
          real: true,
          inputs: { create },
        });
      }
      await step(0.4);
      const app = `urn:app::${name}`;
      if (!s.resources.some((r) => r.urn === app)) {
        s.resources.push({
          urn: app,
          type: "kubernetes:apps/v1:Deployment",
          id: "app",
          real: true,
          inputs: {},
        });
      }
      s.lastUpdate = this.world.clock.now();
    });
  }

  destroy(name: string, opts: OperationOptions): Promise<void> {
    return this.#locked("destroy", name, opts, async (s, step) => {
      this.world.destroys.push(name);
      if (s.resources.length === 0) this.world.violations.push(`destroyed ${name} although it is empty`);
      s.resources = s.resources.filter((r) => !r.urn.startsWith("urn:app"));
      await step(0.5);
      const cluster = s.resources[0];
      if (cluster !== undefined)
        s.pending.push({ urn: cluster.urn, type: cluster.type, operation: "deleting", inputs: {} });
      await step(0.5);
      this.world.clusters.delete(name);
      s.resources = [];
      s.pending = s.pending.filter((p) => p.operation === "creating");
    });
  }

  /** An operation under the stack's lock. Steps are where it can fail, hang, be cancelled, killed, or die. */
  async #locked(
    operation: "up" | "destroy",
    name: string,
    opts: OperationOptions,
    body: (s: Stack, step: (share: number) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { world, pid } = this;
    const s = await this.#call(() => {
      const stack = this.#stack(name);
      this.#checkLock(stack);
      stack.lock = { machine: "laptop", pid, since: new Date(world.clock.now()).toISOString() };
      return stack;
    });
    // The real engine keeps what an earlier update began to create until somebody says what became of it.
    const stale = s.pending.filter((p) => p.operation === "creating");
    const fate = world.dice.fate(operation, name);
    const total = world.dice.duration(operation, name);
    // A dead process signals nobody.
    const cancel = this.#whileAlive(opts.cancel);
    const kill = this.#whileAlive(opts.kill);
    let steps = 0;
    const step = async (share: number): Promise<void> => {
      opts.onProgress(`${operation} ${++steps}`);
      if (fate === "credentials expire" && steps === 2)
        throw new EngineError("failed", "ExpiredToken: credentials expired");
      if (fate === "fails early" && steps === 1) throw new EngineError("failed", "provider said no");
      const forever = (fate === "hangs" || fate === "hangs deaf") && steps === 2;
      await world.clock.sleep(forever ? 1e12 : total * share, forever && fate === "hangs" ? cancel : kill);
      if (world.dead.has(pid) && !world.orphans.has(pid)) throw new Stopped();
      if (kill.aborted) throw new Stopped();
      if (cancel.aborted) throw new EngineError("cancelled", "update cancelled");
      if ((fate === "fails midway" || fate === "fails dirty") && steps === 2)
        throw new EngineError("failed", "timed out waiting");
    };
    try {
      await body(s, step);
    } catch (e) {
      if (e instanceof Stopped) {
        // Killed or dead: lock and pending operations stay behind. Its pid is gone.
        if (s.lock?.pid === pid) s.lock = { ...s.lock, pid: -pid };
        world.dead.add(-pid);
        if (world.dead.has(pid)) return new Promise<void>(() => undefined);
        throw new EngineError("killed", "was killed");
      }
      // The engine writes the state of an operation that failed; kind cleans up after itself, unless it was killed.
      if (operation === "up" && fate !== "fails dirty" && s.resources.length === 0)
        world.clusters.delete(name);
      s.pending = stale;
      delete s.lock;
      if (world.dead.has(pid)) return new Promise<void>(() => undefined);
      throw e;
    }
    delete s.lock;
    if (world.dead.has(pid)) return new Promise<void>(() => undefined);
  }

  #whileAlive(signal: AbortSignal): AbortSignal {
    const own = new AbortController();
    const follow = (): void => {
      if (!this.world.dead.has(this.pid)) own.abort();
    };
    if (signal.aborted) follow();
    signal.addEventListener("abort", follow);
    return own.signal;
  }

  #checkLock(s: Stack): void {
    if (s.lock !== undefined) throw new EngineError("locked", "the stack is currently locked", s.lock);
  }

  #stack(name: string): Stack {
    const s = this.world.stacks.get(name);
    if (s === undefined) throw new EngineError("gone", `no stack named ${name}`);
    return s;
  }

  #call<T>(fn: () => T): Promise<T> {
    return this.world.call(this.pid, fn);
  }
}
