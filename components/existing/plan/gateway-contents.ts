import type { KubeObject } from "../../../kube/objects";
import type { Problem } from "../../../kube/problems";
import { OWNER_LABEL } from "../../owner-label";

/** What the API server of a cluster that is there says of Gateways; undefined: it is not there. */
export interface GatewayContents {
  classes: readonly KubeObject[];
  /** Calico's GatewayAPI `default`, and its CRD. */
  api: KubeObject | undefined;
  apiCrd: KubeObject | undefined;
  /** The namespaces that this project would install into. */
  namespaces: readonly (KubeObject | undefined)[];
}

export interface WantedGateway {
  clusterName: string;
  by: "calico" | "chart";
  className: string;
  /** Whether this stack installs Calico, and its CRDs with it. */
  calico: boolean;
}

/** What stands in the way of a Gateway, or is missing. */
export function gatewayProblems(wanted: WantedGateway, found: GatewayContents): Problem[] {
  const { clusterName, by, className, calico } = wanted;
  const ours = (o: KubeObject | undefined): boolean => o?.metadata.labels?.[OWNER_LABEL] === clusterName;
  const problems: Problem[] = [];
  const say = (path: string, value: string, message: string, fix: string) =>
    problems.push({ path, value, message, fix });
  if (by === "calico" && found.api !== undefined && !ours(found.api))
    say(
      "gateway.installedBy",
      by,
      "the cluster has a GatewayAPI default already, which is not this stack's",
      "chart: an Envoy Gateway of its own beside it",
    );
  if (by === "calico" && !calico && found.apiCrd === undefined)
    say(
      "gateway.installedBy",
      by,
      "Calico's operator here knows no GatewayAPI (it does from Calico 3.30 on), or there is none",
      "chart",
    );
  const others = found.namespaces.filter((n) => n !== undefined && !ours(n));
  for (const other of others)
    say(
      "ingress.controller",
      "gateway",
      `namespace ${other?.metadata.name ?? ""} is in the cluster already, and is not this stack's`,
      "remove it, if nobody needs it",
    );
  const taken = [className, `${className}-inside`].find((name) =>
    found.classes.some((c) => c.metadata.name === name),
  );
  // After the first `up` the classes are the stack's own, as its namespaces are.
  if (taken !== undefined && !found.namespaces.some(ours))
    say("ingress.className", className, `GatewayClass ${taken} is in the cluster already`, "another name");
  return problems;
}
