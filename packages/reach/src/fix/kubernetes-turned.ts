import type { KubeObject } from "../../../../kube/objects";
import { protocolName, type Direction } from "../reach-model";
import { DIRECTIONS, endsOf, type Scene, type Edit, type Change } from "./fix-model";
import { sideOf, singlePort, typeOf } from "./flow-words";
import { matches, tellingLabels, type LabelSelector } from "./label-edits";
import { peerOf, portOf } from "./new-rules";
import { at, listAt } from "./object-paths";
import { ns } from "./peer-words";

/** The same connection, written at its other end: out of the client where the way into the server is missing. */
export function* turned(policy: KubeObject, { state, wrong }: Scene, change: Change): Generator<Edit> {
  const selector = (at(policy, ["spec", "podSelector"]) ?? {}) as LabelSelector;
  for (const flow of wrong) {
    for (const missing of DIRECTIONS) {
      if (flow.want !== "allow" || flow[missing].verdict === "allow") continue;
      const written: Direction = missing === "ingress" ? "egress" : "ingress";
      const [subject, peer] = endsOf(flow, missing);
      if (subject.namespace === undefined || subject.type !== "workload") continue;
      const about = peer.namespace === ns(policy) && matches(selector, peer.labels);
      if (!about || listAt(policy, ["spec", written]).length === 0) continue;
      const [label] = tellingLabels(subject.labels);
      const port = singlePort(flow);
      yield change(
        {
          ...policy,
          metadata: { ...policy.metadata, namespace: subject.namespace },
          spec: {
            podSelector: label === undefined ? {} : { matchLabels: { [label[0]]: label[1] } },
            policyTypes: [typeOf(missing)],
            [missing]: [
              {
                [sideOf(missing)]: [peerOf(peer, subject.namespace)],
                ...(port === undefined ? {} : { ports: [portOf(flow)] }),
              },
            ],
          },
        },
        "direction",
        4.6 - (state.policies.length > 0 ? 0 : 0.1),
        `it says what ${peer.name} may do (${written}); what is closed is ${missing} at ${subject.name}: both ends must allow`,
        `write it for ${subject.name}, as ${missing} ${sideOf(missing)} ${peer.name}, ${protocolName(flow.protocol)}${port === undefined ? "" : ` ${port}`}`,
      );
    }
  }
}
