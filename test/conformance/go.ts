import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const CACHE = join(__dirname, "../../node_modules/.cache/conformance");

/**
 * Builds the Go program in a folder beside this file, or its tests; returns the executable. The first time that takes
 * minutes (modules are fetched, Kubernetes' client is compiled); Go's own cache makes it a second after that.
 *
 * @throws where there is no Go, and how to get it.
 */
export function goProgram(folder: string, kind: "program" | "tests" = "program"): string {
  const { error } = spawnSync("go", ["version"]);
  if (error !== undefined)
    throw new Error(
      `go was not found (${error.message}): the conformance suites are Go modules, and test/conformance/${folder} runs them. ` +
        "Install Go 1.26 or newer from https://go.dev/dl and run this again",
    );
  mkdirSync(CACHE, { recursive: true });
  const executable = join(CACHE, folder);
  const command = kind === "tests" ? ["test", "-c"] : ["build"];
  // Nothing but go.mod and go.sum decides what is built.
  const built = spawnSync("go", [...command, "-mod=readonly", "-o", executable, "."], {
    cwd: join(__dirname, folder),
    encoding: "utf8",
  });
  if (built.status !== 0)
    throw new Error(`go could not build test/conformance/${folder}:\n${built.stdout}${built.stderr}`);
  return executable;
}
