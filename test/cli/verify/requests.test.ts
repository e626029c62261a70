import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Trust } from "../../../cli/verify/cluster/request-often";
import type { LivePod, LiveService } from "../../../cli/verify/core/inventory";
import type { RequestCheck, Result } from "../../../cli/verify/core/check-model";
import { compareRequest, requestsFor } from "../../../cli/verify/core/compare-request";
import { verifyRequests } from "../../../cli/verify/run-requests";
import { FakeClock } from "./fake/clock";
import { CERT, KEY } from "./fake/pem";

const pod = (name: string, app: string): LivePod => ({
  namespace: "shop",
  name,
  ips: [],
  node: "n",
  ready: true,
  labels: { app },
  annotations: {},
  serviceAccount: "default",
  hostNetwork: false,
  tolerations: [],
  imagePullSecrets: [],
});
const PODS = [pod("frontend-1-a", "frontend"), pod("frontend-green-1-b", "frontend-green")];
const SERVICES: LiveService[] = ["frontend", "frontend-green"].map((name) => ({
  namespace: "shop",
  name,
  type: "ClusterIP",
  clusterIPs: [],
  selector: { app: name },
  ports: [],
  onlyLocal: false,
  loadBalancer: [],
}));

let servers: http.Server[] = [];
afterEach(async () => {
  for (const s of servers) {
    s.closeAllConnections();
    await new Promise((resolve) => s.close(resolve));
  }
  servers = [];
});

/** An ingress on this machine; answers the n-th request. */
async function listen(
  scheme: "http" | "https",
  answer: (n: number, request: http.IncomingMessage, response: http.ServerResponse) => void,
): Promise<number> {
  let n = 0;
  const handler = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    answer(n++, request, response);
  };
  const server =
    scheme === "http" ? http.createServer(handler) : https.createServer({ cert: CERT, key: KEY }, handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const check = (port: number, more: Partial<RequestCheck> = {}): RequestCheck => ({
  kind: "request",
  id: "x",
  lab: "shop",
  step: "0",
  reason: "so it is",
  scheme: "http",
  host: "shop.localhost",
  port,
  path: "/",
  headers: {},
  ...more,
});

async function run(
  c: RequestCheck,
  more: {
    trust?: Trust;
    settleMs?: number;
    requests?: number;
    timeoutMs?: number;
    pods?: () => Promise<LivePod[]>;
  } = {},
): Promise<Result> {
  const [result] = await verifyRequests([c], SERVICES, more.pods ?? (() => Promise.resolve(PODS)), {
    entry: () => ({ host: "127.0.0.1" }),
    trust: more.trust ?? {},
    timeoutMs: more.timeoutMs ?? 5000,
    requests: more.requests ?? 100,
    parallel: 8,
    settleMs: more.settleMs ?? 0,
    clock: new FakeClock(),
    say: () => undefined,
  });
  return result!;
}

const say = (response: http.ServerResponse, text: string, status = 200): void =>
  void response.writeHead(status).end(text);

test("host, path and headers arrive as claimed, also on another port", async () => {
  const seen: unknown[] = [];
  const port = await listen("http", (_, request, response) => {
    seen.push([request.headers.host, request.url, request.headers["foo"], request.headers.cookie]);
    say(response, "Hostname: frontend-1-a");
  });
  const result = await run(
    check(port, {
      path: "/films?id=7",
      headers: { FOO: "bar", cookie: "a=b" },
      status: 200,
      backends: { "shop/frontend": 1 },
    }),
  );
  expect(result).toMatchObject({ status: "pass", detail: "status 200; shop/frontend answered 5 of 5" });
  expect(seen[0]).toEqual([`shop.localhost:${port}`, "/films?id=7", "bar", "a=b"]);
});

test("another Service answers than the claimed one", async () => {
  const port = await listen("http", (_, __, response) => {
    say(response, "I am frontend-green-1-b");
  });
  const result = await run(check(port, { backends: { "shop/frontend": 1 } }));
  expect(result.status).toBe("fail");
  expect(result.detail).toBe(
    "shop/frontend answered 0 of 5, expected all; shop/frontend-green answered 5 of 5, expected none",
  );
  expect(result.rules).toEqual(["the lab: so it is"]);
});

test("a redirect: status and target, and it is not followed", async () => {
  let asked = 0;
  const port = await listen("http", (_, __, response) => {
    asked++;
    response.writeHead(308, { location: "https://shop.localhost/" }).end();
  });
  expect((await run(check(port, { status: 308, location: "https://shop.localhost/" }))).status).toBe("pass");
  expect(asked).toBe(2);
  const other = await run(check(port, { status: 308, location: "https://shop.localhost:8443/" }));
  expect(other).toMatchObject({
    status: "fail",
    detail: "redirects to https://shop.localhost/, expected https://shop.localhost:8443/",
  });
});

test.each([
  ["as claimed", 20, "pass"],
  ["switched off", Infinity, "fail"],
  ["half of all", 2, "fail"],
])("a canary of 5 %% that is %s", async (_, every, status) => {
  const port = await listen("http", (n, __, response) => {
    say(response, n % every === 1 ? "frontend-green-1-b" : "frontend-1-a");
  });
  const result = await run(
    check(port, { backends: { "shop/frontend": 0.95, "shop/frontend-green": 0.05 } }),
    { requests: 200 },
  );
  expect(result.status).toBe(status);
  expect(result.detail).toMatch(
    /shop\/frontend-green answered \d+ of 200 = [\d.]+ % \([\d.]+ %–[\d.]+ % at 99.9 % confidence\), expected 5 %/,
  );
});

test("a wrong share is sampled three times and no more, however long the wait", async () => {
  let asked = 0;
  const port = await listen("http", (_, __, response) => {
    asked++;
    say(response, "frontend-1-a");
  });
  const result = await run(check(port, { backends: { "shop/frontend": 0.5, "shop/frontend-green": 0.5 } }), {
    settleMs: 600_000,
  });
  expect(result.status).toBe("fail");
  expect(asked).toBe(300);
});

test("a route that comes late is waited for", async () => {
  const port = await listen("http", (n, __, response) => {
    say(response, "frontend-1-a", n < 2 ? 404 : 200);
  });
  expect((await run(check(port, { status: 200 }), { settleMs: 60_000 })).status).toBe("pass");
});

test("answers that do not tell their pod: all to one Service may pass, a share may not", async () => {
  const port = await listen("http", (_, __, response) => {
    say(response, "2048");
  });
  expect(await run(check(port, { status: 200, backends: { "shop/frontend": 1 } }))).toMatchObject({
    status: "pass",
    detail: "status 200; the answer does not name its pod",
  });
  expect(
    (await run(check(port, { backends: { "shop/frontend": 0.5, "shop/frontend-green": 0.5 } }))).detail,
  ).toContain("shares cannot be counted");
});

test("the controller's 503 is no backend", async () => {
  const port = await listen("http", (_, __, response) => {
    say(response, "503", 503);
  });
  expect((await run(check(port, { backends: { "shop/frontend": 1 } }))).status).toBe("fail");
});

test("some requests that get no answer are a failure, all of them are an error", async () => {
  const flaky = await listen("http", (n, request, response) => {
    if (n === 1) request.socket.destroy();
    else say(response, "frontend-1-a");
  });
  expect(await run(check(flaky, { backends: { "shop/frontend": 1 } }))).toMatchObject({
    status: "fail",
    detail: expect.stringMatching(/^1 of 5 requests got no answer/) as string,
  });
  const silent = await listen("http", () => undefined);
  expect(await run(check(silent), { timeoutMs: 100 })).toMatchObject({
    status: "error",
    detail: expect.stringMatching(/no answer in 0.1 s/) as string,
  });
  const gone = await listen("http", () => undefined);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await run(check(gone))).toMatchObject({
    status: "error",
    detail: expect.stringMatching(/nothing listens there/) as string,
  });
});

test("a certificate: trusted by the cluster's authority, else by nobody", async () => {
  const port = await listen("https", (_, __, response) => {
    say(response, "frontend-1-a");
  });
  const secure = check(port, { scheme: "https", status: 200 });
  const trusted = await run(secure, { trust: { ca: CERT } });
  expect(trusted).toMatchObject({
    status: "pass",
    detail: expect.stringMatching(/^certificate by labs verify test, \d{5} days; status 200$/) as string,
  });
  expect(await run(secure)).toMatchObject({
    status: "fail",
    detail: expect.stringMatching(
      /^certificate: not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\), signed by labs verify test/,
    ) as string,
  });
  expect((await run(secure, { trust: { anyAuthority: true } })).status).toBe("pass");
});

test("a certificate for other names", async () => {
  const port = await listen("https", (_, __, response) => {
    say(response, "x");
  });
  const result = await run(check(port, { scheme: "https", host: "bank.localhost" }), { trust: { ca: CERT } });
  expect(result).toMatchObject({
    status: "fail",
    detail: expect.stringMatching(/^certificate: .*bank\.localhost/) as string,
  });
});

test("plain HTTP where TLS is expected", async () => {
  const port = await listen("http", (_, __, response) => {
    say(response, "x");
  });
  expect((await run(check(port, { scheme: "https" }))).status).toBe("error");
});

test("an expired certificate and the controller's stand-in are told as such", () => {
  const answers = [{ status: 200, body: "" }];
  const certificate = { subject: "x", issuer: "y", validTo: 0 };
  const now = 5 * 86_400_000;
  expect(compareRequest(check(1), answers, new Map(), certificate, now).detail).toBe(
    "certificate: expired 5 days ago",
  );
  const fake = { ...certificate, subject: "Kubernetes Ingress Controller Fake Certificate", distrust: "x" };
  expect(compareRequest(check(1), answers, new Map(), fake, now).detail).toMatch(/controller's own stand-in/);
});

test("so many requests that a canary switched off cannot hide, within bounds", () => {
  expect(requestsFor({}, 300)).toBe(2);
  expect(requestsFor({ backends: { a: 1 } }, 300)).toBe(5);
  expect(requestsFor({ backends: { a: 0.95, b: 0.05 } }, 100)).toBe(149);
  expect(requestsFor({ backends: { a: 0.99, b: 0.01 } }, 100)).toBe(757);
  expect(requestsFor({ backends: { a: 0.9999, b: 0.0001 } }, 100)).toBe(2000);
});
