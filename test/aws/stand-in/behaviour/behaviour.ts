import type { ActionReference } from "../actions";
import type { Answer } from "../moto";

export type Values = Record<string, unknown>;

export interface Refused {
  code: string;
  message: string;
}

/** What a behaviour may use. */
export interface Calls {
  /** moto's own answer, unjudged. */
  ask: (operation: string, input: Values) => Promise<Answer>;
  readonly actions: ActionReference;
}

/** What AWS does beside what its model and moto say of an operation. */
export interface Behaviour {
  /** Why AWS refuses a call that its model allows. */
  refuses?: (input: Values, aws: Calls) => Promise<Refused | undefined> | Refused | undefined;
  /** The answer, where moto has no such operation. */
  answers?: (input: Values, aws: Calls) => Promise<Values> | Values;
  /** What else happens at AWS; what it gives is added to the answer. */
  then?: (input: Values, output: Values, aws: Calls) => Promise<Values | undefined>;
}
