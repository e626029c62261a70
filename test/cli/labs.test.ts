import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { program } from "../../cli/labs";
import { listText, stepsText } from "../../cli/list/run-list";
import { labs } from "../../labs/index";

const root = resolve(__dirname, "../..");

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { FORCE_COLOR: _forced, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: "1" };
  return spawnSync("node", ["--import", "tsx", join(root, "cli/labs.ts"), ...args], {
    cwd: root,
    encoding: "utf8",
    env,
  });
}

function stackFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "stack-")), "Pulumi.mine.yaml");
  writeFileSync(file, text);
  return file;
}

test("plan --json of a user's own file: resources, labs, flows, and the objects in a folder", () => {
  const file = stackFile("config:\n  target: kind\n  labs:\n    stars: { step: frontend }\n");
  const out = join(mkdtempSync(join(tmpdir(), "plan-")), "manifests");
  const { status, stdout, stderr } = run("plan", file, "--json", "--out", out);
  expect([status, stderr]).toEqual([0, ""]);
  const plan = JSON.parse(stdout) as {
    stack: string;
    labs: { step: number; claims: { holds: boolean }[] }[];
    manifests: { file: string }[];
  };
  expect(plan).toMatchObject({ stack: "mine", labs: [{ step: 4 }] });
  expect(plan.labs[0]!.claims.every((c) => c.holds)).toBe(true);
  expect(readdirSync(out).sort()).toEqual(plan.manifests.map((m) => m.file));
});

test("plan --intents: what does not hold is named, and the exit code is 1", () => {
  const file = stackFile("config:\n  target: kind\n  labs:\n    stars: { step: backend }\n");
  const intents = join(mkdtempSync(join(tmpdir(), "intents-")), "i.yaml");
  writeFileSync(
    intents,
    "open: [{ from: stars/frontend, to: service/stars/backend, port: 6379 }, { from: internet, to: stars/frontend, port: 80 }]\n",
  );
  const { status, stdout, stderr } = run(
    "plan",
    file,
    "--no-page",
    "--out",
    mkdtempSync(join(tmpdir(), "o-")),
    "--intents",
    intents,
  );
  expect([status, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/✓ stars\/frontend → service\/stars\/backend TCP 6379 must be open/);
  expect(stdout).toMatch(
    /✗ internet → stars\/frontend TCP 80 must be open, and is closed: .*\n.*would match but for the peer.*\n {2}1 of 2 intents hold/,
  );
});

test("a wrong config: every error, its fix, exit code 1, no stack trace", () => {
  const { status, stdout, stderr } = run(
    "plan",
    stackFile(
      "config:\n  target: kind\n  labs:\n    star: {}\n  kind: { wrkers: 1 }\n  calico: { dataplane: Nftables }\n",
    ),
  );
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /kind\.wrkers[\s\S]*did you mean workers\?[\s\S]*calico\.dataplane[\s\S]*labs\.star: there is no such lab/,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("up names the tools that this machine lacks, before anything is made", () => {
  const env = { ...process.env, PATH: mkdtempSync(join(tmpdir(), "empty-")) };
  const up = spawnSync(process.execPath, ["--import", "tsx", join(root, "cli/labs.ts"), "up"], {
    cwd: root,
    encoding: "utf8",
    env,
  });
  expect(up.status).toBe(1);
  expect(up.stderr).toMatch(
    /docker: is not on the PATH[\s\S]*kind: is not on the PATH[\s\S]*kubectl: is not on the PATH/,
  );
});

test("a folder with files of somebody else is not emptied", () => {
  const out = mkdtempSync(join(tmpdir(), "mine-"));
  writeFileSync(join(out, "thesis.txt"), "precious");
  const { status, stderr } = run("plan", "kind", "--out", out);
  expect(status).toBe(1);
  expect(stderr).toMatch(/holds files that no plan wrote \(thesis\.txt\)/);
  expect(readFileSync(join(out, "thesis.txt"), "utf8")).toBe("precious");
});

test("who does not know the commands is told them: list, --version, a command that is not there", () => {
  const list = run("list", "--json");
  expect(list.status).toBe(0);
  const ids = (JSON.parse(list.stdout) as { labs: { id: string }[] }).labs.map((l) => l.id);
  expect(ids).toEqual(labs.map((l) => l.id));
  expect(run("list", "starz").stderr).toMatch(/no lab starz; did you mean stars\?/);
  expect(run("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const unknown = run("foo");
  expect([unknown.status, unknown.stderr]).toEqual([
    1,
    expect.stringMatching(/unknown command 'foo'\nCommands: list, plan, play,/),
  ]);
  expect(run("play", "--help").stdout).toMatch(/Examples:\n {2}npm run labs -- play stars/);
});

test("a group of commands tells its own, and help fits 60 columns", () => {
  expect(run("students", "foo").stderr).toMatch(/unknown command 'foo'\nCommands: up, list, verify,/);
  const all = (c: Command): Command[] => [c, ...c.commands.flatMap(all)];
  const long = all(program()).flatMap((c) =>
    c
      .configureOutput({ getOutHelpWidth: () => 60 })
      .helpInformation()
      .split("\n")
      .filter((line) => line.length > 60 && line.trim().includes(" ")),
  );
  expect(long).toEqual([]);
});

test.each([60, 80])("lists and steps fit %i columns", (columns) => {
  const texts = [listText(labs, columns), ...labs.map((l) => stepsText(l, columns))];
  const long = texts
    .flatMap((t) => t.split("\n"))
    .filter((l) => l.replace(/\u001b\[\d+m/g, "").length > columns);
  expect(long.filter((l) => l.trim().includes(" ") && !/^\S+: /.test(l))).toEqual([]);
});
