import type { KubeObject } from "../../kube/objects";
import { parseNet } from "../../kube/ip";
import { isEmpty, NO_PORTS, subtract, union, type PortSet } from "../../packages/reach/src/port-sets";

/** Open ports by protocol; a protocol that is not there is closed. */
export type Open = ReadonlyMap<string, PortSet>;

/** What a program says of one world: open flows between workloads, and between them and addresses outside. */
export interface OpenFlows {
  /** `ns/name[Kind]` of each workload. */
  readonly workloads: readonly string[];
  /** Addresses at which what it says of the outside may change. */
  readonly edges: readonly string[];
  /** Ends are workloads, or IPv4 addresses outside. */
  open(from: string, to: string): Open;
}

export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

/** Every cell in which two programs differ, and how many were compared. Pods of one workload are left out. */
export function differences(a: OpenFlows, b: OpenFlows): { cells: number; different: string[] } {
  const names = [...new Set([...a.workloads, ...b.workloads])].sort();
  const addresses = [...new Set([...a.edges, ...b.edges])].filter((text) => parseNet(text)?.family === 4);
  const different: string[] = [];
  let cells = 0;
  const compare = (from: string, to: string): void => {
    const [x, y] = [a.open(from, to), b.open(from, to)];
    for (const protocol of PROTOCOLS) {
      cells++;
      const [p, q] = [x.get(protocol) ?? NO_PORTS, y.get(protocol) ?? NO_PORTS];
      if (!isEmpty(subtract(p, q)) || !isEmpty(subtract(q, p)))
        different.push(`${from} → ${to} ${protocol}: ${text(p)} here, ${text(q)} there`);
    }
  };
  for (const from of names) {
    for (const to of names) if (from !== to) compare(from, to);
    for (const address of addresses) {
      compare(from, address);
      compare(address, from);
    }
  }
  return { cells, different };
}

const text = (ports: PortSet): string =>
  isEmpty(ports) ? "closed" : ports.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(",");

/** `80,443,8000-8100` or `all` as a set. */
export function portsOf(text: string): PortSet {
  if (text === "all") return ALL;
  return text.split(",").reduce<PortSet>((ports, part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return union(ports, [[first, last]]);
  }, NO_PORTS);
}
export const ALL: PortSet = [[1, 65535]];

/** Objects as one file that every program reads. */
export const asList = (objects: readonly KubeObject[]): string =>
  JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
