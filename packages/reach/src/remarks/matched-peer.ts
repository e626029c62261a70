import type { Flow, Remark } from "../reach-flows";
import type { Direction, EndpointMatch } from "../reach-model";
import type { State } from "../reach-state";
import type { Leg } from "../traced-flow";
import { decidingRules } from "./rule-names";

/** Which peer of the deciding rule holds, or which network set. */
export function matchRemarks(state: State, flow: Flow, leg: Leg): Remark[] {
  return (["egress", "ingress"] as const).flatMap((direction) => {
    const found = decidingRules(state, flow[direction], direction);
    if (found === undefined) return [];
    const other = direction === "egress" ? leg.destination : leg.source;
    const lists = found.rules.flatMap(
      (rule) => rule[direction === "egress" ? "destination" : "source"].anyOf ?? [],
    );
    for (const match of lists) {
      if (state.entities.truth(match, other) !== true) continue;
      const text = matched(state, match, direction, leg, lists.length > 1);
      if (text !== undefined) return [{ about: "match", text: `${flow[direction].policy ?? ""}: ${text}` }];
    }
    return [];
  });
}

function matched(
  state: State,
  match: EndpointMatch,
  direction: Direction,
  leg: Leg,
  several: boolean,
): string | undefined {
  const other = direction === "egress" ? leg.destination : leg.source;
  const list = direction === "egress" ? "to" : "from";
  const sets = match.selector === undefined ? [] : state.entities.setsHolding(match.selector, other);
  const [set] = sets;
  if (set !== undefined) return `network set ${set.name} holds the address of ${other.name}`;
  if (match.peer === undefined || !several) return undefined;
  return `${list}[${match.peer}] matches ${other.name}`;
}
