import type { KubeObject } from "../../kube/objects";
import { listAt, valueAt, type Path } from "../../packages/reach/src";
import { misspelt, put, type Made } from "./mutation";

/** What may be wrong with a Gateway, a route or a grant. */
export function* ofGateway(o: KubeObject): Made {
  if (o.kind === "Gateway") {
    yield put(o, "class", "gatewayClassName was changed", ["spec", "gatewayClassName"], "nginx");
    for (const [i, listener] of listAt(o, ["spec", "listeners"]).entries()) {
      const path: Path = ["spec", "listeners", i];
      yield put(
        o,
        "listener",
        "a listener takes routes of its own namespace only",
        [...path, "allowedRoutes"],
        {
          namespaces: { from: "Same" },
        },
      );
      if (typeof listener["hostname"] === "string")
        yield put(
          o,
          "host",
          "a listener's hostname was misspelt",
          [...path, "hostname"],
          wrongHost(listener["hostname"]),
        );
    }
  }
  if (o.kind === "ReferenceGrant") {
    yield put(o, "kind", "the grant is for Gateways", ["spec", "from", 0, "kind"], "Gateway");
    const name = valueAt(o, ["spec", "to", 0, "name"]);
    if (typeof name === "string")
      yield put(o, "backend", "the grant names another Service", ["spec", "to", 0, "name"], misspelt(name));
  }
  if (o.kind === "HTTPRoute") yield* ofHttpRoute(o);
}

function* ofHttpRoute(o: KubeObject): Made {
  for (const [i, parent] of listAt(o, ["spec", "parentRefs"]).entries())
    if (typeof parent["sectionName"] === "string")
      yield put(
        o,
        "listener",
        "sectionName was misspelt",
        ["spec", "parentRefs", i, "sectionName"],
        misspelt(parent["sectionName"]),
      );
  const host = valueAt(o, ["spec", "hostnames", 0]);
  if (typeof host === "string")
    yield put(o, "host", "a hostname was misspelt", ["spec", "hostnames", 0], wrongHost(host));
  for (const [i, rule] of listAt(o, ["spec", "rules"]).entries()) {
    const path: Path = ["spec", "rules", i];
    const refs = listAt(rule, ["backendRefs"]);
    for (const [j, ref] of refs.entries()) {
      const at: Path = [...path, "backendRefs", j];
      if (typeof ref["name"] === "string")
        yield put(o, "backend", "a Service's name was misspelt", [...at, "name"], misspelt(ref["name"]));
      yield put(o, "port", "the port of a backend was changed", [...at, "port"], 8443);
    }
    const weights = refs.map((r) => r["weight"]);
    if (weights.length === 2 && weights.every((w) => typeof w === "number"))
      yield put(
        o,
        "weight",
        "weights were changed over",
        [...path, "backendRefs"],
        refs.map((r, j) => ({ ...r, weight: weights[1 - j] })),
      );
  }
}

const wrongHost = (host: string): string => host.replace(/^[^.]+/, misspelt);
