import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { readClass } from "../../classroom/class-file";
import { classChecks } from "../../stacks/config/class-config";
import { readRoster } from "../../classroom/roster";
import { runOffline } from "../../stacks/offline/run-offline";
import { readStackFile } from "../../stacks/offline/stack-file";
import { stack as program } from "../../stacks/program";
import { knownLabs } from "../../cli/students/class-input";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig } from "../support/graph";

const root = resolve(__dirname, "../..");
const scripts = join(root, ".github/scripts");
let here = "";
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), "labs-scripts-"));
});
afterEach(() => {
  rmSync(here, { recursive: true });
});

describe("touched-stacks", () => {
  const touched = (...paths: string[]): unknown => {
    for (const stack of ["kind", "eks", "existing", "my-lab"])
      writeFileSync(join(here, `Pulumi.${stack}.yaml`), "");
    writeFileSync(join(here, "Pulumi.yaml"), "");
    const run = spawnSync("node", [join(scripts, "touched-stacks.mjs")], {
      cwd: here,
      input: paths.join("\n"),
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    const [, stacks = "", engine = ""] = /^stacks=(\[.*\])\nengine=(\[.*\])\n$/.exec(run.stdout) ?? [];
    const found = JSON.parse(stacks) as string[];
    expect(JSON.parse(engine)).toEqual(found.filter((s) => s !== "existing"));
    return found;
  };
  test.each([
    ["a stack's file", ["Pulumi.eks.yaml"], ["eks"]],
    ["its intents", ["intents.kind.yaml", "labs/intents.eks.yaml"], ["kind"]],
    ["two of them", ["Pulumi.my-lab.yaml", "Pulumi.kind.yaml"], ["kind", "my-lab"]],
    ["a component", ["components/calico/calico.ts"], ["eks", "existing", "kind", "my-lab"]],
    ["a lab's code", ["labs/stars/lab.ts"], ["eks", "existing", "kind", "my-lab"]],
    ["the lock file", ["package-lock.json"], ["eks", "existing", "kind", "my-lab"]],
    ["a guide, tests, docs", ["labs/stars/README.md", "test/x.test.ts", "docs/labs.md"], []],
    ["a stack that is gone", ["Pulumi.old.yaml"], []],
    ["a cluster of the user's own", ["Pulumi.existing.yaml"], ["existing"]],
    ["nothing", [], []],
    ["a path that would be a command", ["Pulumi.$(reboot).yaml", 'a"];b'], []],
  ])("%s", (_, paths, stacks) => {
    expect(touched(...paths)).toEqual(stacks);
  });
});

test("preview: each stack's diff, and in its place why there is none; then the job fails", () => {
  writeFileSync(
    join(here, "npm"),
    `#!/bin/sh
case "$*" in
*" eks "*) echo "error: the config cannot work" >&2; exit 1 ;;
*) echo "### $6: against $8 $9 \${10}"; echo noise >&2 ;;
esac
case "$*" in *" --intents "*) exit 1 ;; esac
`,
  );
  chmodSync(join(here, "npm"), 0o755);
  const run = (stacks: string) =>
    spawnSync(join(scripts, "preview.sh"), [], {
      cwd: here,
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${here}:${process.env["PATH"] ?? ""}`,
        BASE: "abc",
        STACKS: stacks,
      },
    });
  const good = run('["bgp","kind"]');
  expect([good.status, good.stderr]).toEqual([0, ""]);
  expect(good.stdout).toMatch(
    /^## What this changes\n\n### bgp: against abc *\n\n### kind: against abc *\n\n_Offline plans/,
  );
  const bad = run('["bgp","eks","kind"]');
  expect(bad.status).toBe(1);
  expect(bad.stdout).toContain(
    "### eks: no plan\n\n    error: the config cannot work\n\n### kind: against abc",
  );
  writeFileSync(join(here, "intents.kind.yaml"), "");
  const broken = run('["bgp","kind"]');
  expect(broken.status).toBe(1);
  expect(broken.stdout).toContain("### kind: against abc --intents intents.kind.yaml\n");
  expect(broken.stdout).not.toContain("no plan");
});

describe("comment", () => {
  interface Comment {
    id: number;
    user: { type: string };
    body: string;
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as github-script loads it
  const { comment, MARK } = require("../../.github/scripts/comment.cjs") as {
    comment: (args: Record<string, unknown>) => Promise<void>;
    MARK: string;
  };
  async function run(
    text: string | undefined,
    comments: Comment[],
    pulls = [{ number: 7, head: { sha: "abc" } }],
    fork: object | null = { owner: { login: "fork" } },
  ): Promise<unknown[][]> {
    const calls: unknown[][] = [];
    const file = join(here, "preview.md");
    if (text !== undefined) writeFileSync(file, text);
    const listComments = "list";
    await comment({
      file,
      core: { info: (t: string) => calls.push(["info", t]) },
      context: {
        repo: { owner: "o", repo: "r" },
        payload: {
          workflow_run: {
            head_sha: "abc",
            head_branch: "b",
            html_url: "https://run",
            head_repository: fork,
          },
        },
      },
      github: {
        paginate: (what: string) => Promise.resolve(what === listComments ? comments : []),
        rest: {
          pulls: {
            list: ({ head }: { head: string }) => Promise.resolve({ data: head === "fork:b" ? pulls : [] }),
          },
          issues: {
            listComments,
            createComment: (a: { body: string }) => Promise.resolve(calls.push(["create", a.body])),
            updateComment: (a: { comment_id: number; body: string }) =>
              Promise.resolve(calls.push(["update", a.comment_id, a.body])),
          },
        },
      },
    });
    return calls;
  }

  test("the first is made, later ones are edited in place", async () => {
    expect(await run("text", [])).toEqual([["create", `${MARK}\ntext`]]);
    const others = [
      { id: 1, user: { type: "User" }, body: `${MARK} a person quotes it` },
      { id: 2, user: { type: "Bot" }, body: "another bot" },
      { id: 3, user: { type: "Bot" }, body: `${MARK}\nold` },
    ];
    expect(await run("text", others)).toEqual([["update", 3, `${MARK}\ntext`]]);
  });
  test("nobody is called, and a long text is cut", async () => {
    const [[, body]] = (await run(`@everyone ${"@x".repeat(50_000)}`, [])) as [[string, string]];
    expect(body).not.toContain("@everyone");
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain("[run](https://run)");
  });
  test.each([
    ["&#64;team and &#x40;team and &commat;team", /&(#|commat)/],
    ["<img src=https://x.example/p.png>", /<img/],
    ["<!-- the rest is not seen", /<!--/],
    ["`code <b>`", /<b/],
    ["closes #12 and o/r#13, GH-14", /#1|GH-1/],
  ])("%s has no meaning", async (text, meaning) => {
    const [[, body]] = (await run(`\n${text}`, [])) as [[string, string]];
    expect(body.replace(MARK, "")).not.toMatch(meaning);
  });
  test("the preview's own folds stay", async () => {
    const fold = "<details><summary>12 groups of flows</summary>\n\n| a |\n\n</details>";
    expect(((await run(fold, [])) as [[string, string]])[0][1]).toContain(fold);
  });
  test("a head, or names of stacks, that are too long for a comment by themselves", async () => {
    const many = Array.from(
      { length: 3000 },
      (_, i) => `### ${"n".repeat(200)}${i}: x\n${"y".repeat(100)}\n`,
    ).join("");
    for (const text of ["h".repeat(90_000), `${"h".repeat(70_000)}\n${many}`, many])
      expect(((await run(text, [])) as [[string, string]])[0][1].length).toBeLessThan(65_536);
  });
  test("of a fork that is deleted nothing is asked", async () => {
    expect(await run("text", [], undefined, null)).toEqual([
      ["info", "the pull request is gone, or has newer commits"],
    ]);
  });
  test("of many stacks whole ones are shown, and those that do not fit are named", async () => {
    const stack = (name: string, length: number): string =>
      `### ${name}: resources 1 added\n\n<details><summary>20 resources</summary>\n${"x".repeat(length)}\n</details>\n\n`;
    const text = `## What this changes\n\n${stack("bgp", 30_000)}\`eks\`: nothing changes.\n\n${stack("kind", 40_000)}${stack("wireguard", 20_000)}`;
    const [[, body]] = (await run(text, [])) as [[string, string]];
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain("### bgp:");
    expect(body).toContain("`eks`: nothing changes.");
    expect(body).toContain("### wireguard:");
    expect(body).not.toContain("### kind:");
    expect(body.match(/<details>/g)).toHaveLength(2);
    expect(body.match(/<\/details>/g)).toHaveLength(2);
    expect(body).toMatch(/too long for a comment: kind; the whole is in the \[run\]\(https:\/\/run\)\.$/);
  });
  test("no preview, or a pull request that has newer commits: nothing is written", async () => {
    expect(await run(undefined, [])).toEqual([["info", "no preview: no stack is touched"]]);
    expect(await run("text", [], [{ number: 7, head: { sha: "newer" } }])).toEqual([
      ["info", "the pull request is gone, or has newer commits"],
    ]);
  });
});

describe("review environments", () => {
  test("the class file is right, and a pull request's number makes an id", () => {
    const file = ".github/review/class.yaml";
    const cls = readClass(parse(readFileSync(join(root, file), "utf8")), file, classChecks(knownLabs()));
    expect(cls).toMatchObject({ name: "review", target: "eks" });
    const roster = readRoster(
      Buffer.from("students:\n  - id: pr-123456\n    name: pull request 123456\n"),
      "roster.yaml",
      { className: cls.name, labs: knownLabs() },
    );
    expect(roster.problems).toEqual([]);
    expect(roster.students[0]?.environment).toBe("review-pr-123456");
    // Its stack can be made: above all, somebody reaches its API server.
    const config = { target: cls.target, ...(cls.config as object) };
    expect(planStack("review-pr-123456", rawConfig(config)).target.kind).toBe("eks");
  });
  test("down: what is closed or unlabelled goes, all are tried, and one that cannot be asked about stays and fails", () => {
    const programs = {
      npm: `echo "$*" >> ${here}/calls
case "$*" in *list*) echo '[{"id":"pr-1"},{"id":"pr-2"},{"id":"pr-3"},{"id":"pr-4"}]';; *"down pr-2"*) exit 1;; esac`,
      gh: `case "$3" in 1) echo true;; 2|4) echo false;; *) echo "no such pull request" >&2; exit 1;; esac`,
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(here, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(here, name), 0o755);
    }
    const run = spawnSync(join(scripts, "review-down.sh"), [], {
      encoding: "utf8",
      env: { ...process.env, GITHUB_REPOSITORY: "o/r", PATH: `${here}:${process.env["PATH"] ?? ""}` },
    });
    expect([run.stderr, run.status]).toEqual(["no such pull request\n", 1]);
    expect(readFileSync(join(here, "calls"), "utf8").trim().split("\n")).toEqual([
      "run --silent labs -- students list --class review --json",
      "run --silent labs -- students down pr-2 --class review",
      "run --silent labs -- students down pr-4 --class review",
    ]);
  });

  const classOf = (cidrs: string) =>
    spawnSync("node", [join(scripts, "review-class.mjs")], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, REVIEW_CIDRS: cidrs },
    });
  test("the class lets in whom the repository names", () => {
    const { stdout } = classOf('["192.0.2.7/32"]');
    const cls = readClass(parse(stdout), "review.yaml", classChecks(knownLabs()));
    expect(cls.config).toEqual({ eks: { endpoint: { publicCidrs: ["192.0.2.7/32"] } } });
  });
  test.each(["", "[]", "everybody", "[1]"])("nobody named by %j: refused", (cidrs) => {
    const { status, stdout, stderr } = classOf(cidrs);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("set the repository's variable to the networks of the runner");
  });
});

describe("the engine's preview", () => {
  const prepared = (stack: string): string => {
    cpSync(join(root, `Pulumi.${stack}.yaml`), join(here, `Pulumi.${stack}.yaml`));
    const run = spawnSync("node", [join(scripts, "preview-stack.mjs"), stack], {
      cwd: here,
      encoding: "utf8",
    });
    expect([run.stderr, run.status]).toEqual(["", 0]);
    return join(here, `Pulumi.${stack}.yaml`);
  };
  test("the committed eks stack becomes one that AWS and the guardrails take", async () => {
    const { stack, raw } = readStackFile(prepared("eks"));
    const { resources } = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
    const cluster = resources.find((r) => r.type === "eks:index:Cluster");
    expect(cluster?.inputs).toMatchObject({ publicAccessCidrs: ["192.30.252.0/22"] });
    const aws = resources.find((r) => r.type === "pulumi:providers:aws");
    expect(JSON.stringify(aws?.inputs)).toContain("labs:expires");
  });
  test("a stack of another target stays as it is", () => {
    expect(readFileSync(prepared("kind"), "utf8")).toBe(readFileSync(join(root, "Pulumi.kind.yaml"), "utf8"));
  });
});
