import {
  flowCheck,
  flowsOf,
  PROTOCOLS,
  protocolName,
  type Check,
  type HttpRequest,
  type Intent,
  type State,
  type WrongFlow,
} from "../../packages/reach/src";
import type { FlowClaim } from "../model";
import { judgedState } from "../prediction/claims";
import type { OnlyClaims } from "../prediction/only-claims";

/** Claims as checks that a search for edits can ask of any state. Each has an id of its own. */
export function claimChecks(claims: readonly (Claimed & { id?: string })[]): Check[] {
  return claims.map((claim, i) => {
    const check = flowCheck(claim.id ?? `flow ${i}`, asked(claim), claim.verdict);
    return { ...check, wrong: (state) => check.wrong(judgedState(state, claim)) };
  });
}

const asked = ({ http, ...claim }: Claimed): Claimed & { request?: HttpRequest } => ({
  ...claim,
  ...(http === undefined ? {} : { request: http }),
});

type Claimed = Intent & Pick<FlowClaim, "staged">;

/** That nothing else is open, claim by claim. */
export function onlyChecks(only: OnlyClaims): Check[] {
  return only.list.map((claim, i) => ({
    id: `only ${i}`,
    wrong: (state) =>
      only.excess(state, claim).map(({ protocol, ...excess }): WrongFlow => ({
        ...excess,
        protocol: PROTOCOLS[protocol] ?? Number(protocol),
        want: "deny",
      })),
    still: (state, { protocol, ...flow }) => only.still(state, { ...flow, protocol: protocolName(protocol) }),
  }));
}

/** The flows that must be open, as the ends and ports that rules should name. */
export function wantedFlows(claims: readonly Claimed[], state: State): WrongFlow[] {
  return claims
    .filter((c) => c.verdict === "allow" && c.staged !== true)
    .flatMap((c) => flowsOf(state, asked(c)));
}
