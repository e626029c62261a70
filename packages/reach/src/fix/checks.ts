import { UserError } from "../../../../kube/problems";
import { traced } from "../explain";
import { parsePorts, type PortSet } from "../port-sets";
import type { Flow } from "../reach-flows";
import { hasPorts } from "../reach-model";
import type { Leg, Question } from "../traced-flow";
import type { Check, WrongFlow } from "./fix-model";

type Asked = Pick<Question, "from" | "to" | "port" | "protocol" | "request">;

/** Ports at the destination: the one that was asked about, behind a Service its target; else those of the answer. */
function portsOf(leg: Leg, flow: Flow, asked: number | undefined): PortSet {
  if (!hasPorts(leg.protocol)) return [];
  if (asked === undefined) return parsePorts(flow.ports);
  return leg.port === undefined ? [] : [[leg.port, leg.port]];
}

/** A flow that must be open, or closed. */
export function flowCheck(
  id: string,
  { from, to, port, protocol, request }: Asked,
  want: "allow" | "deny",
): Check {
  return {
    id,
    wrong: (state) => {
      try {
        const question = {
          from,
          to,
          ...(port === undefined ? {} : { port }),
          ...(protocol === undefined ? {} : { protocol }),
          ...(request === undefined ? {} : { request }),
        };
        return traced(state, question).flatMap(({ flow, legs }): WrongFlow[] => {
          if (flow.verdict === want) return [];
          return legs.slice(0, 1).map((leg) => ({
            from: leg.source,
            to: leg.destination,
            protocol: leg.protocol,
            ports: portsOf(leg, flow, port),
            ...(leg.by?.entry === "nodePort" && port !== undefined ? { nodePort: port } : {}),
            want,
            egress: flow.egress,
            ingress: flow.ingress,
          }));
        });
      } catch (error) {
        // An end that is not there: nothing that a policy could mend.
        if (error instanceof UserError) return [];
        throw error;
      }
    },
  };
}

/** The ends and ports that a flow check is about, whether it holds or not. */
export function flowsOf(state: Parameters<Check["wrong"]>[0], question: Asked): WrongFlow[] {
  return [
    ...flowCheck("", question, "deny").wrong(state),
    ...flowCheck("", question, "allow").wrong(state),
  ].map((f): WrongFlow => ({ ...f, want: "allow" }));
}
