import { execFile } from "node:child_process";
import { createServer, type Server } from "node:net";
import { promisify } from "node:util";
import { compareFlow } from "../../../cli/verify/core/compare-flow";
import type { FlowCheck } from "../../../cli/verify/core/check-model";
import { tryHere } from "../../../cli/verify/cluster/try-here";
import { parseProbes, script } from "../../../cli/verify/core/probe-script";
import { requestWords, webAnswer } from "../../../cli/verify/core/web-probe";

const run = promisify(execFile);
const RBAC = "HTTP/1.1 403 Forbidden\r\ncontent-length: 19\r\nserver: envoy\r\n\r\nRBAC: access denied";
let server: Server;
let port = 0;
const heard: string[] = [];

/** Answers by path; like Envoy it takes a client that closes its half for one that is gone. */
beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("end", () => socket.destroy());
    socket.on("data", (data) => {
      const text = data.toString();
      heard.push(text);
      const path = text.split(" ")[1] ?? "";
      const answer: Record<string, string> = {
        "/refused": RBAC,
        "/silent": "",
        "/ok?a=1&b=2": "HTTP/1.1 200 OK\r\n\r\nfine\nbody",
      };
      setTimeout(() => socket.end(answer[path] ?? ""), 50);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => server.close());

const probe = (id: string, method: string, path: string) => ({
  id,
  protocol: "TCP" as const,
  target: { address: "127.0.0.1", port, host: "api.shop" },
  http: { method, path },
});

test("the shell's request arrives whole, and its answer is read", async () => {
  const probes = [
    probe("a", "DELETE", "/ok?a=1&b=2"),
    probe("b", "GET", "/refused"),
    probe("c", "GET", "/silent"),
  ];
  const { stdout } = await run("sh", ["-c", script(probes, 1)]);
  expect(Object.fromEntries(parseProbes(stdout, probes))).toEqual({
    a: { saw: "open", detail: `127.0.0.1:${port}: answered 200` },
    b: {
      saw: "closed",
      by: "proxy",
      detail: `127.0.0.1:${port}: 403 RBAC: access denied, by the mesh's proxy`,
    },
    c: { saw: "closed", detail: `127.0.0.1:${port}: accepted, and no answer` },
  });
  const sent = heard.find((t) => t.startsWith("DELETE"));
  expect(sent).toContain("DELETE /ok?a=1&b=2 HTTP/1.1\r\n");
  expect(sent).toContain(`Host: api.shop:${port}\r\n`);
});

test("this machine sends it too", async () => {
  const target = { address: "127.0.0.1", port };
  expect(await tryHere(target, 2, undefined, { method: "GET", path: "/refused" })).toMatchObject({
    saw: "closed",
    by: "proxy",
  });
  expect(await tryHere(target, 2, undefined, { method: "GET", path: "/ok?a=1&b=2" })).toMatchObject({
    saw: "open",
  });
});

test.each([
  ["nc: 10.0.0.1 (10.0.0.1:80): Connection timed out", "closed", "network"],
  ["nc: 10.0.0.1 (10.0.0.1:80) open", "closed", undefined],
  ["HTTP/1.1 403 Forbidden\r content-length: 0\r \r ", "closed", "proxy"],
  ["HTTP/1.1 403 Forbidden\r \r you are not logged in", "open", undefined],
  ["HTTP/1.1 404 Not Found\r \r ", "open", undefined],
  [
    "HTTP/1.1 503 x\r \r upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
    "closed",
    "network",
  ],
  [
    "HTTP/1.1 503 x\r \r upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    "closed",
    undefined,
  ],
  ["HTTP/1.1 503 Service Unavailable\r \r closed for lunch", "open", undefined],
  ["read: Connection reset by peer", "closed", "proxy"],
  ["nc: Connection refused", "unclear", undefined],
  ["", "unclear", undefined],
])("%j is %s by %s", (message, saw, by) => {
  expect(webAnswer(message)).toMatchObject({ saw, ...(by === undefined ? {} : { by }) });
});

test("nothing that a shell could run goes into a script", () => {
  for (const path of ["/a'b", "/a b", "/`x`", "a", "/a\nb", '/"'])
    expect(() => requestWords({ method: "GET", path }, { address: "10.0.0.1", port: 80 })).toThrow(
      /no request/,
    );
  expect(() => requestWords({ method: "get", path: "/" }, { address: "10.0.0.1", port: 80 })).toThrow();
});

test("closed by another hand than the objects say is no pass", () => {
  const decision = { verdict: "deny" as const, tier: "default", policy: "x/p", rule: 0, reason: "rule 0" };
  const check: FlowCheck = {
    kind: "flow",
    id: "a",
    lab: "mesh",
    step: "1 a",
    reason: "",
    from: "x/a",
    to: "x/b",
    port: 80,
    http: { method: "GET", path: "/" },
    verdict: "deny",
    predicted: { verdict: "deny", egress: { ...decision, verdict: "allow" }, ingress: decision },
  };
  const seen = { saw: "closed", by: "proxy", detail: "403" } as const;
  expect(compareFlow(check, [seen])).toMatchObject({
    status: "fail",
    detail: "403; closed by the proxy, and it should be the network",
  });
  const proxied = {
    ...check,
    predicted: { ...check.predicted!, ingress: { ...decision, at: "proxy" as const } },
  };
  expect(compareFlow(proxied, [seen]).status).toBe("pass");
});
