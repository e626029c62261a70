import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { exec, type ExecLimits, type ExecResult } from "../../../cli/verify/cluster/pod-exec";
import { parseProbes, script } from "../../../cli/verify/core/probe-script";
import type { ExecBehaviour } from "./fake/exec";
import { FakeCluster } from "./fake/server";

const PROBES = Array.from({ length: 5 }, (_, i) => ({
  id: `p${i}`,
  protocol: "TCP" as const,
  target: { address: "192.168.1.1", port: 80 + i },
}));
const limits: ExecLimits = { connectMs: 5000, totalMs: 5000 };

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await FakeCluster.start();
  cluster.network = () => "connected";
  cluster.add({ apiVersion: "v1", kind: "Pod", metadata: { namespace: "a", name: "b" } });
});
afterEach(() => cluster.stop());

function talk(how: ExecBehaviour, more: Partial<ExecLimits> = {}): Promise<ExecResult> {
  cluster.behaviour = () => how;
  const target = { namespace: "a", pod: "b", container: "probe", command: ["sh", "-c", script(PROBES, 1)] };
  return exec(cluster.kubeconfig(), target, { ...limits, ...more });
}

const told = (r: ExecResult): string[] => [...parseProbes(r.stdout, PROBES).keys()].sort();

test("a command that goes well: output and exit code, by the newest protocol", async () => {
  const result = await talk({ kind: "well" });
  expect(result.code).toBe(0);
  expect(told(result)).toEqual(["p0", "p1", "p2", "p3", "p4"]);
  expect(cluster.execs[0]?.protocol).toBe("v5.channel.k8s.io,v4.channel.k8s.io");
});

test("one byte a message is the same output", async () => {
  expect(told(await talk({ kind: "slow" }))).toHaveLength(5);
});

test("an exit code other than 0 is told as such", async () => {
  const result = await talk({ kind: "exits", code: 7 });
  expect(result).toMatchObject({ code: 7 });
  expect(result.broken).toBeUndefined();
});

test("a peer that dies in the middle of a line: what was whole counts, and no more", async () => {
  const result = await talk({ kind: "dies", after: 3 });
  expect(result.code).toBeUndefined();
  expect(result.broken).toMatch(/the connection ended \(1006\) before the command did/);
  expect(told(result)).toEqual(["p0", "p1", "p2"]);
});

test("an orderly close without a status is no success", async () => {
  const result = await talk({ kind: "closes" });
  expect(result.code).toBeUndefined();
  expect(result.broken).toMatch(/ended \(1000\) before the command did/);
});

test("a peer that took the command and is silent since: it ends at the limit", async () => {
  const result = await talk({ kind: "half-open" }, { totalMs: 150 });
  expect(result).toEqual({ stdout: "", stderr: "", broken: "no end in 0.15 s" });
});

test("a server that never answers the upgrade: it ends at the connection's limit", async () => {
  const result = await talk({ kind: "silent" }, { connectMs: 150 });
  expect(result.broken).toBe("the API server did not answer");
});

test("an address where connections are taken and nothing ever comes, not even TLS", async () => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((s) => sockets.add(s));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "x", server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: "x" },
  );
  const result = await exec(
    config,
    { namespace: "a", pod: "b", container: "c", command: ["x"] },
    { connectMs: 150, totalMs: 5000 },
  );
  expect(result.broken).toBe("the API server did not answer");
  for (const s of sockets) s.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  [403, "forbidden", /exec is forbidden/],
  [404, "pods not found", /the pod is gone/],
  [500, "error dialing backend: dial tcp 10.0.0.1:10250: i/o timeout", /answered 500: error dialing backend/],
])("a refusal with %i is told", async (code, message, expected) => {
  const result = await talk({ kind: "refuse", code, message });
  expect(result.code).toBeUndefined();
  expect(result.broken).toMatch(expected);
});

test("a certificate that the kubeconfig does not know is not talked to", async () => {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "x", server: `https://127.0.0.1:${cluster.port}`, skipTLSVerify: false },
    { name: "x" },
  );
  const result = await exec(config, { namespace: "a", pod: "b", container: "c", command: ["x"] }, limits);
  expect(result.broken).toMatch(/self-signed certificate/);
  expect(cluster.execs).toEqual([]);
});

test("a Failure without an exit code gives its message, without the command in it", async () => {
  const message =
    'error sending request: Post "https://node1:10250/exec/a/b/probe?command=sh&command=-c&command=secret&output=1": EOF';
  const result = await talk({ kind: "fails", message });
  expect(result.broken).toBe('error sending request: Post "https://node1:10250/exec/a/b/probe": EOF');
});

test("unknown channels, text and junk are passed over", async () => {
  const result = await talk({ kind: "nonsense" });
  expect(result.code).toBe(0);
  expect(told(result)).toHaveLength(5);
});

test("a signal ends it at once", async () => {
  const controller = new AbortController();
  const running = talk({ kind: "half-open" }, { signal: controller.signal });
  controller.abort();
  expect((await running).broken).toBe("stopped");
});
