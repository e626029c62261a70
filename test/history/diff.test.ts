import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programsDiffer } from "../../cli/diff/diff-base";
import { diffOf } from "../../cli/diff/run-diff";
import { diffMarkdown } from "../../cli/diff/diff-markdown";
import { UserError } from "../../kube/problems";
import { needs } from "../support/needs";
import { readStackFile } from "../../stacks/offline/stack-file";

/** Against commits of this very repository: a work tree of the base is made, planned and removed. */
const git = (args: string[], opts: { input?: string; index?: string } = {}): string => {
  const { status, stdout } = spawnSync("git", args, {
    encoding: "utf8",
    ...(opts.input === undefined ? {} : { input: opts.input }),
    env: { ...process.env, ...(opts.index === undefined ? {} : { GIT_INDEX_FILE: opts.index }) },
  });
  return status === 0 ? stdout.trim() : "";
};
const inGit = git(["rev-parse", "--verify", "--quiet", "HEAD:Pulumi.kind.yaml"]) !== "";
/** The commit before a stack was added; empty in a shallow clone, which does not have it. */
const before = (stack: string): string => {
  const [added = ""] = git(["log", "--diff-filter=A", "--format=%H", "--", `Pulumi.${stack}.yaml`])
    .split("\n")
    .slice(-1);
  return added === "" ? "" : git(["rev-parse", "--verify", "--quiet", `${added}^{commit}^`]);
};

/** A commit that no branch has: HEAD with one file edited. */
function commitWith(path: string, edit: (text: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "labs-index-"));
  const index = join(folder, "index");
  try {
    git(["read-tree", "HEAD"], { index });
    const text = edit(git(["show", `HEAD:${path}`]));
    const blob = git(["hash-object", "-w", "--stdin"], { input: `${text}\n` });
    git(["update-index", "--cacheinfo", `100644,${blob},${path}`], { index });
    const tree = git(["write-tree"], { index });
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return git([...author, "commit-tree", tree, "-p", "HEAD", "-m", "a test's base"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

needs("a git clone", inGit).describe("against the repository's own history", () => {
  const file = readStackFile("kind");
  const trees = (): string[] => git(["worktree", "list", "--porcelain"]).match(/^worktree .*$/gm) ?? [];

  test("a lab moved by a step: the policies that come, the flows that they close, and no work tree left", async () => {
    const at = trees();
    const raw = {
      ...file.raw,
      "k8s-network-labs:labs": JSON.stringify({ stars: { step: 1 }, yaobank: { step: 0 } }),
    };
    const d = await diffOf({ ...file, raw }, "HEAD");
    expect(d.resources.added.map((r) => r.type)).toContain("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    expect(d.resources.removed).toEqual([]);
    const text = diffMarkdown(d);
    expect(text).toMatch(
      /\| closes \| client\/client, internet, [^|]* \| client\/client, stars\/backend, stars\/frontend \| {2}\| all \|/,
    );
    expect(text).not.toMatch(/\| opens \|/);
    expect(trees()).toEqual(at);
  }, 240_000);

  test("a change of a later step's policy is told, though the stack stands at the start", async () => {
    // The base let clients in on port 8080: what the work tree has closes that and opens 80.
    const base = commitWith("labs/stars/lab.ts", (text) => {
      const edited = text.replace(/(id: "frontend",[\s\S]*?)tcp\(80\)/, "$1tcp(8080)");
      expect(edited).not.toBe(text);
      return edited;
    });
    const d = await diffOf(file, base);
    expect(d.resources).toEqual({ added: [], changed: [], removed: [] });
    expect(d.flows).toEqual({ groups: [] });
    expect(d.elsewhere).toEqual([
      {
        title: expect.stringMatching(/^step 4 \(stars `frontend`/) as string,
        flows: {
          groups: [
            {
              what: "changes",
              from: ["client/client"],
              to: ["stars/frontend"],
              opened: "TCP 80",
              closed: "TCP 8080",
            },
          ],
        },
      },
    ]);
  }, 240_000);

  const added = before("host-endpoints");
  needs("the history: a clone that is not shallow", added !== "").test(
    "the commit that brought the stack host-endpoints: all of it is new, and who reaches whom",
    async () => {
      const d = await diffOf(readStackFile("host-endpoints"), added);
      expect(d).toMatchObject({ isNew: true, resources: { changed: [], removed: [] }, elsewhere: [] });
      expect(d.resources.added.map((r) => r.name)).toEqual(
        expect.arrayContaining(["kind-outside-host1", "lab-host-endpoints-deployment-yaobank-customer"]),
      );
      const text = diffMarkdown(d);
      expect(text).toMatch(/^### host-endpoints: a new stack, resources \d+ added; flows open\n/);
      expect(text).toMatch(
        /\| opens \| internet, [^|]*yaobank\/customer, [^|]* \| each other \| all \| {2}\|/,
      );
      expect(text.length).toBeLessThan(8000);
    },
    240_000,
  );

  test("a stack file that git does not know is planned by both programs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "labs-own-"));
    try {
      const path = join(folder, "my.yaml");
      writeFileSync(
        path,
        "config:\n  k8s-network-labs:target: kind\n  k8s-network-labs:labs:\n    egress-lockdown: {}\n",
      );
      const d = await diffOf(readStackFile(path), "HEAD");
      expect(d.isNew).toBe(false);
      expect(d.flows).toEqual({ groups: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 240_000);

  test("a base that differs in any room of the program is compared at every step", () => {
    for (const path of ["kube/objects.ts", "packages/reach/src/explain.ts", "routing/certificate.ts"])
      expect([path, programsDiffer(commitWith(path, (text) => `${text}\n// edited`))]).toEqual([path, true]);
  });

  test("an unknown base is told", async () => {
    await expect(diffOf(file, "no-such-branch")).rejects.toThrow(UserError);
  });
});
