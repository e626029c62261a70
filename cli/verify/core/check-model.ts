import type { ContainerClaim } from "../../../labs/machine";
import type { FixCause, Flow, Intent } from "../../../packages/reach/src";

/** What verify knows, asks and finds: plain data. */

/** Which claim of which lab is checked, or which intent of a file. */
export interface CheckHead {
  /** Unique in a run. */
  id: string;
  /** Instance of the lab; `intents` of a file. */
  lab: string;
  /** Number and id of the step, as `3 backend`; absent for an intent. */
  step?: string;
  /** The lab's own words for why it should be so; empty where a file gives none. */
  reason: string;
}

/**
 * A flow that should be open or closed, with what the step's own objects say; without where the evaluator does not
 * know an end.
 */
export interface FlowCheck extends CheckHead, Omit<Intent, "reason"> {
  kind: "flow";
  /** Of staged policies: judged, not probed. */
  staged?: true;
  predicted?: Prediction;
}

export type Prediction = Pick<Flow, "verdict" | "egress" | "ingress">;

/** A request through the ingress. */
export interface RequestCheck extends CheckHead {
  kind: "request";
  scheme: "http" | "https";
  host: string;
  port: number;
  /** `namespace/name` of the Gateway that is asked, where the request does not go where the labs' names lead. */
  gateway?: string;
  /** Only the cluster reaches that Gateway. */
  inside?: true;
  path: string;
  headers: Readonly<Record<string, string>>;
  status?: number;
  location?: string;
  /** `namespace/service` → probability. */
  backends?: Readonly<Record<string, number>>;
}

/** A way between containers beside the nodes, or to a published port. */
export interface ContainerCheck extends CheckHead, Omit<ContainerClaim, "reason"> {}

export type Check = FlowCheck | RequestCheck | ContainerCheck;

/**
 * What a probe saw. `open`: a packet came back, be it only a refusal, so no policy stopped it. `closed`: nothing came
 * back in time. `unclear`: the probe itself failed.
 */
export interface Observation {
  saw: "open" | "closed" | "unclear";
  /** Who closed it, where that can be told: a proxy that answers, or the network, which is silent. */
  by?: "proxy" | "network";
  /** `10.244.1.7:80: refused`. */
  detail: string;
}

export type Status = "pass" | "fail" | "error" | "skip";

export interface Result {
  check: Check;
  status: Status;
  /** What was seen, or why nothing was. */
  detail: string;
  /** For a mismatch: the rules that were expected to decide, one a line. */
  rules: string[];
}

export interface Report {
  stack: string;
  /** How the cluster was reached. */
  cluster: string;
  results: Result[];
  /** What verify made in the cluster, and whether it is gone. */
  created: { kind: string; namespace: string; name: string; gone: boolean }[];
  /** Remarks on the run as a whole. */
  notes: string[];
  /** With `--hint`. */
  hints?: Hint[];
  seconds: number;
}

/** A likely mistake in the cluster's policies. */
export interface Hint {
  /** `label`, `port`, … or `missing`, `extra` for whole policies. */
  cause: HintCause;
  /** The object it is about, as `NetworkPolicy stars/backend-policy`. */
  object: string;
  /** What is wrong and what the step has, in one sentence. */
  message: string;
  /** Checks that would come right with it fixed. */
  fixes: string[];
}

export type HintCause = FixCause | "workload";
