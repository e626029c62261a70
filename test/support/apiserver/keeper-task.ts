/** A program that the keeper starts. */
export interface Program {
  /** Also of its log, in the task's folder. */
  name: string;
  file: string;
  args: string[];
  /** Answers 200 once it can be used. */
  health: string;
}

export interface KeeperTask {
  /** Working folder of both, with their data; deleted at the end. */
  folder: string;
  etcd: Program;
  apiserver: Program;
  startSeconds: number;
}

/** What the keeper says, one line of JSON each. After `failed` it ends. */
export type KeeperWord = { ready: true } | { failed: string };
