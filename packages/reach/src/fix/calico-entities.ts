import type { KubeObject } from "../../../../kube/objects";
import { parseNet } from "../../../../kube/ip";
import type { Direction, Endpoint } from "../reach-model";
import { calicoRuleText, entityOf } from "./calico-new-rules";
import { endsOf, type Edit, type Scene, type WrongFlow, type Change } from "./fix-model";
import { hasLabels, portText, singlePort } from "./flow-words";
import { namespaceLabel } from "./new-rules";
import { at, isMap, valueText, withAt, type Path } from "./object-paths";
import { finds, narrowSelectors, selectorsFor } from "./selector-edits";

/** Changes of whom and which ports one rule of Calico names. */
export function* entityEdits(
  policy: KubeObject,
  rule: Readonly<Record<string, unknown>>,
  path: Path,
  scene: Scene,
  flow: WrongFlow,
  direction: Direction,
  peer: Endpoint,
  change: Change,
): Generator<Edit> {
  const name = `${direction} rule ${String(path.at(-1))} (${calicoRuleText(rule)})`;
  const side = direction === "ingress" ? "source" : "destination";
  // A rule that allows should match what is closed, one that denies what is open.
  const should = (rule["action"] === "Allow") === (flow.want === "allow") && rule["action"] !== "Pass";
  yield* portChanges(policy, rule, path, flow, name, change);
  yield* swapped(policy, rule, path, name, change);
  const entity = at(rule, [side]);
  const written = isMap(entity) ? entity : {};
  for (const [field, prefix] of [
    ["selector", ""],
    ["namespaceSelector", "pcns."],
  ] as const) {
    const text = written[field] as string | undefined;
    const place = [...path, side, field];
    const found = text === undefined || finds(text, peer, prefix);
    for (const next of selectorsFor(text, peer, prefix, should ? "in" : "out"))
      yield change(
        withAt(policy, place, next.text),
        field === "selector" ? "label" : "namespace",
        next.cost,
        `${name} has ${side}.${field} ${text ?? "nothing"}, which ${found ? "finds" : "does not find"} ${peer.name}; ${hasLabels(peer)}`,
        next.text === undefined ? `take ${side}.${field} away` : `write ${side}.${field}: ${next.text}`,
      );
    if (should || rule["action"] !== "Allow") continue;
    for (const w of scene.wanted.filter((x) => endsOf(x, direction)[0] === endsOf(flow, direction)[0]))
      for (const next of narrowSelectors(text, endsOf(w, direction)[1], prefix))
        yield change(
          withAt(policy, place, next.text),
          field === "selector" ? "label" : "namespace",
          next.cost,
          `${name} has ${side}.${field} ${text ?? "nothing"}, and so means ${peer.name} too (${portText(flow)})`,
          `write ${side}.${field}: ${next.text}`,
        );
  }
  yield* accountsAndSpaces(policy, written, [...path, side], peer, name, change);
  yield* networks(policy, written, [...path, side], peer, should, name, change);
  if (should && rule["action"] === "Allow" && isMap(entity)) {
    const { ports } = entity;
    yield change(
      withAt(policy, [...path, side], {
        ...entityOf(peer, policy.metadata.namespace),
        ...(ports === undefined ? {} : { ports }),
      }),
      "peers",
      4.4,
      `${name} does not find ${peer.name}; ${hasLabels(peer)}`,
      `name it in ${side}: ${valueText(entityOf(peer, policy.metadata.namespace))}`,
    );
  }
}

/** In a namespaced policy a selector alone stays in the namespace; service accounts likewise. */
function* accountsAndSpaces(
  policy: KubeObject,
  written: Readonly<Record<string, unknown>>,
  path: Path,
  peer: Endpoint,
  name: string,
  change: Change,
): Generator<Edit> {
  const side = String(path.at(-1));
  if (written["namespaceSelector"] === undefined && peer.namespace !== undefined) {
    const [space = ["", ""]] = Object.entries(namespaceLabel(peer));
    if (Object.keys(written).length > 0)
      yield change(
        withAt(policy, [...path, "namespaceSelector"], `${space[0]} == "${space[1]}"`),
        "namespace",
        2,
        policy.metadata.namespace === undefined
          ? `${name} has no ${side}.namespaceSelector, so it means every namespace`
          : `${name} has no ${side}.namespaceSelector, so it looks in namespace ${policy.metadata.namespace} only; ${peer.name} is in namespace ${peer.namespace}`,
        `add ${side}.namespaceSelector: ${space[0]} == "${space[1]}"`,
      );
  }
  const accounts = written["serviceAccounts"];
  if (!isMap(accounts)) return;
  const account = peer.serviceAccount?.split("/").at(-1);
  if (account !== undefined && Array.isArray(accounts["names"]))
    yield change(
      withAt(policy, [...path, "serviceAccounts", "names"], [account]),
      "label",
      2,
      `${name} names service account ${valueText(accounts["names"])}; ${peer.name} has account ${account}`,
      `write ${side}.serviceAccounts.names: [${account}]`,
    );
  const text = accounts["selector"];
  if (typeof text !== "string") return;
  const found = finds(text, peer, "pcsa.");
  for (const next of selectorsFor(text, peer, "pcsa.", found ? "out" : "in"))
    yield change(
      withAt(policy, [...path, "serviceAccounts", "selector"], next.text),
      "label",
      next.cost,
      `${name} has serviceAccounts.selector ${text}, which ${found ? "finds" : "does not find"} the account of ${peer.name}`,
      `write ${side}.serviceAccounts.selector: ${next.text ?? ""}`,
    );
}

function* networks(
  policy: KubeObject,
  written: Readonly<Record<string, unknown>>,
  path: Path,
  peer: Endpoint,
  should: boolean,
  name: string,
  change: Change,
): Generator<Edit> {
  const side = String(path.at(-1));
  const net = parseNet(peer.name)?.text;
  for (const [field, other] of [
    ["nets", "notNets"],
    ["notNets", "nets"],
  ] as const) {
    const list = written[field];
    if (!Array.isArray(list)) continue;
    yield change(
      withAt(withAt(policy, [...path, field], undefined), [...path, other], list),
      "peers",
      2.2,
      `${name} has ${side}.${field} ${valueText(list)}, which means ${field === "nets" ? "these addresses" : "every address but these"}`,
      `write ${other} for ${field}`,
    );
    for (const item of list as unknown[])
      if (list.length > 1)
        yield change(
          withAt(
            policy,
            [...path, field],
            (list as unknown[]).filter((x) => x !== item),
          ),
          "peers",
          2.8,
          `${name} has ${valueText(item)} in ${side}.${field}`,
          `take it out`,
        );
    if (net !== undefined)
      yield change(
        withAt(policy, [...path, field], should ? [...(list as unknown[]), net] : [net]),
        "peers",
        2.6,
        `${name} has ${side}.${field} ${valueText(list)}; ${peer.name} is what counts here`,
        `write ${net} there`,
      );
  }
}

function* portChanges(
  policy: KubeObject,
  rule: Readonly<Record<string, unknown>>,
  path: Path,
  flow: WrongFlow,
  name: string,
  change: Change,
): Generator<Edit> {
  // Before DNAT a policy sees the node port.
  const port = (at(policy, ["spec", "preDNAT"]) === true ? flow.nodePort : undefined) ?? singlePort(flow);
  const asked = portText(flow).split(" ")[0] ?? "";
  const place = [...path, "destination", "ports"];
  const ports = at(rule, ["destination", "ports"]);
  const source = at(rule, ["source", "ports"]);
  const dns = port === 53;
  if (Array.isArray(source))
    yield change(
      withAt(withAt(policy, [...path, "source", "ports"], undefined), place, source),
      "port",
      1.8,
      `${name} has its ports in source: that is the client's own port, which nobody knows beforehand`,
      "write them in destination.ports",
    );
  if (port !== undefined && Array.isArray(ports)) {
    const shown = `${name} names port ${valueText(ports).replace(/[[\]]/g, "")}; ${flow.to.name} is asked on ${flow.nodePort === port ? `node port ${port}` : portText(flow)}`;
    const list = ports as unknown[];
    yield change(
      withAt(policy, place, [port]),
      dns ? "dns" : "port",
      2,
      shown,
      `write destination.ports: [${port}]`,
    );
    yield change(
      withAt(policy, place, [...list, port]),
      dns ? "dns" : "port",
      2.6,
      shown,
      `add ${port} to destination.ports`,
    );
    if (list.length > 1)
      yield change(
        withAt(
          policy,
          place,
          list.filter((p) => String(p) !== String(port)),
        ),
        "port",
        2.6,
        shown,
        `take ${port} out of destination.ports`,
      );
  }
  if (Array.isArray(ports))
    yield change(
      withAt(policy, place, undefined),
      "port",
      3,
      `${name} names port ${valueText(ports)} only`,
      "take destination.ports away",
    );
  if (rule["protocol"] !== undefined && rule["protocol"] !== asked)
    yield change(
      withAt(policy, [...path, "protocol"], asked),
      dns ? "dns" : "port",
      2,
      `${name} is for protocol ${valueText(rule["protocol"])}; ${flow.to.name} is asked by ${portText(flow)}`,
      `write protocol: ${asked}`,
    );
}

/** Source and destination are taken for each other. */
function* swapped(
  policy: KubeObject,
  rule: Readonly<Record<string, unknown>>,
  path: Path,
  name: string,
  change: Change,
): Generator<Edit> {
  const { source, destination, ...rest } = rule;
  if (source === undefined && destination === undefined) return;
  const peer = (x: unknown): Record<string, unknown> => {
    const { ports: _, ...whom } = isMap(x) ? x : {};
    return whom;
  };
  const ports = at(destination, ["ports"]) ?? at(source, ["ports"]);
  const put = (a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> => ({
    ...rest,
    ...(Object.keys(a).length === 0 ? {} : { source: a }),
    ...(Object.keys(b).length === 0 && ports === undefined
      ? {}
      : { destination: { ...b, ...(ports === undefined ? {} : { ports }) } }),
  });
  yield change(
    withAt(policy, path, put(peer(destination), peer(source))),
    "direction",
    2.2,
    `${name} names its peer as ${destination === undefined || Object.keys(peer(destination)).length === 0 ? "source" : "destination"}, which is the policy's own end in this direction`,
    "write source for destination and destination for source",
  );
}
