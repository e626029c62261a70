import { createServer } from "node:net";
import { overlaps } from "../kube/ip";
import { dockerView, kindClusters, type DockerView } from "../components/kind/docker";
import type { KindPlan } from "../components/kind/plan/kind-plan";
import type { Problem } from "../kube/problems";

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
  const clusters = await kindClusters({ env, timeout: 20_000 }).catch((): string[] => []);
  if (clusters.includes(plan.name)) return [];
  const view = await dockerView({ env });
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
    message: `${taken.length === 1 ? "is a port" : "are ports"} that ${who} has on this machine`,
    fix: `${first}, or give this stack other host ports (kind.portMappings; [] for none)`,
  };
}

const EVERY = ["0.0.0.0", "::", "[::]", ""];
const sameAddress = (a: string, b: string): boolean => a === b || EVERY.includes(a) || EVERY.includes(b);

function networkProblems(plan: KindPlan, view: DockerView): Problem[] {
  const { network } = plan;
  if (network === undefined) return [];
  return view.networks
    .filter((n) => n.name !== network.name && n.subnets.some((s) => overlaps(s, network.subnet)))
    .map((n) => ({
      path: "kind.network.subnet",
      value: network.subnet,
      message: `overlaps docker network ${n.name} (${n.subnets.join(", ")})`,
      fix: `destroy what is on ${n.name}, or choose a range that is free`,
    }));
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
