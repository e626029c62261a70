import { sha256 } from "../../classroom/hand-in";
import type { LabSelection } from "../model";
import { claimsOf } from "./claims";

/** The same where a step asks for the same: words in which a lab gives its reasons do not count. */
export function claimsHash(selection: LabSelection): string {
  const claims = claimsOf(selection).map(({ reason: _reason, ...claim }) => claim);
  return sha256(JSON.stringify([selection.lab.id, selection.lab.steps[selection.step]?.id, claims]));
}
