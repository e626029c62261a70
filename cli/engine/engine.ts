import type { Tags } from "../../classroom/environment-record";

/**
 * What the commands need of Pulumi, and nothing more: the real one stands on the Automation API, the tests' one on a
 * clock that jumps. All truth is behind it; its callers keep nothing of their own.
 */
export interface Engine {
  /** Stacks of this project that carry the class tag; with a class, only that one's. */
  list(className?: string): Promise<StackSummary[]>;
  /** Every stack of this project. */
  listAll(): Promise<StackSummary[]>;
  /** Makes the stack; one that exists already stays as it is. */
  create(stack: string): Promise<void>;
  /** @throws EngineError `gone` when there is no such stack. */
  tags(stack: string): Promise<Tags>;
  setTag(stack: string, name: string, value: string): Promise<void>;
  /** Config without the project's name; of another machine's stack, that of its last update. */
  config(stack: string): Promise<Record<string, unknown>>;
  setConfig(stack: string, config: Readonly<Record<string, unknown>>): Promise<void>;
  /** What `up` would change; changes nothing. */
  preview(stack: string, opts: UpOptions): Promise<void>;
  up(stack: string, opts: UpOptions): Promise<void>;
  destroy(stack: string, opts: OperationOptions): Promise<void>;
  /** Succeeds when no update works on the stack. @throws EngineError `locked` */
  assertIdle(stack: string): Promise<void>;
  /** Takes away the lock of an update that will not end by itself. */
  cancel(stack: string): Promise<void>;
  /** What the state holds. @throws EngineError `gone` */
  state(stack: string): Promise<StackState>;
  /**
   * Settles operations that were begun and never ended. Those that are `done` are forgotten, and so is what was deleted
   * to be made again: the engine would delete it a second time, by a provider that is closed. What is adopted becomes a
   * resource of the state. All others stay pending.
   */
  settle(stack: string, settled: Settled): Promise<void>;
  /** Kubeconfigs of the Kubernetes providers in the state, decrypted, by the providers' URNs. */
  kubeconfigs(stack: string): Promise<ReadonlyMap<string, string>>;
  /** Removes an empty stack with its tags. Fails when it has resources. */
  remove(stack: string): Promise<void>;
  /** The stack's outputs, decrypted; empty where it has none (yet). @throws EngineError `gone` */
  outputs(stack: string): Promise<Record<string, unknown>>;
}

/** What can be asked of a backend without changing anything. */
export type StackReader = Pick<Engine, "list" | "tags" | "state">;

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
  /** It was adopted, and the run was cut off before it was read from its provider. */
  unread?: boolean;
}

/** An operation that an engine began and never ended: what it made is not in the state. */
export interface PendingOperation {
  urn: string;
  type: string;
  operation: "creating" | "updating" | "deleting" | "reading" | "importing";
  inputs: Readonly<Record<string, unknown>>;
  /** URN of the provider that it was begun with; absent where that is not known. */
  provider?: string;
}

export interface Settled {
  /** URNs of operations that left nothing behind that the state would have to know. */
  done: readonly string[];
  adopted: readonly Adoption[];
}

/** A resource that an operation made before it was cut off. */
export interface Adoption {
  urn: string;
  /** As its provider names it. */
  id: string;
  /**
   * What the state is to know of it until the next update, which then finishes it. Without them it is read from its
   * provider at once, and forgotten where it is not there.
   */
  outputs?: Readonly<Record<string, unknown>>;
}

export interface OperationOptions {
  /** Progress in a line, for people who watch many stacks; the whole output then goes to a log. */
  onProgress?: (text: string) => void;
  /** The engine's whole output, as it comes, in colour where `colour` says so. */
  onOutput?: (text: string) => void;
  colour?: boolean;
  /** Called for each resource that is made anew, with the properties for which it is. */
  onReplace?: (name: string, because: readonly string[]) => void;
  /** End gracefully: what is under way is finished or undone, the lock is given back. */
  cancel: AbortSignal;
  /** End at once. */
  kill: AbortSignal;
}

export interface UpOptions extends OperationOptions {
  /** Look at what is really there first, and put back what was changed by hand. */
  refresh?: boolean;
  /** URNs of resources to replace although nothing about them has changed. */
  replace?: readonly string[];
  /** Fail where anything would change. */
  expectNoChanges?: boolean;
}

export type EngineErrorKind = "gone" | "locked" | "cancelled" | "killed" | "failed";

/** Why an engine call failed. */
export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  /** Who holds the lock, where the backend says. */
  readonly holder: LockHolder | undefined;
  /** What to do about it; a part of the message too. */
  readonly advice: string | undefined;
  constructor(kind: EngineErrorKind, message: string, more: { holder?: LockHolder; advice?: string } = {}) {
    super(more.advice === undefined ? message : `${message} (${more.advice})`);
    this.name = "EngineError";
    this.kind = kind;
    this.holder = more.holder;
    this.advice = more.advice;
  }
}

export interface LockHolder {
  machine: string;
  pid: number;
  since: string;
}
