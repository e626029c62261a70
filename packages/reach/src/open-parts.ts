import type { PairParts } from "./matrix";
import { NO_PORTS, union, type PortSet } from "./port-sets";

/** Protocols of a pair's answers on which anything is open, or may be. */
export function openProtocols(parts: PairParts): string[] {
  return [...new Set(parts.filter(({ part }) => part.verdict !== "deny").map(({ part }) => part.protocol))];
}

/** Ports of one protocol that are open, or may be. */
export function openPorts(parts: PairParts, protocol: string): PortSet {
  return parts.reduce<PortSet>(
    (ports, p) => (p.part.protocol === protocol && p.part.verdict !== "deny" ? union(ports, p.ports) : ports),
    NO_PORTS,
  );
}
