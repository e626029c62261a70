import { spawnSync } from "node:child_process";
import type { Problem } from "../policies/problems";

interface Tool {
  name: string;
  /** Asked quietly: exit code 0 says that the tool can work. */
  probe: readonly string[];
  why: string;
  get: string;
  /** What it means that the tool is there and the probe fails. */
  broken: string;
}

const kindTools: readonly Tool[] = [
  {
    name: "docker",
    probe: ["version", "--format", "{{.Server.Version}}"],
    why: "kind runs each node as a container",
    get: "install Docker: https://docs.docker.com/get-docker/",
    broken: "Docker is installed, but its engine does not answer: start it",
  },
  {
    name: "kind",
    probe: ["version"],
    why: "it makes the cluster",
    get: "install kind: https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    broken: "kind is installed, but does not run",
  },
  {
    name: "kubectl",
    probe: ["version", "--client"],
    why: "every exercise uses it",
    get: "install kubectl: https://kubernetes.io/docs/tasks/tools/",
    broken: "kubectl is installed, but does not run",
  },
];

/** Tools that a kind stack needs on this machine and that are missing or do not work. */
export function missingKindTools(env: NodeJS.ProcessEnv = process.env): Problem[] {
  // kind can also drive podman and nerdctl.
  const other = env["KIND_EXPERIMENTAL_PROVIDER"];
  const tools = kindTools.filter((t) => t.name !== "docker" || other === undefined || other === "docker");
  return tools.flatMap((tool) => {
    const { error, status, stderr } = spawnSync(tool.name, [...tool.probe], {
      env,
      timeout: 20_000,
      encoding: "utf8",
    });
    if (error === undefined && status === 0) return [];
    if (error !== undefined && "code" in error && error.code === "ENOENT") {
      return [{ path: tool.name, message: `is not on the PATH; ${tool.why}`, fix: tool.get }];
    }
    const said = (stderr as string | null)?.trim().split("\n")[0];
    return [
      {
        path: tool.name,
        message: said === undefined || said === "" ? "does not work" : `does not work: ${said}`,
        fix: tool.broken,
      },
    ];
  });
}
