import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingKindTools } from "../../stacks/required-tools";

/** A PATH with these tools on it: name → shell script. */
function path(tools: Record<string, string>): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), "tools-"));
  for (const [name, script] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { PATH: folder };
}
const fine = { docker: "exit 0", kind: "exit 0", kubectl: "exit 0" };
const named = (env: NodeJS.ProcessEnv): string[] => missingKindTools(env).map((p) => p.path);

test("nothing is missing where all three work", () => {
  expect(named(path(fine))).toEqual([]);
});

test("every missing tool is named, with why and how to get it", () => {
  const missing = missingKindTools(path({}));
  expect(missing.map((p) => p.path)).toEqual(["docker", "kind", "kubectl"]);
  for (const p of missing)
    expect([p.message, p.fix]).toEqual([
      expect.stringMatching(/is not on the PATH; \w+/),
      expect.stringMatching(/https:\/\//),
    ]);
});

test("an engine that does not answer is something else than no Docker", () => {
  const [problem] = missingKindTools(
    path({ ...fine, docker: "echo 'Cannot connect to the Docker daemon' >&2; exit 1" }),
  );
  expect(problem).toMatchObject({
    path: "docker",
    message: "does not work: Cannot connect to the Docker daemon",
    fix: expect.stringContaining("start it") as string,
  });
});

test("Podman alone is refused by its name", () => {
  const { docker: _docker, ...rest } = fine;
  expect(missingKindTools(path({ ...rest, podman: "exit 0" }))).toMatchObject([
    { path: "docker", message: "is not on the PATH; Podman is, and this project does not work with it" },
  ]);
});

test("a preview looks for the tools and asks none of them", () => {
  expect(missingKindTools(path({ ...fine, docker: "exit 1", kind: "exit 1" }), false)).toEqual([]);
  expect(missingKindTools(path({ kind: "exit 0" }), false).map((p) => p.path)).toEqual(["docker", "kubectl"]);
});
