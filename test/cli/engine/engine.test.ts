import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../../../cli/engine/pulumi-command";
import { replacing } from "../../../cli/engine/engine-events";
import { engineError } from "../../../cli/engine/engine-errors";
import { readSettings, settingsPath, writeSettings } from "../../../cli/engine/stack-settings";
import { writeReceipt, receiptOf } from "../../../cli/students/receipt";
import { resetLabs } from "../../../cli/students/students-reset";
import { loadConfig } from "../../../stacks/config/load-config";

const cli = (output: string) => new CliError(["up"], 255, output);
const folders: string[] = [];
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "labs-test-"));
  folders.push(path);
  return path;
};
afterAll(() => {
  for (const f of folders) rmSync(f, { recursive: true });
});

test("what the CLI says becomes why it failed", () => {
  const lock =
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
    "  file:///s/.pulumi/locks/organization/p/net-a/x.json: created by ana@laptop (pid 4711) at 2026-11-21T11:36:40Z";
  expect(engineError(cli(lock))).toMatchObject({
    kind: "locked",
    holder: { machine: "laptop", pid: 4711, since: "2026-11-21T11:36:40Z" },
  });
  expect(engineError(cli("error: [409] Conflict: Another update is currently in progress."))).toMatchObject({
    kind: "locked",
    holder: undefined,
  });
  expect(engineError(cli("error: no stack named 'net-a' found"))).toMatchObject({ kind: "gone" });
  const aborted = AbortSignal.abort();
  const live = new AbortController().signal;
  expect(engineError(cli("error: update canceled"), { cancel: aborted, kill: live })).toMatchObject({
    kind: "cancelled",
  });
  expect(engineError(cli(""), { cancel: aborted, kill: aborted })).toMatchObject({ kind: "killed" });
});

test("of an update's output the errors are told, with what is set in below them, and advice", () => {
  const output = [
    "    pulumi:pulumi:Stack p-net-a running error: The config cannot work",
    "Diagnostics:",
    "  pulumi:pulumi:Stack (p-net-a):",
    "    \u001b[31merror\u001b[0m: The config of stack net-a cannot work; nothing was changed.",
    "      - expires: must be a time",
    "",
    "  aws:ec2:Vpc (v):",
    "    error: ExpiredToken: the security token included in the request is expired",
    "    error: update failed",
    "Resources:",
  ].join("\n");
  expect(engineError(cli(output)).message).toBe(
    "The config of stack net-a cannot work; nothing was changed. expires: must be a time; " +
      "ExpiredToken: the security token included in the request is expired " +
      "(the credentials expired: log in again, then run the same command)",
  );
  expect(engineError(cli("one\ntwo\n\nthree\nfour\n")).message).toBe("two; three; four");
});

test("a stack file is written whole, keeps what is not config, and reads back", () => {
  const dir = folder();
  expect(readSettings(dir, "net-a", "p")).toBeUndefined();
  const config = {
    expires: "2026-11-21T18:00:00.000Z",
    labs: { stars: { step: 2 } },
    "aws:region": "us-west-2",
  };
  writeSettings(dir, "net-a", "p", { config, rest: { encryptionsalt: "v1:x" } });
  expect(readSettings(dir, "net-a", "p")).toEqual({ config, rest: { encryptionsalt: "v1:x" } });
  expect(readdirSync(dir)).toEqual(["Pulumi.net-a.yaml"]);
  // Go's YAML takes a time without quotes for a time.
  expect(readFileSync(settingsPath(dir, "net-a"), "utf8")).toContain('p:expires: "2026-11-21T18:00:00.000Z"');
});

test.each([
  ["2026-11-21T18:00:00Z", "2026-11-21T18:00:00Z"],
  ["2026-11-21 18:00:00.5 +0000 UTC", "2026-11-21T18:00:00.5Z"],
  ["tomorrow", undefined],
])("expires: %j", (text, moment) => {
  const { config, problems } = loadConfig({ "p:expires": text }, "p");
  expect(config?.expires).toBe(moment);
  expect(problems.map((p) => p.path)).toEqual(moment === undefined ? ["expires"] : []);
});

test("reset puts one lab to its step, or all to the start, and keeps their other options", () => {
  const labs = { stars: { step: 3, namespaces: { ui: "x" } }, yaobank: { step: 2 } };
  expect(resetLabs(labs, { step: 0 })).toEqual({
    stars: { step: 0, namespaces: { ui: "x" } },
    yaobank: { step: 0 },
  });
  expect(resetLabs(labs, { lab: "stars", step: 2 })).toEqual({
    stars: { step: 2, namespaces: { ui: "x" } },
    yaobank: { step: 2 },
  });
  expect(resetLabs(undefined, { lab: "stars", step: 1 })).toEqual({ stars: { step: 1 } });
});

test("a receipt says what was destroyed and what is left, and only its owner reads it", () => {
  const record = {
    class: "net",
    id: "ana",
    name: "Ana",
    owner: "me",
    target: "kind",
    lease: { created: 0, expires: 0, hardLimit: 1 },
  } as const;
  const receipt = receiptOf(
    [
      {
        name: "net-ana",
        status: "done",
        ms: 1,
        value: { status: "destroyed", destroyed: ["x y"], cleaned: [], left: ["z"] },
      },
      { name: "net-bo", status: "failed", ms: 1, reason: "no", error: undefined },
      { name: "net-cy", status: "done", ms: 1, value: { status: "gone" } },
    ],
    new Map([["net-ana", record]]),
    "laptop",
    0,
  );
  expect(receipt.environments.map((e) => [e.stack, e.student, e.result])).toEqual([
    ["net-ana", "ana", "left"],
    ["net-bo", "", "failed"],
    ["net-cy", "", "gone"],
  ]);
  expect(receipt.clean).toBe(false);
  const path = writeReceipt(receipt, folder());
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(JSON.stringify(receipt)));
});

test("receipts of one moment are two files, and a student's stack file is for its owner alone", () => {
  const at = folder();
  const paths = [1, 2, 3].map(() => writeReceipt({ at: "2026-11-26T09:00:00.000Z" }, at));
  expect(new Set(paths).size).toBe(3);
  expect(readdirSync(at)).toHaveLength(3);
  writeSettings(at, "net-ana", "p", {
    config: { student: { name: "Ana", email: "ana@example.org" } },
    rest: {},
  });
  expect(statSync(settingsPath(at, "net-ana")).mode & 0o777).toBe(0o600);
});

test("what the provider makes anew is told once, with the properties for which it is", () => {
  const told: string[] = [];
  const hear = replacing((name, because) => told.push(`${name}: ${because.join()}`));
  const step = (op: string, name: string, keys?: string[]) => {
    const metadata = { op, urn: `urn:pulumi:eks::p::aws:eks/nodeGroup:NodeGroup::${name}`, keys };
    hear({ sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as never);
  };
  step("update", "eks-cluster");
  // The engine speaks of one replacement three times.
  step("create-replacement", "eks-nodes-workers", ["instanceTypes"]);
  step("replace", "eks-nodes-workers", ["instanceTypes"]);
  step("delete-replaced", "eks-nodes-workers");
  expect(told).toEqual(["eks-nodes-workers: instanceTypes"]);
});
