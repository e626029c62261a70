import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Problem } from "../kube/problems";

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

/**
 * Tools that a kind stack needs on this machine and that are missing or, with `probe`, do not work. A preview only
 * looks for them: asking each costs it half a second.
 */
export function missingKindTools(env: NodeJS.ProcessEnv = process.env, probe = true): Problem[] {
  return kindTools.flatMap((tool) => {
    if (!onPath(tool.name, env)) {
      const podman = tool.name === "docker" && onPath("podman", env);
      const why = podman ? "Podman is, and this project does not work with it" : tool.why;
      return [{ path: tool.name, message: `is not on the PATH; ${why}`, fix: tool.get }];
    }
    return probe ? broken(tool, env) : [];
  });
}

function broken(tool: Tool, env: NodeJS.ProcessEnv): Problem[] {
  const { error, status, stderr } = spawnSync(tool.name, [...tool.probe], {
    env,
    timeout: 20_000,
    encoding: "utf8",
  });
  if (error === undefined && status === 0) return [];
  const said = (stderr as string | null)?.trim().split("\n")[0] ?? "";
  return [
    { path: tool.name, message: said === "" ? "does not work" : `does not work: ${said}`, fix: tool.broken },
  ];
}

/** Whether a program of this name can be run; on Windows it has an ending. */
function onPath(name: string, env: NodeJS.ProcessEnv): boolean {
  const endings = process.platform === "win32" ? (env["PATHEXT"] ?? ".EXE;.CMD").split(";") : [""];
  const folders = (env["PATH"] ?? "").split(delimiter).filter((f) => f !== "");
  return folders.some((folder) => endings.some((ending) => runnable(join(folder, name + ending))));
}

function runnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
