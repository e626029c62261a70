import { objectKey, objectTitle, type KubeObject } from "../../../../kube/objects";
import type { Edit, Scene } from "./fix-model";
import { DIRECTIONS, endsOf } from "./fix-model";
import { flowText, portText, typeOf } from "./flow-words";
import { tellingLabels } from "./label-edits";
import { rulesFor } from "./new-rules";

/** Objects that are not there: those that would do, or else one made of what is wrong. */
export function* newObjects(scene: Scene, templates: readonly KubeObject[]): Generator<Edit> {
  const taken = new Set(scene.mine.map(objectKey));
  for (const template of templates.filter(isDeciding)) {
    const dns = /dns/i.test(template.metadata.name);
    yield {
      after: taken.has(objectKey(template)) ? renamed(template) : template,
      cause: dns ? "dns" : "missing",
      what: "it is missing, under whatever name",
      todo: `write ${a(objectTitle(template))}`,
      cost: 7,
      bare: true,
    };
  }
  if (templates.length === 0) yield* made(scene);
}

const isDeciding = (o: KubeObject): boolean =>
  /NetworkPolicy$|NetworkSet$|^Tier$|^HostEndpoint$|Configuration$/.test(o.kind);
const a = (title: string): string => `an object such as ${title}`;
const renamed = (o: KubeObject): KubeObject => ({
  ...o,
  metadata: { ...o.metadata, name: `${o.metadata.name}-2` },
});

function* made({ wrong }: Scene): Generator<Edit> {
  for (const direction of DIRECTIONS) {
    for (const flow of wrong) {
      const [subject] = endsOf(flow, direction);
      if (subject.type !== "workload" || subject.namespace === undefined) continue;
      const { namespace } = subject;
      if (flow.want === "allow" && flow[direction].verdict === "allow") continue;
      const [label] = tellingLabels(subject.labels);
      const opens = flow.want === "allow";
      yield {
        after: {
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: { name: `${subject.name.split("/").at(-1) ?? "pods"}-${direction}`, namespace },
          spec: {
            podSelector: label === undefined ? {} : { matchLabels: { [label[0]]: label[1] } },
            policyTypes: [typeOf(direction)],
            [direction]: opens ? rulesFor([flow], direction, namespace) : [],
          },
        },
        cause: "missing",
        what: opens
          ? `no policy lets this through: ${flowText(flow)}`
          : `no policy isolates ${subject.name} for ${direction}, so ${portText(flow)} is open`,
        todo: opens
          ? `add a policy for ${subject.name} that does`
          : `add a policy that isolates ${subject.name}`,
        cost: 7,
      };
    }
  }
}
