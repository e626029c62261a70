import type { Direction } from "../reach-model";
import { sideOf } from "./flow-words";
import { listAt } from "./object-paths";
import { entryText } from "./peer-words";

/** A rule of Kubernetes in few words: `TCP 80 from pods role=client of its own namespace`. */
export function ruleText(rule: Readonly<Record<string, unknown>>, direction: Direction): string {
  const peers = listAt(rule, [sideOf(direction)]);
  const ports = listAt(rule, ["ports"]);
  const whom = peers.length === 0 ? "everyone" : peers.map(entryText).join(" or ");
  const which = ports.length === 0 ? "every port" : ports.map(portItemText).join(", ");
  return `${which} ${direction === "ingress" ? "from" : "to"} ${whom}`;
}

function portItemText(item: Readonly<Record<string, unknown>>): string {
  const {
    protocol = "TCP",
    port,
    endPort,
  } = item as { protocol?: string; port?: number | string; endPort?: number };
  return `${protocol}${port === undefined ? "" : ` ${port}`}${endPort === undefined ? "" : `-${endPort}`}`;
}
