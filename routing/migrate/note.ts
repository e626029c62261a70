import type { Outcome } from "./annotation-values";

/** One thing that a reader of the conversion has to know. */
export interface Note {
  /** `namespace/name` of the Ingress, or what it is about. */
  about: string;
  outcome: Outcome | "remark";
  text: string;
  /** Where an annotation is explained. */
  annotation?: string;
  value?: string;
}
