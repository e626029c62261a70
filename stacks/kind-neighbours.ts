import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { overlapCidr } from "cidr-tools";
import type { KindPlan } from "../components/kind/plan/kind-plan";
import type { Problem } from "../kube/problems";

/** What is on a Docker engine and would be in a new cluster's way. */
export interface DockerView {
  containers: readonly { name: string; cluster: string; ports: readonly PublishedPort[] }[];
  networks: readonly { name: string; subnets: readonly string[] }[];
}

export interface PublishedPort {
  address: string;
  port: number;
  protocol: string;
}

export interface WantedPort {
  hostPort: number;
  listenAddress: string;
  protocol: string;
}

/**
 * Why a kind cluster cannot be made beside what runs already: each of its ports and its network's range is there once
 * on a machine. kind and Docker say so too, but late and in words that name neither the other cluster nor a way out.
 * A cluster that exists is not in its own way.
 */
export async function kindNeighbours(
  plan: KindPlan,
  ports: readonly WantedPort[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Problem[]> {
  // kind is asked, for it may drive something else than Docker.
  if (kindClusters(env).includes(plan.name)) return [];
  const view = lookAtDocker(env);
  const problems = [...portProblems(ports, view), ...networkProblems(plan, view)];
  // With a remote engine the ports are another machine's.
  const remote = env["DOCKER_HOST"] !== undefined && !env["DOCKER_HOST"].startsWith("unix:");
  if (remote || problems.some((p) => p.path === PORTS)) return problems;
  const busy = await Promise.all(
    ports.map(async (p) => (p.protocol === "TCP" && !(await isFree(p.hostPort, p.listenAddress)) ? [p] : [])),
  );
  const taken = busy.flat().map((p) => p.hostPort);
  return taken.length === 0 ? problems : [...problems, portProblem(taken, "another program", "stop it")];
}

function kindClusters(env: NodeJS.ProcessEnv): string[] {
  const { status, stdout } = spawnSync("kind", ["get", "clusters"], {
    env,
    timeout: 20_000,
    encoding: "utf8",
  });
  return status === 0 ? stdout.split("\n") : [];
}

const PORTS = "kind.portMappings";

function portProblems(ports: readonly WantedPort[], view: DockerView): Problem[] {
  const held = new Map<string, number[]>();
  for (const want of ports) {
    const holder = view.containers.find((c) =>
      c.ports.some(
        (p) =>
          p.port === want.hostPort &&
          p.protocol === want.protocol.toLowerCase() &&
          sameAddress(p.address, want.listenAddress),
      ),
    );
    if (holder === undefined) continue;
    const who = holder.cluster === "" ? `container ${holder.name}` : `kind cluster ${holder.cluster}`;
    held.set(who, [...(held.get(who) ?? []), want.hostPort]);
  }
  return [...held].map(([who, taken]) => portProblem(taken, who, "destroy it first"));
}

function portProblem(taken: readonly number[], who: string, first: string): Problem {
  return {
    path: PORTS,
    value: taken.join(", "),
    message: `${taken.length === 1 ? "a port" : "ports"} of this machine that ${who} has`,
    fix: `${first}, or give this stack other host ports (kind.portMappings; [] for none)`,
  };
}

const EVERY = ["0.0.0.0", "::", "[::]", ""];
const sameAddress = (a: string, b: string): boolean => a === b || EVERY.includes(a) || EVERY.includes(b);

function networkProblems(plan: KindPlan, view: DockerView): Problem[] {
  const { network } = plan;
  if (network === undefined) return [];
  return view.networks
    .filter((n) => n.name !== network.name && n.subnets.some((s) => overlapCidr(s, network.subnet)))
    .map((n) => ({
      path: "kind.network.subnet",
      value: network.subnet,
      message: `overlaps docker network ${n.name} (${n.subnets.join(", ")})`,
      fix: `destroy what is on ${n.name}, or choose a range that is free`,
    }));
}

/** IPv4 networks and published ports; empty where docker does not answer: that is told by another check. */
export function lookAtDocker(env: NodeJS.ProcessEnv = process.env): DockerView {
  const docker = (...args: string[]): string[] => {
    const { status, stdout } = spawnSync("docker", args, { env, timeout: 20_000, encoding: "utf8" });
    return status === 0 ? stdout.split("\n").filter((l) => l !== "") : [];
  };
  const format = '{{.Names}}\t{{.Label "io.x-k8s.kind.cluster"}}\t{{.Ports}}';
  const containers = docker("ps", "--all", "--format", format).map((line) => {
    const [name = "", cluster = "", ports = ""] = line.split("\t");
    return { name, cluster, ports: publishedPorts(ports) };
  });
  const names = docker("network", "ls", "--format", "{{.Name}}");
  const subnets = "{{.Name}}\t{{range .IPAM.Config}}{{.Subnet}} {{end}}";
  const networks =
    names.length === 0
      ? []
      : docker("network", "inspect", "--format", subnets, ...names).map((line) => {
          const [name = "", list = ""] = line.split("\t");
          return { name, subnets: list.split(" ").filter((s) => /^[0-9.]+\/[0-9]+$/.test(s)) };
        });
  return { containers, networks };
}

/** Docker's text: `127.0.0.1:30002->30002/tcp, [::]:8080-8081->80-81/tcp, 9000/tcp`. */
export function publishedPorts(text: string): PublishedPort[] {
  return [...text.matchAll(/(\S+):(\d+)(?:-(\d+))?->[^/]*\/(\w+)/g)].flatMap(
    ([, address = "", from = "", to = from, protocol = ""]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => ({
        address,
        port: Number(from) + i,
        protocol,
      })),
  );
}

/** Whether nobody listens on a port. A port below 1024 that we may not bind ourselves is Docker's to try. */
export function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (e: NodeJS.ErrnoException) => {
      resolve(e.code !== "EADDRINUSE");
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
