import { protocolName, hasPorts, type Direction, type Endpoint } from "../reach-model";
import { endsOf, type WrongFlow } from "./fix-model";
import { tellingLabels } from "./label-edits";
import { namespaceLabel, peerOf } from "./new-rules";
import { at, isMap, valueText } from "./object-paths";

/** Allow rules for these flows, one for each peer and port. */
export function calicoRules(
  flows: readonly WrongFlow[],
  direction: Direction,
  own: string | undefined,
): Record<string, unknown>[] {
  const rules = flows.map((f) => {
    const [, peer] = endsOf(f, direction);
    const whom = entityOf(peer, own);
    const [range] = f.ports;
    const whole = range !== undefined && range[0] === 1 && range[1] === 65535;
    const ports =
      range === undefined || !hasPorts(f.protocol) || whole || f.ports.length !== 1
        ? {}
        : { ports: [range[0] === range[1] ? range[0] : `${range[0]}:${range[1]}`] };
    const [source, destination] = direction === "ingress" ? [whom, ports] : [{}, { ...whom, ...ports }];
    return {
      action: "Allow",
      protocol: protocolName(f.protocol),
      ...(Object.keys(source).length === 0 ? {} : { source }),
      ...(Object.keys(destination).length === 0 ? {} : { destination }),
    };
  });
  return [...new Map(rules.map((r) => [JSON.stringify(r), r])).values()];
}

/** What a rule of Calico writes to find this end. */
export function entityOf(end: Endpoint, own: string | undefined): Record<string, unknown> {
  if (end.type === "outside" && end.name.startsWith("internet")) return {};
  if (end.selectable === undefined || end.type !== "workload") {
    const { ipBlock } = peerOf(end, own) as { ipBlock?: { cidr: string } };
    return ipBlock === undefined ? {} : { nets: [ipBlock.cidr] };
  }
  const [label] = tellingLabels(end.labels);
  const [space] = Object.entries(namespaceLabel(end));
  return {
    ...(space === undefined || end.namespace === own
      ? {}
      : { namespaceSelector: `${space[0]} == "${space[1]}"` }),
    ...(label === undefined ? {} : { selector: `${label[0]} == "${label[1]}"` }),
  };
}

/** A rule in few words: `Deny`, `Allow TCP to k8s-app == "kube-dns" 53`. */
export function calicoRuleText(rule: Readonly<Record<string, unknown>>): string {
  const side = (name: "source" | "destination", word: string): string => {
    const entity = at(rule, [name]);
    if (!isMap(entity) || Object.keys(entity).length === 0) return "";
    const { ports, ...whom } = entity;
    const texts = Object.entries(whom).map(([k, v]) =>
      k === "selector" ? String(v) : `${k} ${valueText(v)}`,
    );
    return `${texts.length === 0 ? "" : ` ${word} ${texts.join(" and ")}`}${ports === undefined ? "" : ` ${name === "source" ? "from port" : "port"} ${valueText(ports).replace(/[[\]]/g, "")}`}`;
  };
  const protocol = rule["protocol"] === undefined ? "" : ` ${valueText(rule["protocol"])}`;
  return `${valueText(rule["action"])}${protocol}${side("source", "from")}${side("destination", "to")}`;
}
