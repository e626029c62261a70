import { execFile } from "node:child_process";
import { hostname } from "node:os";
import { promisify } from "node:util";
import type { Clock, DockerThing, Machine } from "./engine-port";

const run = promisify(execFile);

/** This machine: kind's own CLI, Docker's, and the table of processes. */
export function thisMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  const kind = async (...args: string[]): Promise<string> =>
    (await run("kind", args, { env, timeout: 300_000 })).stdout;
  return {
    // With a remote Docker the clusters are there, from whichever machine they were made.
    name: env["DOCKER_HOST"] ?? hostname(),
    host: hostname(),
    async kindClusters() {
      try {
        return (await kind("get", "clusters")).split("\n").filter((l) => l !== "");
      } catch (e) {
        if ((e as NodeJS.ErrnoException).code === "ENOENT") {
          throw new Error(
            "kind is not on the PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
          );
        }
        throw e;
      }
    },
    async deleteKindCluster(name) {
      await kind("delete", "cluster", "--name", name);
    },
    async outsideOf(cluster) {
      const things: DockerThing[] = [
        { kind: "container", name: `${cluster}-host1` },
        { kind: "network", name: cluster },
      ];
      const found = await Promise.all(
        things.map(({ kind: thing, name }) =>
          run("docker", [thing, "inspect", "--format", "{{.Name}}", name], { env, timeout: 60_000 })
            // A container's name begins with a slash; a prefix of an id would be found too.
            .then(({ stdout }) => stdout.trim().replace(/^\//, "") === name)
            .catch(() => false),
        ),
      );
      return things.filter((_, i) => found[i]);
    },
    async removeFromDocker({ kind: thing, name }) {
      const args = thing === "network" ? ["network", "rm", name] : ["rm", "--force", name];
      try {
        await run("docker", args, { env, timeout: 60_000 });
      } catch (e) {
        if (!/no such|not found/i.test(String((e as { stderr?: unknown }).stderr))) throw e;
      }
    },
    async apiPort(cluster) {
      // What was asked for, so that it is known of a half-made or stopped node too.
      const asked = '{{(index (index .HostConfig.PortBindings "6443/tcp") 0).HostPort}}';
      const node = `${cluster}-control-plane`;
      const docker = run("docker", ["inspect", "--format", asked, node], { env, timeout: 60_000 });
      const said = await docker.then(({ stdout }) => stdout.trim()).catch(() => "");
      if (/^\d+$/.test(said)) return Number(said);
      // kind may drive something else than Docker.
      const kubeconfig = await kind("get", "kubeconfig", "--name", cluster).catch(() => "");
      const port = /^\s*server: https:\/\/[^\s/]*:(\d+)\s*$/m.exec(kubeconfig)?.[1];
      return port === undefined ? undefined : Number(port);
    },
    alive(pid) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (e) {
        return (e as NodeJS.ErrnoException).code === "EPERM";
      }
    },
  };
}

export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      // setTimeout takes at most 2^31-1 ms.
      const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1));
      signal?.addEventListener("abort", end, { once: true });
    }),
};
