import { join } from "node:path";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { buildCommands } from "../../../cli/plan/build-command";
import { projectFolder } from "../../../stacks/project-folders";
import { readStackFile } from "../../../stacks/offline/stack-file";

test("a stack of the project is built by its name", () => {
  expect(buildCommands("kind").up).toBe("npm run up");
  expect(buildCommands("eks").up).toBe("npm run up -- eks");
  expect(buildCommands("eks").step("stars", 1)).toBe(
    "npm run labs -- step stars next --stack eks && npm run up -- eks",
  );
});

test("a file of the user's own is copied to where the engine finds it, over no other stack", () => {
  expect(buildCommands("mine", "/tmp/a b/mine.yaml").up).toBe(
    "cp '/tmp/a b/mine.yaml' Pulumi.mine.yaml && npm run up -- mine",
  );
  expect(buildCommands("kind", "/tmp/kind.yaml").up).toBe(
    "cp /tmp/kind.yaml Pulumi.my-kind.yaml && npm run up -- my-kind",
  );
  expect(buildCommands("mine", join(projectFolder, "examples/mine.yaml"))).toMatchObject({
    up: "cp examples/mine.yaml Pulumi.mine.yaml && npm run up -- mine",
  });
  expect(buildCommands("mine", "/tmp/mine.yaml").step("stars", 2)).toBe(
    "labs.stars.step: 2 in /tmp/mine.yaml",
  );
});

test("a file of the user's own has a name that the engine takes", () => {
  const folder = mkdtempSync(join(tmpdir(), "stack-"));
  try {
    const path = join(folder, "my class, 2026.yaml");
    writeFileSync(path, "config: {}\n");
    expect(readStackFile(path)).toMatchObject({ stack: "my-class-2026", ownFile: path });
    expect(readStackFile("kind", projectFolder)).not.toHaveProperty("ownFile");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
