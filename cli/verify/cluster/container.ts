import { spawn } from "node:child_process";

/** Runs a script in a container beside the nodes (the course's host1), by Docker's own client. Creates nothing. */
export function inContainer(
  container: string,
  script: string,
  totalMs: number,
  signal?: AbortSignal,
  docker = "docker",
): Promise<{ stdout: string; broken?: string }> {
  return new Promise((resolve) => {
    const limit = AbortSignal.timeout(totalMs);
    const child = spawn(docker, ["exec", container, "sh", "-c", script], {
      stdio: ["ignore", "pipe", "pipe"],
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    child.on("error", (error) => {
      resolve({
        stdout,
        broken: limit.aborted ? `no end in ${totalMs / 1000} s` : `docker: ${error.message}`,
      });
    });
    child.on("close", (code) => {
      resolve(
        code === 0
          ? { stdout }
          : { stdout, broken: stderr.trim().split("\n")[0] ?? `docker ended with ${code ?? "a signal"}` },
      );
    });
  });
}
