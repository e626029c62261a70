import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Binaries } from "../support/apiserver/binaries";
import { running as servers } from "../support/apiserver/running";
import { ApiServer } from "../support/apiserver/server";

const root = resolve(__dirname, "../..");
let binaries: Binaries;
let folder: string;
beforeAll(() => {
  binaries = servers()[0]!.binaries;
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "labs-server-test-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Processes and data of the servers that a test has started. */
const running = (): string[] => [
  ...spawnSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((l) => l.includes(join(folder, "labs-apiserver-"))),
  ...readdirSync(folder).filter((f) => f.startsWith("labs-apiserver-")),
];
/** What of them is left once they had time to end. */
const left = async (): Promise<string[]> => {
  for (let i = 0; i < 100 && running().length > 0; i++) await new Promise((r) => setTimeout(r, 100));
  return running();
};

/** A server program that is a script. */
function script(text: string): string {
  const file = join(folder, "kube-apiserver");
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

/** The system gives it again last of all. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

test("a port in use: one line that says which, and nothing is left", async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  const { port } = taken.address() as { port: number };
  const [etcd, etcdPeers, apiserver] = [await freePort(), await freePort(), await freePort()];
  const free = { etcd, etcdPeers, apiserver };
  const message = (ports: typeof free): Promise<string> =>
    ApiServer.start(binaries, { ports, within: folder }).then(
      () => "started",
      (e: unknown) => (e as Error).message,
    );
  expect(await message({ ...free, etcd: port })).toMatch(
    new RegExp(`^the API server does not start: etcd .*${port}: bind: address already in use[^\\n]*$`),
  );
  expect(await message({ ...free, apiserver: port })).toMatch(
    new RegExp(
      `^the API server does not start: kube-apiserver .*${port}: bind: address already in use[^\\n]*$`,
    ),
  );
  taken.close();
  expect(await left()).toEqual([]);
});

test("a server that ends, or does not answer in time: one line, and nothing is left", async () => {
  const dies = {
    ...binaries,
    apiserver: script("echo 'Error: unknown flag: --service-cluster-ip-range' >&2; exit 1"),
  };
  await expect(ApiServer.start(dies, { within: folder })).rejects.toThrow(
    /^the API server does not start: kube-apiserver ended \(1\): Error: unknown flag: [^\n]*$/,
  );
  const hangs = { ...binaries, apiserver: script("trap '' TERM; while :; do sleep 0.1; done") };
  await expect(ApiServer.start(hangs, { startSeconds: 3, within: folder })).rejects.toThrow(
    /^the API server does not start: kube-apiserver does not answer at https:\S+: it says nothing$/,
  );
  expect(await left()).toEqual([]);
});

test.each(["SIGINT", "SIGKILL"] as const)(
  "the server ends with the process that started it: %s",
  async (signal) => {
    const starter = join(folder, "starter.ts");
    const module = join(root, "test/support/apiserver/server.ts");
    writeFileSync(
      starter,
      `import { ApiServer } from ${JSON.stringify(module)};
     void ApiServer.start(${JSON.stringify(binaries)}, { within: ${JSON.stringify(folder)} }).then(() => { console.log("up"); setInterval(() => {}, 1000); });`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", starter], { cwd: root });
    await new Promise((up) => child.stdout.once("data", up));
    expect(running().length).toBeGreaterThan(0);
    child.kill(signal);
    expect(await left()).toEqual([]);
  },
);
