import {
  EngineError,
  type Engine,
  type OperationOptions,
  type PendingOperation,
  type Settled,
  type StackState,
  type StackSummary,
} from "../../../cli/engine/engine";
import type { Machine } from "../../../cli/engine/machine";
import type { EngineSession } from "../../../cli/engine/session";
import type { Tags } from "../../../classroom/environment-record";
import { making } from "../../../components/kind/machine-objects";
import type { Stack, World } from "./fake-world";

/** A new process of the cli, on a machine of the world. */
export function start(
  world: World,
  machine = "laptop",
): { session: EngineSession; engine: FakeEngine; machine: Machine; pid: number } {
  const pid = world.newProcess();
  const engine = new FakeEngine(world, pid, machine);
  const here = world.machine(pid, machine);
  const { journal } = world.site(machine);
  const session: EngineSession = {
    engine,
    machine: here,
    breakLocks: false,
    clusterApi: () => {
      throw new Error("no cluster here is looked into");
    },
    awsCli: () => () => Promise.reject(new Error("no AWS here")),
    journal: {
      read: (stack) => journal.get(stack),
      write: (stack, entry) => void journal.set(stack, entry),
      remove: (stack) => void journal.delete(stack),
    },
  };
  return { session, engine, machine: here, pid };
}

class Stopped extends Error {}

export class FakeEngine implements Engine {
  constructor(
    private readonly world: World,
    private readonly pid: number,
    private readonly machine = "laptop",
  ) {}

  list(className?: string): Promise<StackSummary[]> {
    return this.#list(
      ({ tags }) =>
        tags["labs:class"] !== undefined && (className ?? tags["labs:class"]) === tags["labs:class"],
    );
  }
  listAll(): Promise<StackSummary[]> {
    return this.#list(() => true);
  }
  #list(which: (stack: World["stacks"] extends Map<string, infer S> ? S : never) => boolean) {
    return this.#call(() =>
      [...this.world.stacks]
        .filter(([, s]) => which(s))
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
  settle(name: string, { done }: Settled): Promise<void> {
    return this.#call(() => {
      const s = this.#stack(name);
      this.#checkLock(s);
      s.pending = s.pending.filter((p) => !done.includes(p.urn));
    });
  }
  kubeconfigs(): Promise<ReadonlyMap<string, string>> {
    return this.#call(() => new Map());
  }
  remove(name: string): Promise<void> {
    return this.#call(() => {
      const s = this.#stack(name);
      this.#checkLock(s);
      if (s.resources.length > 0) throw new EngineError("failed", "stack still has resources");
      if (this.world.everywhere().includes(name))
        this.world.violations.push(`forgot ${name}, whose cluster runs`);
      this.world.stacks.delete(name);
    });
  }
  outputs(name: string): Promise<Record<string, unknown>> {
    return this.#call(() =>
      this.#stack(name).resources.length > 0 ? { kubeconfig: `kubeconfig of ${name}` } : {},
    );
  }
  preview(name: string): Promise<void> {
    return this.#call(() => void this.#stack(name));
  }

  up(name: string, opts: OperationOptions): Promise<void> {
    return this.#locked("up", name, opts, async (s, step) => {
      const urn = `urn:cluster::${name}`;
      const inputs = { environment: making({ kind: "cluster", name }) };
      const { clusters } = this.world.site(this.machine);
      const home = [...this.world.sites].find(([, site]) => site.clusters.has(name))?.[0] ?? this.machine;
      if (home !== this.machine) this.world.violations.push(`brought ${name} up away from its machine`);
      if (!s.resources.some((r) => r.urn === urn)) {
        const op: PendingOperation = {
          urn,
          type: "command:local:Command",
          operation: "creating",
          inputs,
        };
        s.pending.push(op);
        await step(0.2);
        if (clusters.has(name)) this.world.violations.push(`made the cluster ${name} twice`);
        const kind = s.config["kind"] as { apiServerPort: number } | undefined;
        clusters.set(name, kind?.apiServerPort ?? 443);
        await step(0.4);
        s.pending = s.pending.filter((p) => p !== op);
        s.resources.push({
          urn,
          type: "command:local:Command",
          id: `kind ${name}`,
          real: true,
          inputs,
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
      this.world.site(this.machine).clusters.delete(name);
      if (this.world.everywhere().includes(name))
        this.world.violations.push(`orphaned the cluster of ${name}`);
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
      stack.lock = { machine: this.machine, pid, since: new Date(world.clock.now()).toISOString() };
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
      opts.onProgress?.(`${operation} ${++steps}`);
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
        world.site(this.machine).clusters.delete(name);
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
    if (s.lock !== undefined)
      throw new EngineError("locked", "the stack is currently locked", { holder: s.lock });
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
