import { spawnSync } from "node:child_process";
import { diffOf } from "../../../cli/diff/run";
import { diffMarkdown } from "../../../cli/diff/markdown";
import { UserError } from "../../../policies/problems";
import { readStackFile } from "../../../stacks/offline/stack-file";

/** Against commits of this very repository: a work tree of the base is made, planned and removed. */
const inGit = spawnSync("git", ["rev-parse", "--verify", "--quiet", "HEAD:Pulumi.kind.yaml"]).status === 0;

(inGit ? describe : describe.skip)("against the repository's own history", () => {
  const file = readStackFile("kind");
  const trees = (): string => spawnSync("git", ["worktree", "list"], { encoding: "utf8" }).stdout;

  test("a lab moved by a step: the policies that come, the flows that they close, and no work tree left", async () => {
    const before = trees();
    const raw = {
      ...file.raw,
      "k8s-network-labs:labs": JSON.stringify({ stars: { step: 1 }, yaobank: { step: 0 } }),
    };
    const d = await diffOf({ ...file, raw }, "HEAD");
    expect(d.resources.added.map((r) => r.type)).toContain("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    expect(d.resources.removed).toEqual([]);
    const text = diffMarkdown(d);
    expect(text).toMatch(/\| closes \| client\/client \| stars\/frontend \| TCP \|/);
    expect(text).not.toMatch(/\| opens \|/);
    expect(trees()).toBe(before);
  }, 120_000);

  test("a stack that the base does not have is all new", async () => {
    const d = await diffOf({ ...file, stack: "not-in-base" }, "HEAD");
    expect(d.resources.changed).toEqual([]);
    expect(d.resources.added.length).toBeGreaterThan(10);
    expect(d.workloads.added).toContain("stars/frontend");
  }, 120_000);

  test("an unknown base is told", async () => {
    await expect(diffOf(file, "no-such-branch")).rejects.toThrow(UserError);
  });
});
