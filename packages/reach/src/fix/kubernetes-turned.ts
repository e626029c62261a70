import type { KubeObject } from "../../../../kube/objects";
import { protocolName, type Direction } from "../reach-model";
import { DIRECTIONS, endsOf, type Scene, type Edit, type Change } from "./fix-model";
import { sideOf, singlePort, typeOf } from "./flow-words";
import { matches, selectorText, tellingLabels, type LabelSelector } from "./label-edits";
import { peerOf, portOf } from "./new-rules";
import { at, listAt, withAt, type Path } from "./object-paths";
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

/** Subject and peer stand in each other's place. */
export function* changedOver(policy: KubeObject, change: Change): Generator<Edit> {
  const own = (at(policy, ["spec", "podSelector"]) ?? {}) as LabelSelector;
  for (const direction of DIRECTIONS) {
    for (const [i] of listAt(policy, ["spec", direction]).entries()) {
      const path: Path = ["spec", direction, i, sideOf(direction)];
      const [only, ...more] = listAt(policy, path);
      const other = only?.["podSelector"] as LabelSelector | undefined;
      if (other === undefined || more.length > 0 || only?.["namespaceSelector"] !== undefined) continue;
      yield change(
        withAt(withAt(policy, ["spec", "podSelector"], other), path, [{ podSelector: own }]),
        "direction",
        2.4,
        `podSelector chooses ${selectorText(own)}, and ${direction} rule ${i} names ${selectorText(other)} in ${sideOf(direction)}: the two stand in each other's place`,
        `write podSelector ${selectorText(other)}, and ${selectorText(own)} in ${sideOf(direction)}`,
      );
    }
  }
}
