/** Short ways to write objects, and to ask. */
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../../kube/objects";
import { explain, load, type Facts, type Flow, type State } from "../../../packages/reach/src";

/** Objects from YAML. */
export function yaml(text: string): KubeObject[] {
  return parseAllDocuments(text).map((d) => d.toJS() as KubeObject);
}

export function pod(
  name: string,
  labels: Record<string, string> = {},
  rest: Record<string, unknown> = {},
): KubeObject {
  const [namespace = "default", own = name] = name.split("/");
  const { ip, node, ...spec } = rest;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: own, namespace, labels },
    spec: { containers: [], ...(node === undefined ? {} : { nodeName: node }), ...spec },
    ...(ip === undefined ? {} : { status: { podIP: ip } }),
  };
}

export function globalPolicy(name: string, spec: Record<string, unknown>): KubeObject {
  return { apiVersion: "projectcalico.org/v3", kind: "GlobalNetworkPolicy", metadata: { name }, spec };
}

export function calicoPolicy(name: string, spec: Record<string, unknown>): KubeObject {
  const [namespace = "", own = ""] = name.split("/");
  return {
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkPolicy",
    metadata: { name: own, namespace },
    spec,
  };
}

export function kubernetesPolicy(name: string, spec: Record<string, unknown>): KubeObject {
  const [namespace = "", own = ""] = name.split("/");
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: own, namespace },
    spec,
  };
}

export function tier(name: string, order: number | undefined, defaultAction?: string): KubeObject {
  return {
    apiVersion: "projectcalico.org/v3",
    kind: "Tier",
    metadata: { name },
    spec: {
      ...(order === undefined ? {} : { order }),
      ...(defaultAction === undefined ? {} : { defaultAction }),
    },
  };
}

export function hostEndpoint(
  name: string,
  node: string,
  spec: Record<string, unknown>,
  labels = {},
): KubeObject {
  return {
    apiVersion: "projectcalico.org/v3",
    kind: "HostEndpoint",
    metadata: { name, labels },
    spec: { node, ...spec },
  };
}

/** The one answer to `from → to protocol port`. */
export function ask(objects: KubeObject[] | State, question: string, facts: Facts = {}): Flow {
  const state = Array.isArray(objects) ? load(objects, facts) : objects;
  const [, from = "", to = "", protocol, port] = /^(\S+) → (\S+)(?: (\w+))?(?: (\d+))?$/.exec(question) ?? [];
  const flows = explain(state, {
    from,
    to,
    ...(protocol === undefined ? {} : { protocol }),
    ...(port === undefined ? {} : { port: Number(port) }),
  });
  if (flows.length !== 1) throw new Error(`${question}: ${flows.length} answers`);
  return flows[0]!;
}

/** A decision in short: `allow default/x/p#0`, or `deny: reason` for a default. */
export function told({ verdict, tier: t, policy, rule, reason }: Flow["egress"]): string {
  return rule === -1 ? `${verdict}: ${reason}` : `${verdict} ${t ?? "-"} ${policy ?? "-"}#${rule}`;
}
