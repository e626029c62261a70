/** What people come to learn, in the order of common courses, and where it is taught here. */
export interface TopicGroup {
  title: string;
  topics: readonly Topic[];
}

/** Lab → step → what of that step shows it. */
export type Evidence = Readonly<Record<string, Readonly<Record<string, RegExp>>>>;

export interface Topic {
  what: string;
  /**
   * Where the learner's own hands do it. Each expression must be found in the commands of the guide at that step or in
   * the objects that the step brings: the tests hold the catalogue to it.
   */
  done?: Evidence;
  /** Pages of docs/concepts that explain it, and what of each shows it. */
  pages?: Readonly<Record<string, RegExp>>;
  /** What of a stack does it, without a learner's step. */
  stack?: string;
  /** Why there is nothing (yet). */
  missing?: string;
}

/** A learner does it: `done("…", { yaobank: { database: /kubectl .* describe networkpolicy database-policy/ } })`. */
export const done = (what: string, evidence: Evidence): Topic => ({ what, done: evidence });

/** It is explained on these pages; a stack may also do it by itself. */
export const read = (what: string, pages: Topic["pages"] & object, stack?: string): Topic => ({
  what,
  pages,
  ...(stack === undefined ? {} : { stack }),
});

export const missing = (what: string, why: string): Topic => ({ what, missing: why });
