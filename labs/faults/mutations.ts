import type { KubeObject } from "../../kube/objects";
import { isGatewayObject } from "../../routing/gateway/object-problems";
import { ofGateway } from "./gateway-mutations";
import { misspelt, put, type Made } from "./mutation";
import { isMap, listAt, valueAt, withAt, type Path } from "../../packages/reach/src";

const isRoute = (o: KubeObject): boolean => o.kind === "Ingress" || isGatewayObject(o);

/** What may be wrong with a policy or a route. */
export function* mutationsOf(o: KubeObject, namespaces: readonly string[]): Made {
  if (o.kind === "Ingress") yield* ofRoute(o);
  else if (isGatewayObject(o)) yield* ofGateway(o);
  else if (o.kind === "ClusterNetworkPolicy") yield* ofCluster(o);
  else if (o.kind.endsWith("NetworkPolicy"))
    yield* o.apiVersion.startsWith("networking.k8s.io/") ? ofKubernetes(o) : ofCalico(o);
  else return;
  yield { kind: "missing", what: "it was taken away" };
  const { namespace } = o.metadata;
  for (const other of namespaces)
    if (namespace !== undefined && other !== namespace && !isRoute(o))
      yield put(o, "namespace", `it was put into namespace ${other}`, ["metadata", "namespace"], other);
}

function* labelsAt(o: KubeObject, path: Path, whose: string): Made {
  const labels = valueAt(o, [...path, "matchLabels"]);
  if (!isMap(labels)) return;
  for (const [key, value] of Object.entries(labels)) {
    const wrong = misspelt(String(value));
    yield put(o, "label", `${whose} was misspelt: ${key}=${wrong}`, [...path, "matchLabels", key], wrong);
  }
}

function* ofKubernetes(o: KubeObject): Made {
  yield* labelsAt(o, ["spec", "podSelector"], "podSelector");
  const types = (valueAt(o, ["spec", "policyTypes"]) as string[] | undefined) ?? [];
  for (const type of types)
    if (types.length > 1)
      yield put(
        o,
        "policyTypes",
        `${type} was taken out of policyTypes`,
        ["spec", "policyTypes"],
        types.filter((t) => t !== type),
      );
  for (const [direction, side] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    const rules = listAt(o, ["spec", direction]);
    for (const [i, rule] of rules.entries()) {
      const path: Path = ["spec", direction, i];
      if (rules.length > 1) yield put(o, "rule", `${direction} rule ${i} was taken out`, path, undefined);
      for (const [j, peer] of listAt(rule, [side]).entries()) {
        const at: Path = [...path, side, j];
        yield* labelsAt(o, [...at, "podSelector"], `${direction} ${side} ${j}, podSelector,`);
        yield* labelsAt(o, [...at, "namespaceSelector"], `${direction} ${side} ${j}, namespaceSelector,`);
        if ("podSelector" in peer && "namespaceSelector" in peer)
          yield put(
            o,
            "namespace",
            `the namespaceSelector of ${direction} ${side} ${j} was taken out`,
            [...at, "namespaceSelector"],
            undefined,
          );
      }
      for (const [j, { port, protocol = "TCP" }] of (
        listAt(rule, ["ports"]) as { port?: number; protocol?: string }[]
      ).entries()) {
        const at: Path = [...path, "ports", j];
        if (typeof port === "number") {
          yield put(o, "port", `port ${port} became ${port + 1}`, [...at, "port"], port + 1);
          yield put(
            o,
            "protocol",
            `${protocol} ${port} became another protocol`,
            [...at, "protocol"],
            protocol === "TCP" ? "UDP" : "TCP",
          );
        }
      }
      if ("ports" in rule)
        yield put(
          o,
          "ports",
          `the ports of ${direction} rule ${i} were taken out`,
          [...path, "ports"],
          undefined,
        );
      if (side in rule && "ports" in rule)
        yield put(
          o,
          "dash",
          `${side} and ports of ${direction} rule ${i} became two list items`,
          ["spec", direction],
          [...rules.slice(0, i), { [side]: rule[side] }, { ports: rule["ports"] }, ...rules.slice(i + 1)],
        );
    }
  }
}

function* ofCluster(o: KubeObject): Made {
  const tier = valueAt(o, ["spec", "tier"]) === "Admin" ? "Baseline" : "Admin";
  yield put(o, "tier", `the tier became ${tier}`, ["spec", "tier"], tier);
  // 1000 is the last.
  yield put(o, "order", "the priority became 1000", ["spec", "priority"], 1000);
  yield* labelsAt(o, ["spec", "subject", "namespaces"], "the subject");
  for (const [i, rule] of listAt(o, ["spec", "ingress"]).entries()) {
    const path: Path = ["spec", "ingress", i];
    for (const action of ["Accept", "Deny", "Pass"])
      if (action !== rule["action"])
        yield put(
          o,
          "action",
          `the action of ingress rule ${i} became ${action}`,
          [...path, "action"],
          action,
        );
    for (const [j] of listAt(rule, ["from"]).entries()) {
      const peer: Path = [...path, "from", j];
      yield* labelsAt(o, [...peer, "namespaces"], `ingress from ${j}, namespaces,`);
      for (const field of ["namespaceSelector", "podSelector"])
        yield* labelsAt(o, [...peer, "pods", field], `ingress from ${j}, ${field},`);
    }
  }
}

function* ofCalico(o: KubeObject): Made {
  const spec = valueAt(o, ["spec"]);
  if (!isMap(spec)) return;
  for (const field of ["selector", "namespaceSelector", "serviceAccountSelector"])
    yield* texts(o, ["spec", field], field);
  if (typeof spec["order"] === "number")
    yield put(
      o,
      "order",
      `order ${spec["order"]} became ${spec["order"] + 5000}`,
      ["spec", "order"],
      spec["order"] + 5000,
    );
  const types = (spec["types"] as string[] | undefined) ?? [];
  for (const type of types)
    if (types.length > 1)
      yield put(
        o,
        "types",
        `${type} was taken out of types`,
        ["spec", "types"],
        types.filter((t) => t !== type),
      );
  for (const flag of ["preDNAT"])
    if (spec[flag] === true) yield put(o, "hook", `${flag} was taken out`, ["spec", flag], undefined);
  for (const direction of ["ingress", "egress"]) {
    const rules = listAt(o, ["spec", direction]);
    if (rules.length > 1) {
      const [first, ...rest] = rules;
      yield put(
        o,
        "order",
        `the first ${direction} rule became the last`,
        ["spec", direction],
        [...rest, first],
      );
    }
    for (const [i, rule] of rules.entries()) {
      const path: Path = ["spec", direction, i];
      yield put(o, "rule", `${direction} rule ${i} was taken out`, path, undefined);
      if (rule["action"] === "Allow" || rule["action"] === "Deny")
        yield put(
          o,
          "action",
          `the action of ${direction} rule ${i} was turned`,
          [...path, "action"],
          rule["action"] === "Allow" ? "Deny" : "Allow",
        );
      for (const side of ["source", "destination"]) {
        for (const field of ["selector", "namespaceSelector"])
          yield* texts(o, [...path, side, field], `${side}.${field}`);
        const ports = valueAt(rule, [side, "ports"]);
        if (Array.isArray(ports) && typeof ports[0] === "number")
          yield put(
            o,
            "port",
            `port ${ports[0]} became ${ports[0] + 1}`,
            [...path, side, "ports"],
            [ports[0] + 1],
          );
        const nets = valueAt(rule, [side, "notNets"]);
        if (nets !== undefined)
          yield {
            kind: "nets",
            what: "nets stands for notNets",
            after: withAt(withAt(o, [...path, side, "notNets"], undefined), [...path, side, "nets"], nets),
          };
      }
    }
  }
}

/** The first word in quotes of a selector, misspelt. */
function* texts(o: KubeObject, path: Path, name: string): Made {
  const text = valueAt(o, path);
  if (typeof text !== "string" || !/["'][\w.-]+["']/.test(text)) return;
  const wrong = text.replace(
    /(["'])([\w.-]+)\1/,
    (_, q: string, word: string) => `${q}${misspelt(word)}${q}`,
  );
  yield put(o, "label", `${name} was misspelt: ${wrong}`, path, wrong);
}

function* ofRoute(o: KubeObject): Made {
  yield put(o, "class", "ingressClassName was changed", ["spec", "ingressClassName"], "nginx-internal");
  for (const key of Object.keys(o.metadata.annotations ?? {}))
    yield put(
      o,
      "annotation",
      `annotation ${key} was taken out`,
      ["metadata", "annotations", key],
      undefined,
    );
  for (const [i, rule] of listAt(o, ["spec", "rules"]).entries()) {
    const path: Path = ["spec", "rules", i];
    if (typeof rule["host"] === "string")
      yield put(
        o,
        "host",
        "a host was misspelt",
        [...path, "host"],
        rule["host"].replace(/^[^.]+/, misspelt),
      );
    for (const [j] of listAt(rule, ["http", "paths"]).entries()) {
      const at: Path = [...path, "http", "paths", j, "backend", "service"];
      const name = valueAt(o, [...at, "name"]);
      if (typeof name === "string")
        yield put(o, "backend", "a Service's name was misspelt", [...at, "name"], misspelt(name));
      yield put(o, "port", "the port of a backend was changed", [...at, "port", "number"], 8443);
    }
  }
}
