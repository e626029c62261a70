/** np-guard's netpol-analyzer: `netpolicy list -o json` on a folder. It knows Kubernetes policies, and no Calico. */
import { portSet, type PortInterval } from "../../packages/reach/src/port-sets";
import { ALL, PROTOCOLS, type Open, type OpenFlows } from "./open-flows";
import { Failed, timed } from "./timed-process";

interface Connection {
  readonly src: string;
  readonly dst: string;
  /** `All Connections`, `No Connections`, or `TCP 80,443,UDP 1-65535`. */
  readonly conn: string;
}

export function npGuard(
  program: string,
  folder: string,
): { flows: OpenFlows; cpuSeconds: number } | { refused: string } {
  try {
    const { stdout, cpuSeconds } = timed(program, ["list", "--quiet", "--dirpath", folder, "-o", "json"]);
    return { flows: openFlows(JSON.parse(stdout) as Connection[]), cpuSeconds };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return { refused: error.message.replace(/\S*\/\S*/g, "…") };
  }
}

export function openFlows(list: readonly Connection[]): OpenFlows {
  const inside = new Map<string, Open>();
  const outside: { src: string; dst: string; open: Open }[] = [];
  for (const { src, dst, conn } of list) {
    const isRange = [src, dst].some((end) => range(end) !== undefined);
    if (isRange) outside.push({ src, dst, open: connections(conn) });
    else inside.set(`${src} ${dst}`, connections(conn));
  }
  const ends = list.flatMap(({ src, dst }) => [src, dst]);
  const starts = ends.flatMap((end) => range(end)?.[0] ?? []);
  return {
    workloads: [...new Set(ends.filter((end) => range(end) === undefined))],
    edges: [...new Set(starts)].map(addressText),
    open: (from, to) => {
      const [a, b] = [addressNumber(from), addressNumber(to)];
      if (a === undefined && b === undefined) return inside.get(`${from} ${to}`) ?? NONE;
      const found = outside.find(({ src, dst }) => covers(src, from, a) && covers(dst, to, b));
      return found?.open ?? NONE;
    },
  };
}
const NONE: Open = new Map();

function covers(end: string, asked: string, address: number | undefined): boolean {
  const found = range(end);
  if (found === undefined || address === undefined) return end === asked;
  return found[0] <= address && address <= found[1];
}

function connections(text: string): Open {
  if (text === "All Connections") return new Map(PROTOCOLS.map((protocol) => [protocol, ALL]));
  const open = new Map<string, PortInterval[]>();
  let protocol = "";
  for (const part of text === "No Connections" ? [] : text.split(",")) {
    const [, name = "", ports = ""] = /^(?:([A-Z]+) )?([\d-]+)$/.exec(part.trim()) ?? [];
    if (ports === "") throw new Error(`a connection that is not known here: ${text}`);
    if (name !== "") protocol = name;
    const [first = 0, last = first] = ports.split("-").map(Number);
    open.set(protocol, [...(open.get(protocol) ?? []), [first, last]]);
  }
  return new Map([...open].map(([name, intervals]) => [name, portSet(intervals)]));
}

function range(end: string): [number, number] | undefined {
  const [first, last, ...more] = end.split("-").map(addressNumber);
  return first === undefined || last === undefined || more.length > 0 ? undefined : [first, last];
}

export function addressNumber(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((p) => !Number.isInteger(p))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function addressText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
