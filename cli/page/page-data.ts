import type { AnsweredClaim } from "../../labs/model";

/**
 * What the lab page shows, as plain data: made in Node (`data.ts`), carried in the page as JSON, drawn in the browser.
 * Lists refer to each other by index, so that a page of thirty workloads and ten steps stays small.
 */
export interface PageData {
  stack: string;
  about: string;
  labs: LabPage[];
  /** Only on the page that `labs play` serves. */
  play?: PlaySetup;
}

export interface LabPage {
  instance: string;
  lab: string;
  title: string;
  summary: string;
  /** Path of its guide in this repository. */
  guide: string;
  /** The step at which the stack has the lab. */
  current: number;
  links: { title: string; url: string }[];
  /** Workloads, nodes and pieces of the outside of any step. */
  nodes: PageNode[];
  services: PageService[];
  /** Objects that steps bring, each version once. */
  documents: PageDocument[];
  /** What selectors can find; many steps share one list. */
  labels: PageLabels[][];
  decisions: PageDecision[];
  /** Answers for a pair; many pairs share one. */
  answers: PageAnswer[][];
  /** What the evaluator remarks beside deciding rules; many flows share one. */
  remarks: string[];
  /** Places on packets' ways; many ways share one. */
  hops: PageHop[];
  /** Ways of packets, as indices of hops. */
  walks: number[][];
  /** Pairs that the graph draws: `from * nodes.length + to`. */
  flows: number[];
  steps: PageStep[];
}

export interface PageNode {
  /** As the evaluator names it: `ns/name`, a node, a CIDR or `internet`. */
  id: string;
  /** Without its namespace. */
  name: string;
  /** Namespace; "" for what has none. */
  group: string;
  kind: string;
  type: "workload" | "host" | "outside";
  labels: Record<string, string>;
  ports: PagePort[];
  /** Stands for several pods: from it to itself is from one of them to another. */
  several?: true;
  /** Belongs to the lab, or one of its claims is about it. */
  main: boolean;
}

/** A namespace, service account or workload with the labels that a selector can name. */
export interface PageLabels {
  kind: string;
  /** `ns/name`, or the name of a namespace. */
  name: string;
  labels: Record<string, string>;
  /** A workload's service account, where it has one of its own. */
  account?: string;
}

export interface PagePort {
  protocol: string;
  port: number;
}

export interface PageService {
  /** `ns/name` */
  id: string;
  ports: { protocol: string; port: number; target: number | string }[];
  /** Node, and the number behind a target that is a name. */
  backends: { node: number; named: Record<string, number> }[];
}

export interface PageDocument {
  kind: string;
  namespace?: string;
  name: string;
  /** How decisions name it. */
  policy: string;
  tier?: string;
  yaml: string;
  /** Another version of what runs from the start. */
  given?: true;
  /** First and last line (from 0) of each rule as the user wrote it. */
  rules: { ingress: [number, number][]; egress: [number, number][] };
}

export type Verdict = "allow" | "deny" | "unknown";

export interface PageHop {
  at: string;
  does: string;
  by: string;
  verdict?: Verdict;
  unknown?: string;
}

export interface PageDecision {
  verdict: Verdict;
  tier: string | null;
  policy: string | null;
  rule: number;
  reason: string;
}

/** What happens to some ports of one protocol between two nodes. */
export interface PageAnswer {
  protocol: string;
  /** As people write them: `80,443` or `all`. */
  text: string;
  /** Closed intervals; for ICMP `type * 256 + code`. */
  ports: (readonly [number, number])[];
  verdict: Verdict;
  /** Where the cluster has both families, and they differ. */
  family?: "IPv4" | "IPv6";
  /** Index of the decision for leaving the source, and for entering the destination. */
  egress: number;
  ingress: number;
}

export interface PageState {
  /** `cells[from * nodes.length + to]`: index into answers, -1 where no packet can go. */
  cells: number[];
  /** Indices of documents that stand. */
  documents: number[];
  /** By `remarkKey`: indices into the lab's remarks. */
  remarks: Record<string, number[]>;
  /** By `remarkKey` of a port: index into the lab's walks. */
  walks: Record<string, number>;
  /** Index into the lab's lists of labels. */
  labels: number;
  claims: PageClaim[];
  requests: PageRequest[];
  routes: PageRoute[];
}

export interface PageStep extends PageState {
  id: string;
  title: string;
  aim: string;
}

/** Its ends as nodes of the page. */
export interface PageClaim extends AnsweredClaim {
  /** That nothing else is open, in words; the flow is then one that is, if any. */
  only?: string;
}

export interface PageRequest {
  url: string;
  /** Headers and cookies, as text. */
  sends: string[];
  /** `namespace/service` and its share of the requests, 0 to 1. */
  shares: { backend: string; share: number }[];
  /** Where no backend answers: a redirect or an error. */
  answer?: string;
  holds: boolean;
  reason: string;
  instead?: string;
}

export interface PageRoute {
  url: string;
  type: string;
  to: string;
  rewrite?: string;
  canary?: { to: string; rule: string };
}

export interface PlaySetup {
  /** Instance → the learner's folder, and the step to begin with. */
  labs: Record<string, { folder: string; step: number }>;
}

/** What `labs play` sends whenever a file changes. */
export interface PlayUpdate {
  instance: string;
  step: number;
  /** The lab with the learner's own state; absent where the files cannot be read. */
  lab?: LabPage;
  yours?: PageState;
  problems: PlayProblem[];
  /** What a cluster would take without a word, and a learner hardly meant. */
  notes: string[];
  /** Files that hold objects, relative to the folder. */
  files: string[];
  task: PlayTask;
  /** From the event of the file system to this answer, in milliseconds. */
  took: number;
}

/** A likely mistake, or something that is not there yet; asked for, never sent unasked. */
export interface PlayHint {
  /** As `NetworkPolicy stars/backend-policy`, or a place in a file. */
  object: string;
  message: string;
  /** What kind of mistake it is: `label`, `dns`, …; absent where only the symptom is known. */
  cause?: string;
  /** How many claims more hold once this edit alone is made, those that it breaks taken away; 0 where that is not known. */
  mends: number;
  /** The object with the edit made, as YAML; of one that is to go, what it is. */
  edit?: string;
}

export interface PlayTask {
  /**
   * `write`: claims tell when the step is done. `unseen`: there is something to write, and the claims held before it.
   * `given`: what the step changes is no work of the learner's.
   */
  kind: "write" | "unseen" | "given";
  /** What the step adds or changes of the learner's objects, by name. */
  objects: string[];
}

export interface PlayProblem {
  path: string;
  message: string;
  fix?: string;
}
