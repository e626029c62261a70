import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { needs } from "../support/needs";
import { havePulumi, PULUMI } from "./pulumi";

/** The compiled policy pack in the real engine: what fails, what passes, what is not known yet. */
const root = resolve(__dirname, "../..");
const PROGRAM = `
const { local } = require("@pulumi/command");
const kind = (name, stdin) => new local.Command(name, { create: "kind create cluster --name " + name + " --config -", stdin });
const config = (listenAddress) => JSON.stringify({ nodes: [{ extraPortMappings: [{ containerPort: 30000, listenAddress }] }] });
kind("closed", config("127.0.0.1"));
if (process.env.OPEN) kind("open", config("0.0.0.0"));
kind("later", new local.Command("first", { create: "true" }).stdout);
`;

needs(PULUMI, havePulumi).test(
  "pulumi preview --policy-pack",
  () => {
    mkdirSync(join(root, ".labs"), { recursive: true });
    // Inside the project, so that the program finds its packages.
    const folder = mkdtempSync(join(root, ".labs/engine-pack-"));
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "of the test",
      NO_COLOR: "1",
    };
    const run = (command: string, args: string[], more: NodeJS.ProcessEnv = {}) =>
      spawnSync(command, args, { cwd: folder, encoding: "utf8", env: { ...env, ...more } });
    try {
      mkdirSync(join(folder, "state"));
      writeFileSync(join(folder, "Pulumi.yaml"), "name: pack\nruntime: nodejs\nmain: index.cjs\n");
      writeFileSync(join(folder, "index.cjs"), PROGRAM);
      expect(spawnSync("npm", ["run", "--silent", "guardrails"], { cwd: root }).status).toBe(0);
      expect(run("pulumi", ["stack", "init", "dev"]).status).toBe(0);
      const preview = [
        "preview",
        "--stack",
        "dev",
        "--non-interactive",
        "--policy-pack",
        join(root, "policies/guardrails/pack"),
      ];
      const good = run("pulumi", preview);
      expect(good.stdout).toContain("cannot know yet which ports kind publishes");
      expect(good.status).toBe(0);
      const bad = run("pulumi", preview, { OPEN: "1" });
      expect(bad.status).not.toBe(0);
      expect(bad.stdout).toContain("[mandatory]  no-open-node-ports  (command:local:Command: open)");
      expect(bad.stdout).toContain("fix: listen on 127.0.0.1");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
