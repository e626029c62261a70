import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkCluster, readKubeconfig } from "../../stacks/kubeconfig";

const kubeconfig = (server = "https://10.0.0.1:6443"): string => `apiVersion: v1
kind: Config
current-context: other
clusters:
  - { name: mine, cluster: { server: "${server}", insecure-skip-tls-verify: ${server.startsWith("http:")} } }
  - { name: other, cluster: { server: "https://10.0.0.2:6443" } }
users:
  - { name: mine, user: { token: abc } }
  - { name: other, user: { token: never-to-be-seen } }
contexts:
  - { name: mine, context: { cluster: mine, user: mine } }
  - { name: other, context: { cluster: other, user: other } }
`;

test("takes the one context that is meant, whatever the current one is, and nothing of the others", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "kubeconfig-")), "config");
  writeFileSync(file, kubeconfig());
  for (const source of [file, kubeconfig()]) {
    const { text, server } = await readKubeconfig("mine", source);
    expect(server).toBe("https://10.0.0.1:6443");
    expect(text).toContain("abc");
    expect(text).not.toContain("never-to-be-seen");
  }
});

test("an unknown context names those that are there", async () => {
  await expect(readKubeconfig("mien", kubeconfig())).rejects.toThrow(
    /existing\.context: is not a context of the kubeconfig \(got "mien"\)\s+fix: contexts: mine, other/,
  );
});

test.each([
  [
    "a file that is not there",
    "/nowhere/config",
    /existing\.kubeconfig: cannot be read: no such file \(got "\/nowhere\/config"\)/,
  ],
  ["text that is no YAML", "a: [\nb", /existing\.kubeconfig: cannot be read/],
])("%s is told", async (_what, source, message) => {
  await expect(readKubeconfig("mine", source)).rejects.toThrow(message);
});

describe("the API server is asked first", () => {
  let server: Server;
  let version: Record<string, string>;
  beforeEach(async () => {
    server = createServer((_req, res) =>
      res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(version)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const check = async (wanted: string): Promise<void> => {
    const { port } = server.address() as AddressInfo;
    await checkCluster(await readKubeconfig("mine", kubeconfig(`http://127.0.0.1:${port}`)), wanted);
  };

  test("the same minor version is fine, with a vendor's suffix too", async () => {
    version = { major: "1", minor: "36+", gitVersion: "v1.36.2-eks-abc" };
    await expect(check("1.36")).resolves.toBeUndefined();
  });
  test("another version says what to set", async () => {
    version = { major: "1", minor: "35", gitVersion: "v1.35.1" };
    await expect(check("1.36")).rejects.toThrow(/the cluster runs v1\.35\.1[\s\S]*set kubernetes to "1\.35"/);
    version = { major: "1", minor: "29", gitVersion: "v1.29.0" };
    await expect(check("1.36")).rejects.toThrow(/no version set fits it; sets: 1\.36, 1\.35/);
  });
  test("a build without a version stamp is let through", async () => {
    version = { major: "", minor: "", gitVersion: "v0.0.0-master+$Format:%H$" };
    await expect(check("1.36")).resolves.toBeUndefined();
  });
});

test("a cluster that does not answer is told without a stack trace", async () => {
  const access = await readKubeconfig("mine", kubeconfig("http://127.0.0.1:9"));
  await expect(checkCluster(access, "1.36")).rejects.toThrow(
    /the API server http:\/\/127\.0\.0\.1:9 does not answer/,
  );
});

test("a server that takes the connection and says nothing is told at the limit, and the process ends", () => {
  const script = `
    const { createServer } = require("node:net");
    const { checkCluster } = require("./stacks/kubeconfig");
    const server = createServer(() => undefined).listen(0, "127.0.0.1", async () => {
      const text = JSON.stringify({ "current-context": "a", contexts: [{ name: "a", context: { cluster: "a" } }],
        clusters: [{ name: "a", cluster: { server: "http://127.0.0.1:" + server.address().port, "insecure-skip-tls-verify": true } }] });
      server.unref();
      await checkCluster({ text, server: "it" }, "1.36", 200).catch((e) => console.log(e.message));
    });`;
  const { stdout, signal } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], {
    cwd: resolve(__dirname, "../.."),
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(stdout).toMatch(/the API server it does not answer: no answer in 0.2 seconds/);
  expect(signal).toBeNull();
});
