import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { CannotRun } from "../cannot-run";

/**
 * The folder of a published Go module, fetched through the Go client into its own cache if it is not there yet. What a
 * version holds is fixed by Go's checksum database.
 * @param what what it is needed for, told where it cannot be had
 * @throws CannotRun without Go, or where the module cannot be fetched
 */
export function moduleFolder(module: string, version: string, what: string): string {
  const asked = `${module}@${version}`;
  // Outside any module of its own, so that no go.mod nearby decides.
  const answer = go(["mod", "download", "-json", asked], { cwd: tmpdir(), what });
  const { Dir, Error: why } = JSON.parse(answer.stdout || "{}") as { Dir?: string; Error?: string };
  if (Dir !== undefined && existsSync(Dir)) return Dir;
  throw new CannotRun(
    `${what} cannot be fetched: ${asked}: ${lastLine(why ?? answer.stderr)}; fix: let Go reach a module proxy (go env GOPROXY)`,
  );
}

export interface GoOptions {
  cwd: string;
  /** What Go is needed for. */
  what: string;
  env?: Record<string, string>;
  /** What Go says is shown while it works. @default false */
  shown?: boolean;
}

/**
 * Runs the Go client to its end.
 * @throws CannotRun where there is none
 */
export function go(
  args: readonly string[],
  { cwd, what, env = {}, shown = false }: GoOptions,
): { code: number; stdout: string; stderr: string } {
  const ran = spawnSync("go", args, {
    cwd,
    env: { ...process.env, GOWORK: "off", ...env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", shown ? "inherit" : "pipe"],
  });
  const failed: NodeJS.ErrnoException | undefined = ran.error;
  if (failed?.code === "ENOENT") throw new CannotRun(noGo(what));
  if (failed !== undefined) throw failed;
  return { code: ran.status ?? 1, stdout: ran.stdout, stderr: shown ? "" : ran.stderr };
}

const noGo = (what: string): string =>
  `go is missing: it fetches ${what}, published as a Go module; fix: install Go 1.26 or newer (https://go.dev/dl)`;

export const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
