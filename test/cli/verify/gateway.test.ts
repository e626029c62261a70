import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { WebSocketServer } from "ws";
import { openApi } from "../../../cli/cluster/api-client";
import { openGatewayEntries } from "../../../cli/verify/gateway-entries";
import { requestOften } from "../../../cli/verify/cluster/request-often";
import type { RequestCheck } from "../../../cli/verify/core/check-model";
import { proxyLabels } from "../../../routing/gateway/site-gateway";

const GATEWAY = { namespace: "roles", name: "web" };
const check: RequestCheck = {
  kind: "request",
  id: "x",
  lab: "x",
  reason: "",
  scheme: "http",
  host: "web.localhost",
  port: 80,
  path: "/",
  headers: {},
  gateway: "roles/web",
  inside: true,
};
const pod = (name: string, ready: boolean, labels: object) => ({
  metadata: { name, namespace: "roles", labels },
  status: {
    phase: "Running",
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    podIPs: [],
  },
  spec: {},
});

let envoy: Server;
let api: Server;
let asked: string[];
let pods: object[];
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** An API server that lists pods, and leads a forwarded port to the server that stands for Envoy. */
beforeEach(async () => {
  asked = [];
  pods = [
    pod("other", true, { app: "x" }),
    pod("old", false, proxyLabels(GATEWAY)),
    pod("web-1", true, proxyLabels(GATEWAY)),
  ];
  envoy = createServer((req, res) => res.end(`${req.headers.host ?? ""} by pod-7`));
  api = createServer((_, res) => res.end(JSON.stringify({ items: pods })));
  const sockets = new WebSocketServer({ noServer: true });
  api.on("upgrade", (req, socket, head) => {
    asked.push(req.url ?? "");
    sockets.handleUpgrade(req, socket, head, (ws) => {
      const port = Buffer.alloc(2);
      port.writeUInt16LE(10080);
      for (const channel of [0, 1]) ws.send(Buffer.concat([Buffer.from([channel]), port]));
      const to = connect(portOf(envoy), "127.0.0.1");
      to.on("data", (d: Buffer) => {
        ws.send(Buffer.concat([Buffer.from([0]), d]));
      });
      ws.on("message", (m: Buffer) => to.write(m.subarray(1)));
      ws.on("close", () => to.destroy());
    });
  });
  await Promise.all([envoy, api].map((s) => new Promise<void>((r) => s.listen(0, "127.0.0.1", r))));
});
afterEach(async () => {
  for (const server of [envoy, api]) {
    server.closeAllConnections();
    await new Promise((r) => server.close(r));
  }
});

function kubeconfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "c", server: `http://127.0.0.1:${portOf(api)}`, skipTLSVerify: true },
    { name: "u" },
  );
  return config;
}

test("a Gateway that only the cluster reaches is asked through a ready proxy of its own", async () => {
  const config = kubeconfig();
  const { entry, close } = await openGatewayEntries([check], openApi(config), config);
  const way = entry(check);
  if (way === undefined || "why" in way) throw new Error("no way");
  const answers = await requestOften(check, 2, {
    entry: way.host,
    entryPort: way.port!,
    timeoutMs: 5000,
    parallel: 1,
  });
  await close();
  expect(answers.map((a) => a.body)).toEqual(["web.localhost by pod-7", "web.localhost by pod-7"]);
  expect(asked[0]).toBe("/api/v1/namespaces/roles/pods/web-1/portforward?ports=10080");
});

test("without a ready proxy its checks say so, and the stack's own way in is none of this", async () => {
  pods = pods.slice(0, 2);
  const config = kubeconfig();
  const { entry, close } = await openGatewayEntries([check], openApi(config), config);
  await close();
  expect(entry(check)).toEqual({ why: "Gateway roles/web has no proxy that is ready" });
  const { inside: _, ...plain } = check;
  expect(entry(plain)).toBeUndefined();
});
