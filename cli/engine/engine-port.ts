import type { Tags } from "../../classroom/record";

/**
 * What the batch runner needs of Pulumi, and nothing more: the real one stands on the Automation API, the tests'
 * one on a clock that jumps. All truth is behind it; the runner keeps nothing of its own.
 */
export interface Engine {
  /** Stacks of this project that carry the class tag; with a class, only that one's. */
  list(className?: string): Promise<StackSummary[]>;
  /** Makes the stack; one that exists already stays as it is. */
  create(stack: string): Promise<void>;
  /** @throws EngineError `gone` when there is no such stack. */
  tags(stack: string): Promise<Tags>;
  setTag(stack: string, name: string, value: string): Promise<void>;
  /** Config without the project's name; of another machine's stack, that of its last update. */
  config(stack: string): Promise<Record<string, unknown>>;
  setConfig(stack: string, config: Readonly<Record<string, unknown>>): Promise<void>;
  up(stack: string, opts: OperationOptions & { refresh?: boolean }): Promise<void>;
  destroy(stack: string, opts: OperationOptions): Promise<void>;
  /** Succeeds when no update works on the stack. @throws EngineError `locked` */
  assertIdle(stack: string): Promise<void>;
  /** Takes away the lock of an update that will not end by itself. */
  cancel(stack: string): Promise<void>;
  /** What the state holds. @throws EngineError `gone` */
  state(stack: string): Promise<StackState>;
  /**
   * Forgets operations that were begun and never ended, and what was deleted to be made again; what they left must
   * have been cleaned. The engine would delete the latter a second time, by a provider that is closed.
   */
  dropPending(stack: string, urns: readonly string[]): Promise<void>;
  /** Removes an empty stack with its tags. Fails when it has resources. */
  remove(stack: string): Promise<void>;
  /** The stack's kubeconfig, decrypted; undefined when it has none (yet). */
  kubeconfig(stack: string): Promise<string | undefined>;
}

export interface StackSummary {
  name: string;
  /** Resources in the state; undefined when the backend does not say. */
  resources?: number;
  /** Moment of the last update in milliseconds; undefined when there was none. */
  lastUpdate?: number;
  updating: boolean;
}

export interface StackState {
  resources: StateResource[];
  pending: PendingOperation[];
}

export interface StateResource {
  urn: string;
  type: string;
  /** Id at the provider: what a person can look up. */
  id?: string;
  /** Components and providers are bookkeeping: nothing runs for them. */
  real: boolean;
  inputs: Readonly<Record<string, unknown>>;
  /** It was deleted to be made again, and the run was cut off in between. */
  deleted?: boolean;
}

/** An operation that an engine began and never ended: what it made is not in the state. */
export interface PendingOperation {
  urn: string;
  type: string;
  operation: "creating" | "updating" | "deleting" | "reading" | "importing";
  inputs: Readonly<Record<string, unknown>>;
}

export interface OperationOptions {
  /** Progress, for people. */
  onProgress: (text: string) => void;
  /** End gracefully: what is under way is finished or undone, the lock is given back. */
  cancel: AbortSignal;
  /** End at once. */
  kill: AbortSignal;
}

export type EngineErrorKind = "gone" | "locked" | "cancelled" | "killed" | "failed";

/** Why an engine call failed. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  /** Who holds the lock, where the backend says. */
  readonly holder: LockHolder | undefined;
  constructor(kind: EngineErrorKind, message: string, holder?: LockHolder) {
    super(message);
    this.name = "EngineError";
    this.kind = kind;
    this.holder = holder;
  }
}

export interface LockHolder {
  machine: string;
  pid: number;
  since: string;
}

export interface DockerThing {
  kind: "container" | "network";
  name: string;
}

/** The machine that the command runs on: its kind clusters and processes. */
export interface Machine {
  /** Name that is kept with kind clusters: where Docker runs. */
  name: string;
  /** Name that locks carry: where processes run. */
  host: string;
  kindClusters(): Promise<string[]>;
  deleteKindCluster(name: string): Promise<void>;
  /** Docker's network of this name and the host1 on it, where they are there (components/kind/network.ts). */
  outsideOf(cluster: string): Promise<DockerThing[]>;
  /** Removes a container or network of Docker's; one that is gone is no error. */
  removeFromDocker(what: DockerThing): Promise<void>;
  /** Port of this machine at which a kind cluster's API server answers; undefined when that cannot be told. */
  apiPort(cluster: string): Promise<number | undefined>;
  /** Whether a process of this machine is alive. */
  alive(pid: number): boolean;
}

export interface Clock {
  now(): number;
  /** Ends early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
