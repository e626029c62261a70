import type { KubeObject } from "../../../../kube/objects";
import { protocolName, type Direction, type Endpoint } from "../reach-model";
import { endsOf, type Edit, type Scene, type WrongFlow, type Change } from "./fix-model";
import { portText, singlePort } from "./flow-words";
import { portOf } from "./new-rules";
import { listAt, withAt, type Path } from "./object-paths";

interface Item {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

/** Changes of the ports that the rules of a policy name. */
export function* portEdits(
  policy: KubeObject,
  scene: Scene,
  flow: WrongFlow,
  direction: Direction,
  change: Change,
): Generator<Edit> {
  for (const [i, written] of listAt(policy, ["spec", direction]).entries()) {
    const path: Path = ["spec", direction, i, "ports"];
    const items = listAt(written, ["ports"]) as readonly Item[];
    const rule = `${direction} rule ${i}`;
    yield* flow.want === "allow"
      ? opening(policy, scene, path, items, flow, rule, change)
      : closing(policy, scene, path, items, flow, direction, rule, change);
  }
}

const itemText = ({ protocol = "TCP", port, endPort }: Item): string =>
  `${protocol}${port === undefined ? " (every port)" : ` port ${port}`}${endPort === undefined ? "" : `-${endPort}`}`;
const itemsText = (items: readonly Item[]): string =>
  items.length === 0 ? "every port and protocol" : items.map(itemText).join(", ");

function* opening(
  policy: KubeObject,
  scene: Scene,
  path: Path,
  items: readonly Item[],
  flow: WrongFlow,
  rule: string,
  change: Change,
): Generator<Edit> {
  const port = singlePort(flow);
  if (items.length === 0 || port === undefined) return;
  const asked = protocolName(flow.protocol);
  const dns = port === 53;
  const opens = `${rule} opens ${itemsText(items)}`;
  for (const [j, item] of items.entries()) {
    const protocol = item.protocol ?? "TCP";
    const place: Path = [...path, j];
    if (protocol === asked && item.port !== port) {
      const { endPort: _, ...single } = item;
      yield change(
        withAt(policy, place, { ...single, port }),
        dns ? "dns" : "port",
        2,
        `${opens}${servedBy(item, flow.to, scene)}; ${flow.to.name} is asked on ${portText(flow)}`,
        `write port: ${port}`,
      );
    }
    if (protocol !== asked && item.port === port) {
      yield change(
        withAt(policy, place, { ...item, protocol: asked }),
        dns ? "dns" : "port",
        2,
        `${opens}, of which none is ${portText(flow)}: its protocol is ${protocol}${item.protocol === undefined ? ", as none is written" : ""}`,
        `write protocol: ${asked}`,
      );
    }
  }
  yield change(
    withAt(policy, path, [...items, portOf(flow)]),
    dns ? "dns" : "port",
    items.some((item) => item.port === port) ? 1.9 : 2.8,
    `${opens}, and not ${portText(flow)}${dns ? ": DNS asks by UDP and, for long answers, by TCP" : ""}`,
    `add protocol: ${asked}, port: ${port} to its ports`,
  );
}

/** Where the port that is written belongs to the Service and not to the pods. */
function servedBy({ port }: Item, to: Endpoint, { state }: Scene): string {
  if (typeof port === "string" && !to.ports.some((p) => p.name === port))
    return `; no port of ${to.name} is called ${port}`;
  const service = [...state.services].find(
    ([, s]) => s.backends.includes(to) && s.ports.some((p) => p.port === port && p.target !== port),
  );
  return service === undefined ? "" : `, which is a port of Service ${service[0]}; policies count the pod's`;
}

/** Ports that must be open at a subject, of the flows that go through rules of this direction. */
function* closing(
  policy: KubeObject,
  scene: Scene,
  path: Path,
  items: readonly Item[],
  flow: WrongFlow,
  direction: Direction,
  rule: string,
  change: Change,
): Generator<Edit> {
  const [subject] = endsOf(flow, direction);
  const meant = scene.wanted.filter(
    (w) => endsOf(w, direction)[0] === subject && singlePort(w) !== undefined,
  );
  const needed = [...new Map(meant.map((w) => [portText(w), portOf(w)])).values()];
  const opens = `${rule} opens ${itemsText(items)}`;
  const extra = `${flow.from.name} reaches ${flow.to.name} on ${portText(flow)}`;
  if (items.length === 0) {
    for (const list of [needed, ...(needed.length > 1 ? needed.map((n) => [n]) : [])]) {
      if (list.length === 0) continue;
      yield change(
        withAt(policy, path, list),
        "port",
        2,
        `${rule} has no ports, so it opens every port: ${extra}, which is more than is asked for`,
        `add ports: ${itemsText(list)}`,
      );
    }
    return;
  }
  for (const [j, item] of items.entries()) {
    const others = items.filter((x) => x !== item);
    if (others.length > 0)
      yield change(
        withAt(policy, path, others),
        "port",
        2.6,
        `${opens}: ${extra}, which is more than is asked for`,
        `take ${itemText(item)} out of its ports`,
      );
    for (const want of needed.filter((n) => (n["protocol"] ?? "TCP") === (item.protocol ?? "TCP"))) {
      if (want["port"] === item.port && item.endPort === undefined) continue;
      yield change(
        withAt(policy, [...path, j], want),
        "port",
        2.2,
        `${opens}: ${extra}, which is more than is asked for`,
        `write ${itemText(want)} for ${itemText(item)}`,
      );
    }
  }
  if (needed.length > 0 && !needed.every((n) => items.some((x) => x.port === n["port"])))
    yield change(
      withAt(policy, path, needed),
      "port",
      2.8,
      `${opens}: ${extra}, which is more than is asked for`,
      `write ports: ${itemsText(needed)}`,
    );
}
