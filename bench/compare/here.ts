/** The evaluator of this repository, as the command that the package brings. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
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
  readonly flows: readonly { from: string; to: string; protocol: string; ports: string; verdict: string }[];
}

/** The time is that of a list of what is open; what it says is taken from one that names every part of the outside. */
export function reachList(command: string, folder: string): { flows: OpenFlows; cpuSeconds: number } {
  const args = [command, "list", folder, "--format", "json"];
  const { cpuSeconds } = timed(process.execPath, args);
  const { stdout } = timed(process.execPath, [...args, "--all"]);
  return { flows: openFlowsHere(JSON.parse(stdout) as Listed), cpuSeconds };
}

export function openFlowsHere({ workloads, flows }: Listed): OpenFlows {
  const title = new Map(workloads.map(({ name, kind }) => [name, `${name.replace(/\[.*$/, "")}[${kind}]`]));
  const nets = new Set<string>();
  const open = new Map<string, Map<string, PortSet>>();
  for (const { from, to, protocol, ports, verdict } of flows) {
    for (const end of [from, to]) if (!title.has(end)) nets.add(end);
    if (verdict !== "allow") continue;
    const [a = from, b = to] = [title.get(from), title.get(to)];
    const pair = open.get(`${a} ${b}`) ?? new Map<string, PortSet>();
    open.set(`${a} ${b}`, pair);
    if (/^(TCP|UDP|SCTP)$/.test(protocol))
      pair.set(protocol, union(pair.get(protocol) ?? NO_PORTS, portsOf(ports)));
  }
  // Smallest first: a network is listed without those inside it.
  const outside = [...nets].flatMap((text) => parseNet(text) ?? []).sort((a, b) => b.prefix - a.prefix);
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
