import type { Flow, Remark } from "../reach-flows";
import type { State } from "../reach-state";
import type { Leg, Question } from "../traced-flow";
import { addressRemarks, itselfRemarks } from "./addresses";
import { forwardedRemarks, hostNetworkRemarks, replyRemarks } from "./hosts";
import { matchRemarks } from "./matched-peer";
import { nearMisses } from "./near-miss";
import { translationRemarks } from "./translation";

/** What the asker of a question may lack beside the rules that decided; each said once. */
export function remarks(state: State, question: Question, flow: Flow, legs: readonly Leg[]): Remark[] {
  const found = [
    ...addressRemarks(state, question),
    ...translationRemarks(state, question, legs),
    ...legs.flatMap((leg) => [
      ...itselfRemarks(flow, leg),
      ...matchRemarks(state, flow, leg),
      ...nearMisses(state, question, flow, leg),
      ...hostNetworkRemarks(state, flow, leg),
      ...forwardedRemarks(state, leg),
      ...replyRemarks(state, flow, leg),
    ]),
  ];
  return [...new Map(found.map((remark) => [remark.text, remark])).values()].slice(0, MOST);
}
/** More would not be read. */
const MOST = 12;
