import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

import { exitCode } from "./report";

const root = resolve(__dirname, "../..");
const STACK = `config:
  k8s-network-labs:target: existing
  k8s-network-labs:existing:
    context: mine
    workers: 0
    podCidrs: [10.244.0.0/16]
    serviceCidr: 10.96.0.0/12
  k8s-network-labs:wait: false
  k8s-network-labs:labs:
    stars:
      step: 0
`;
const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{ name: mine, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: mine, user: { token: none } }]
contexts: [{ name: mine, context: { cluster: mine, user: mine } }]
`;

let folder: string;
const write = (name: string, text: string): void => {
  writeFileSync(join(folder, name), text, { mode: 0o755 });
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "labs-guides-test-"));
  write("mine.yaml", STACK);
  write("config", KUBECONFIG);
  // The command that would move the lab: it notes what was asked.
  write(
    "npm",
    `#!/bin/sh\necho "$*" >> "${folder}/moves"\ncase "$*" in *step*) echo "# moved" >> "${folder}/mine.yaml";; esac\n`,
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The runner with these programs in front of the path; `on`: what is done when it says so. */
async function run(kubectl: string, on?: { says: string; signal: NodeJS.Signals }) {
  write("kubectl", `#!/bin/sh\n${kubectl}\n`);
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      join(root, "test/guides/run.ts"),
      join(folder, "mine.yaml"),
      "stars",
      "--within",
      "0",
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        KUBECONFIG: join(folder, "config"),
        PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`,
      },
    },
  );
  let said = "";
  const hear = (text: Buffer): void => {
    said += text.toString();
    if (on !== undefined && said.includes(on.says)) {
      child.kill(on.signal);
      on = undefined;
    }
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const code = await new Promise((done) => child.once("close", done));
  const moves = readFileSync(join(folder, "moves"), "utf8").trim().split("\n");
  expect(readFileSync(join(folder, "mine.yaml"), "utf8")).toBe(STACK);
  return { code, said, moves: moves.map((m) => m.replaceAll(join(folder, "mine.yaml"), "mine")) };
}

test("what differs is told with what came; Ctrl-C ends the rest, and labs go back to where they stood", async () => {
  const { code, said, moves } = await run(
    `case "$*" in *"networkpolicy -A"*) echo "stars default-deny";; *) echo "role=management-ui";; esac`,
    { says: "to step backend", signal: "SIGINT" },
  );
  expect(code).toBe(130);
  expect(said).toMatch(/✗ stars default-deny: kubectl get networkpolicy -A\n +the output has not \/client/);
  expect(said).toMatch(/✓ stars allow-ui: kubectl get namespace management-ui --show-labels/);
  expect(said).toMatch(/- stars open: CLIENT=.*\n +stack mine says that its cluster has no nodes/);
  expect(said).toContain("stopping");
  // Whether the move that was cut off had begun does not matter.
  expect([...moves.slice(0, 6), moves.at(-1)]).toEqual([
    ...["open", "default-deny", "allow-ui"].flatMap((step) => [
      `run -s labs -- step stars ${step} --stack mine`,
      "run -s up -- mine",
    ]),
    "run -s up -- mine",
  ]);
});

test.each([
  ["all as told", ["as told", "lacks"], 0],
  ["something differs", ["as told", "otherwise"], 1],
  ["nothing could be played", ["lacks"], 69],
  ["no command at all", [], 69],
] as const)("the exit code where %s", (_, came, code) => {
  const rows = came.map((c) => ({ lab: "", step: "", line: 1, command: "", came: c, detail: "" }));
  expect(exitCode(rows)).toBe(code);
});
