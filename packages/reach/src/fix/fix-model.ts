import type { KubeObject } from "../../../../kube/objects";
import type { SourceObject } from "../input/source-object";
import type { PortSet } from "../port-sets";
import type { Decision, Direction, Endpoint } from "../reach-model";
import type { State } from "../reach-state";

/** Something that must be so: a flow, or that nothing else is open. */
export interface Check {
  /** Unique among the checks of one search. */
  readonly id: string;
  /** What is not as it must be, in a state; empty where the check holds. */
  readonly wrong: (state: State) => readonly WrongFlow[];
  /** Whether one thing that was wrong still is, in another state: where that is cheaper than to look at all. */
  readonly still?: (state: State, flow: WrongFlow) => boolean;
}

/** Packets whose verdict is not the wanted one, with what decided. */
export interface WrongFlow {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly protocol: number;
  /** Ports at the destination; empty where the protocol has none. */
  readonly ports: PortSet;
  /** The node port that was asked, where it led to the destination: policies before DNAT see it. */
  readonly nodePort?: number;
  readonly want: "allow" | "deny";
  readonly egress: Decision;
  readonly ingress: Decision;
}

export type FixCause =
  | "label"
  | "port"
  | "namespace"
  | "dns"
  | "policy type"
  | "peers"
  | "rule"
  | "order"
  | "direction"
  | "missing"
  | "extra";

/** One change of one object. */
export interface Edit {
  /** What is changed; absent for a new object. */
  readonly before?: KubeObject;
  /** What it becomes; absent where it is taken away. */
  readonly after?: KubeObject;
  readonly cause: FixCause;
  /** What is wrong, with the field's name, in words without a full stop. */
  readonly what: string;
  /** What to do about it, as an order. */
  readonly todo: string;
  /** How far from what is written: smaller is nearer. */
  readonly cost: number;
  /** What is wrong says more with a flow that comes right. */
  readonly bare?: true;
}

/** Makes an edit of the object that is looked at. */
export type Change = (
  after: KubeObject | undefined,
  cause: FixCause,
  cost: number,
  what: string,
  todo: string,
) => Edit;

export const changeOf =
  (policy: KubeObject): Change =>
  (after, cause, cost, what, todo) => ({
    before: policy,
    ...(after === undefined ? {} : { after }),
    cause,
    cost,
    what,
    todo,
  });

/** What a search for edits starts from. */
export interface Scene {
  readonly state: State;
  /** Objects that may be changed. */
  readonly mine: readonly KubeObject[];
  readonly wrong: readonly WrongFlow[];
  /** Flows that must be open, whether they are or not: what rules should be narrowed to. */
  readonly wanted: readonly WrongFlow[];
}

/** A change, or several together, that rights something and breaks nothing. */
export interface Fix {
  readonly edits: readonly Edit[];
  /** Checks that come right by this change alone. */
  readonly rights: readonly string[];
  /** Something that was wrong and is right with it. */
  readonly example?: WrongFlow;
}

export interface SearchTask {
  readonly state: State;
  readonly mine: readonly SourceObject[];
  readonly checks: readonly Check[];
  /** Objects that would do: one more source of changes, never compared by name. @default none */
  readonly templates?: readonly KubeObject[];
  /** Whether an object is as it should stay: changing it is the last resort. @default none is */
  readonly settled?: (object: KubeObject) => boolean;
  /** Flows that must be open, for what rules are narrowed to. @default none */
  readonly wanted?: readonly WrongFlow[];
  /** Milliseconds after which no more changes are tried, whatever is left. @default 2000 */
  readonly budget?: number;
  /** How many changes are checked for what they break. @default 24 */
  readonly checked?: number;
}

export const DIRECTIONS: readonly Direction[] = ["ingress", "egress"];

/** The end that a rule of this direction belongs to, and the other one. */
export function endsOf(flow: Pick<WrongFlow, "from" | "to">, direction: Direction): [Endpoint, Endpoint] {
  return direction === "ingress" ? [flow.to, flow.from] : [flow.from, flow.to];
}
