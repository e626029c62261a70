/** The evaluator of this repository, as the command that the package brings. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseNet } from "../../kube/ip";
import { union, NO_PORTS, type PortSet } from "../../packages/reach/src/port-sets";
import { portsOf, type Open, type OpenFlows } from "./open-flows";
import { timed } from "./timed-process";

const project = resolve(__dirname, "../../packages/reach");

/** Builds the command; gives back its file. */
export function builtReach(): string {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: project });
  return resolve(project, "dist/cli.mjs");
}

export interface Listed {
  readonly workloads: readonly { name: string; kind: string }[];
  readonly flows: Iterable<{ from: string; to: string; protocol: string; ports: string; verdict: string }>;
}

/** @param outside the parts of the address space that the evaluator tells apart: what is closed to one is not listed */
export function reachList(
  command: string,
  folder: string,
  outside: readonly string[],
): { flows: OpenFlows; cpuSeconds: number } {
  const file = join(folder, "reach.out");
  const { cpuSeconds } = timed(process.execPath, [command, "list", folder, "--format", "json"], {
    output: file,
  });
  // A workload or a flow is a line; all of them may be longer than a string may be.
  const lines = [...objectsIn(readFileSync(file))];
  rmSync(file);
  const workloads = lines.filter((line): line is Listed["workloads"][number] => "name" in line);
  const flows = lines.filter((line): line is Flow => "from" in line);
  return { flows: openFlowsHere({ workloads, flows }, outside), cpuSeconds };
}

type Flow = Listed["flows"] extends Iterable<infer T> ? T : never;

function* objectsIn(bytes: Buffer): Generator<Listed["workloads"][number] | Flow> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(10, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.toString("utf8", start, end).replace(/,$/, "");
    if (/^\{".*\}$/.test(line)) yield JSON.parse(line) as Flow;
    start = end + 1;
  }
}

export function openFlowsHere({ workloads, flows }: Listed, parts: readonly string[]): OpenFlows {
  const title = new Map(workloads.map(({ name, kind }) => [name, `${name.replace(/\[.*$/, "")}[${kind}]`]));
  const open = new Map<string, Map<string, PortSet>>();
  for (const { from, to, protocol, ports, verdict } of flows) {
    if (verdict !== "allow") continue;
    const [a = from, b = to] = [title.get(from), title.get(to)];
    const pair = open.get(`${a} ${b}`) ?? new Map<string, PortSet>();
    open.set(`${a} ${b}`, pair);
    if (/^(TCP|UDP|SCTP)$/.test(protocol))
      pair.set(protocol, union(pair.get(protocol) ?? NO_PORTS, portsOf(ports)));
  }
  // Smallest first: a network is listed without those inside it.
  const outside = parts.flatMap((text) => parseNet(text) ?? []).sort((a, b) => b.prefix - a.prefix);
  const nameOf = (end: string): string => {
    const address = parseNet(end);
    if (address === undefined) return end;
    return outside.find((net) => net.first <= address.first && address.last <= net.last)?.text ?? "internet";
  };
  return {
    workloads: [...title.values()],
    edges: outside.map(({ text }) => text.split("/")[0] ?? text),
    open: (from, to): Open => open.get(`${nameOf(from)} ${nameOf(to)}`) ?? new Map(),
  };
}
