/** In processes of their own, where neither Pulumi nor anything else but Node is on the PATH, and no connection is made. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { StateFolder } from "../../../cli/engine/state-folder";
import { toTags } from "../../../classroom/environment-record";

const root = resolve(__dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "node-alone-"));
/** The loader of TypeScript speaks to itself by a socket in a file. */
const NO_NETWORK = `
const { Socket } = require("node:net");
const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [options] = args.flat();
  if (typeof options === "string" || options?.path) return connect.apply(this, args);
  console.error("CONNECTED");
  process.exit(9);
};`;

function labs(args: string[], env: NodeJS.ProcessEnv = {}): { status: number | null; said: string } {
  mkdirSync(join(folder, "bin"), { recursive: true });
  mkdirSync(join(folder, "home"), { recursive: true });
  const node = join(folder, "bin", "node");
  try {
    symlinkSync(process.execPath, node);
  } catch {
    // An earlier call made it.
  }
  writeFileSync(join(folder, "closed.cjs"), NO_NETWORK);
  const { status, stdout, stderr } = spawnSync(
    node,
    ["--import", "tsx", "--require", join(folder, "closed.cjs"), "cli/labs.ts", ...args],
    {
      cwd: root,
      encoding: "utf8",
      env: { PATH: join(folder, "bin"), HOME: join(folder, "home"), USER: "me", NO_COLOR: "1", ...env },
    },
  );
  return { status, said: stdout + stderr };
}

test("a dry run of a class", () => {
  const roster = join(folder, "roster.csv");
  writeFileSync(roster, "id,name\nana,Ana\nbo,Bo\n");
  const { status, said } = labs(["students", "up", "--roster", roster, "--dry-run"]);
  expect([status, said]).toEqual([0, expect.stringMatching(/roster-ana[\s\S]*nothing was made/)]);
});

test("the list of a state in a folder, of one class too; its tags and states are Pulumi's own files", async () => {
  const stacks = join(folder, "state", ".pulumi", "stacks", "k8s-network-labs");
  mkdirSync(stacks, { recursive: true });
  const record = (id: string, className: string) => ({
    class: className,
    id,
    name: id,
    owner: "me",
    target: "eks" as const,
    lease: { created: Date.now(), expires: Date.now() + 3_600_000, hardLimit: 7_200_000 },
  });
  const checkpoint = (resources: object[]) =>
    JSON.stringify({
      version: 3,
      checkpoint: { latest: { manifest: { time: "2026-11-26T08:00:00Z" }, resources } },
    });
  const tags = (id: string, cls: string) => JSON.stringify({ version: 1, tags: toTags(record(id, cls)) });
  writeFileSync(join(stacks, "net-ana.json"), checkpoint([{ urn: "u", type: "t" }]));
  writeFileSync(join(stacks, "net-ana.pulumi-tags"), tags("ana", "net"));
  writeFileSync(join(stacks, "net-bo.json.gz"), gzipSync(checkpoint([])));
  writeFileSync(join(stacks, "net-bo.pulumi-tags"), tags("bo", "net"));
  writeFileSync(join(stacks, "sec-cy.json"), checkpoint([{ urn: "u", type: "t" }]));
  writeFileSync(join(stacks, "sec-cy.pulumi-tags"), tags("cy", "sec"));
  writeFileSync(join(stacks, "kind.json"), checkpoint([{ urn: "u", type: "t" }]));
  writeFileSync(join(stacks, "kind.json.bak"), "");
  const state = join(folder, "state");
  const listed = await new StateFolder(state, "k8s-network-labs").list("net");
  expect(listed).toEqual([
    { name: "net-ana", updating: false, resources: 1, lastUpdate: Date.parse("2026-11-26T08:00:00Z") },
    { name: "net-bo", updating: false, resources: 0, lastUpdate: Date.parse("2026-11-26T08:00:00Z") },
  ]);
  const { status, said } = labs(["students", "list"], { PULUMI_BACKEND_URL: pathToFileURL(state).href });
  expect([status, said]).toEqual([0, expect.stringMatching(/net-ana[\s\S]*sec-cy[\s\S]*3 environments\./)]);
});

test("a backend that only Pulumi reads is said, and nothing is downloaded", () => {
  const { status, said } = labs(["students", "list"], { PULUMI_BACKEND_URL: "s3://bucket?region=x" });
  expect([status, said]).toEqual([
    1,
    expect.stringMatching(/the state is in s3:\/\/bucket, and only the Pulumi CLI reads it/),
  ]);
});
