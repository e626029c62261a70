import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { needs } from "../support/needs";

const root = resolve(__dirname, "../..");
const ACTIONLINT = "actionlint (go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12)";
const haveActionlint = spawnSync("actionlint", ["--version"]).status === 0;
const folder = join(root, ".github/workflows");
const files = readdirSync(folder).filter((f) => f.endsWith(".yml"));

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string> | string;
  concurrency?: { "cancel-in-progress"?: boolean | string };
  jobs: Record<
    string,
    {
      concurrency?: { "cancel-in-progress"?: boolean };
      environment?: string;
      env?: Record<string, string>;
      permissions?: Record<string, string>;
      "timeout-minutes"?: number;
      if?: string;
      needs?: string;
      steps: Step[];
    }
  >;
}

function read(file: string): Workflow {
  const doc = parseDocument(readFileSync(join(folder, file), "utf8"));
  expect(doc.errors).toEqual([]);
  return doc.toJS() as Workflow;
}
const stepsOf = (w: Workflow): Step[] => Object.values(w.jobs).flatMap((j) => j.steps);

describe.each(files)("%s", (file) => {
  const workflow = read(file);

  test("every action is pinned by digest, with its version beside it", () => {
    const lines = readFileSync(join(folder, file), "utf8")
      .split("\n")
      .filter((l) => /\buses:/.test(l));
    expect(lines).toHaveLength(stepsOf(workflow).filter((s) => s.uses !== undefined).length);
    for (const line of lines) expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$/);
  });

  test("permissions are said, and no more than reading for the whole", () => {
    const top = workflow.permissions;
    expect(typeof top).toBe("object");
    for (const level of Object.values(top ?? {})) expect(level).toBe("read");
    for (const job of Object.values(workflow.jobs)) {
      const writes = Object.entries(job.permissions ?? {}).filter(([, level]) => level === "write");
      expect(
        writes
          .map(([name]) => name)
          .filter((n) => !["id-token", "pull-requests", "security-events"].includes(n))
          // Who releases writes a release, and what is signed of it.
          .filter((n) => file !== "release.yml" || !["contents", "attestations"].includes(n)),
      ).toEqual([]);
    }
  });

  test("no code of a pull request runs with the rights of the base, and no token stays on disk", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    const checkouts = stepsOf(workflow).filter((s) => s.uses?.startsWith("actions/checkout@") === true);
    for (const s of checkouts) expect(s.with?.["persist-credentials"]).toBe(false);
    if ("workflow_run" in workflow.on) {
      for (const s of checkouts)
        expect(s.with?.["ref"]).toBe("${{ github.event.repository.default_branch }}");
      // Where text of the other run is read, nothing of the project runs over it.
      const steps = stepsOf(workflow);
      if (steps.some((s) => s.run?.includes("gh run download") === true))
        for (const s of steps) expect(s.run ?? "").not.toMatch(/npm|node /);
    }
  });

  test("no expression stands in a script: values come by environment", () => {
    for (const s of stepsOf(workflow)) {
      expect(s.run ?? "").not.toContain("${{");
      const script = s.with?.["script"];
      if (typeof script === "string") expect(script).not.toContain("${{");
    }
  });

  test("jobs end", () => {
    for (const job of Object.values(workflow.jobs)) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  test("scripts parse", () => {
    const here = mkdtempSync(join(tmpdir(), "labs-run-"));
    try {
      for (const { run } of stepsOf(workflow).filter((s) => s.run !== undefined)) {
        const path = join(here, "run.sh");
        writeFileSync(path, run ?? "");
        expect(spawnSync("bash", ["-n", path], { encoding: "utf8" }).stderr).toBe("");
      }
    } finally {
      rmSync(here, { recursive: true });
    }
  });

  needs(ACTIONLINT, haveActionlint).test("actionlint has nothing to say", () => {
    const { stdout, status } = spawnSync("actionlint", ["-no-color", join(folder, file)], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

test("credentials are for branches of this repository only", () => {
  for (const file of ["preview.yml", "review-env.yml"]) {
    for (const [name, job] of Object.entries(read(file).jobs)) {
      if (job.permissions?.["id-token"] !== "write") {
        expect(JSON.stringify(job.steps)).not.toContain("secrets.");
        continue;
      }
      expect(`${name}: ${job.if ?? ""}`).toContain("head.repo.full_name == github.repository");
    }
  }
});

test("what builds or destroys is never cancelled half-way, nor a run of main", () => {
  expect(read("reap.yml").concurrency?.["cancel-in-progress"]).toBe(false);
  expect(read("review-env.yml").jobs["up"]?.concurrency?.["cancel-in-progress"]).toBe(false);
  expect(read("ci.yml").concurrency?.["cancel-in-progress"]).toContain("!= 'refs/heads/main'");
});

test("secrets and credentials are seen by the one step that needs them, from an environment of their own", () => {
  const environments: Record<string, string> = {
    "preview.yml": "preview",
    "review-env.yml": "review",
    "reap.yml": "reap",
  };
  for (const file of files)
    for (const job of Object.values(read(file).jobs)) {
      expect(JSON.stringify(job.env ?? {})).not.toContain("secrets.");
      const { steps } = job;
      const holders = steps.filter((s) => JSON.stringify(s.env ?? {}).includes("secrets."));
      if (holders.length === 0) continue;
      expect([file, job.environment]).toEqual([file, environments[file]]);
      for (const s of steps.filter((s) => s.uses?.startsWith("aws-actions/") === true))
        expect(s.with?.["output-env-credentials"]).toBe(false);
      // npm ci and scripts of package.json run without them.
      for (const s of holders) expect(s.run ?? "").not.toMatch(/npm ci|guardrails/);
    }
});

test("the reaper waits for nobody, runs the default branch only, and is not green when it could not look", () => {
  const { on, jobs } = read("reap.yml");
  expect(Object.keys(on).sort()).toEqual(["schedule", "workflow_dispatch", "workflow_run"]);
  const steps = jobs["reap"]?.steps ?? [];
  const first = steps[0]?.run ?? "";
  const run = (env: Record<string, string>) =>
    spawnSync("bash", ["-c", first], { encoding: "utf8", env: { PATH: process.env["PATH"], ...env } });
  expect(run({ ROLE: "r", REGION: "e", SECRET: "s" }).status).toBe(0);
  for (const env of [{}, { ROLE: "r", REGION: "e" }, { REGION: "e", SECRET: "s" }]) {
    const { status, stdout } = run(env);
    expect([status, stdout]).toEqual([1, expect.stringContaining("::error::Nothing was reaped.") as string]);
  }
});

test("a review environment is for an open pull request, and starts by its own label only", () => {
  const condition = read("review-env.yml").jobs["up"]?.if ?? "";
  expect(condition).toContain("github.event.pull_request.state == 'open'");
  expect(condition).toContain(
    "(github.event.action != 'labeled' || github.event.label.name == 'review-env')",
  );
});

test("npm scripts that workflows call exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const called = files
    .flatMap((f) => stepsOf(read(f)))
    .flatMap((s) => [...(s.run ?? "").matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map((m) => m[1] ?? ""));
  for (const name of called) expect(Object.keys(scripts)).toContain(name);
});

test("a release is built from the default branch, without a cache, and carries SBOMs and where it was built", () => {
  const workflow = read("release.yml");
  expect(Object.keys(workflow.on)).toEqual(["push"]);
  expect(workflow.jobs["release"]?.environment).toBe("release");
  const steps = stepsOf(workflow);
  const at = (what: RegExp): number => steps.findIndex((s) => what.test(`${s.uses ?? ""} ${s.run ?? ""}`));
  expect(JSON.stringify(steps)).not.toContain('"cache"');
  const order = [
    /merge-base --is-ancestor/,
    /npm ci/,
    /audit signatures/,
    /npm test/,
    /npm sbom/,
    /build-provenance/,
    /attest-sbom/,
    /gh release create/,
  ].map(at);
  expect(order).not.toContain(-1);
  expect([...order].sort((a, b) => a - b)).toEqual(order);
});
