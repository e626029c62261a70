import { parseNet, type Net } from "../../../../kube/ip";
import type { NetworkSet } from "../reach-model";
import type { Fields } from "./object-fields";
import { namespaceLabels } from "./workloads";

/** A NetworkSet or GlobalNetworkSet as it is written; the latter has no namespace. */
export interface SetSource {
  name: string;
  namespace?: string;
  labels: Record<string, string>;
  nets: Net[];
}

export function networkSetSource(name: string, namespace: string | undefined, root: Fields): SetSource {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: root.object("metadata").map("labels"),
    nets: nets(root.object("spec")),
  };
}

function nets(spec: Fields): Net[] {
  spec.only("nets");
  return spec.strings("nets").flatMap((text, i) => {
    const net = parseNet(text);
    if (net === undefined) spec.report(`nets[${i}]`, text, "is no CIDR", "write it like 192.0.2.0/24");
    return net ?? [];
  });
}

/** A network set inherits its namespace's labels like a pod (networksetprocessor.go). */
export function networkSet(
  { name, namespace, labels, nets }: SetSource,
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>,
): NetworkSet {
  const all = namespace === undefined ? new Map<string, string>() : namespaceLabels(namespace, namespaces);
  for (const [label, value] of Object.entries(labels)) all.set(label, value);
  if (namespace !== undefined) all.set("projectcalico.org/namespace", namespace);
  return { name, labels: all, nets };
}
