/**
 * `npm run test:gateway`: a real Envoy with the configuration that Envoy Gateway makes of each lab's step, and servers in
 * place of the Services' pods. `verify` sends it the step's requests, as to a cluster.
 */
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checksOf } from "../../cli/verify/core/checks";
import type { RequestCheck } from "../../cli/verify/core/check-model";
import type { LivePod, LiveService } from "../../cli/verify/core/inventory";
import { requestOften } from "../../cli/verify/cluster/request-often";
import { verifyRequests, type RequestRun } from "../../cli/verify/run-requests";
import { realClock } from "../../cli/clock";
import { labAt, type RequestClaim } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { siteFor } from "../../labs/prediction/requests";
import { facts } from "../support/facts";
import { buildEgctl, removeFolder, translateAll } from "./egctl";
import { fetchEnvoy, runEnvoy, type RunningEnvoy } from "./envoy";
import { atGateway, givenAt, steps } from "./lab-steps";

let tls: { certificate: string; key: string };
const servers: Server[] = [];
let envoy: RunningEnvoy | undefined;

beforeAll(() => {
  buildEgctl();
  fetchEnvoy();
  tls = selfSigned();
}, 3_600_000);
afterEach(async () => {
  await envoy?.stop();
  envoy = undefined;
  for (const s of servers.splice(0)) {
    s.closeAllConnections();
    s.close();
  }
});
afterAll(removeFolder);

/** For every name of the labs under localhost. */
function selfSigned(): { certificate: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  const names = ["store", "wear", "watch", "critical", "shop", "shop-next", "game-2048", "books", "old-shop"];
  const alt = `subjectAltName=${names.map((n) => `DNS:${n}.localhost`).join(",")}`;
  const files = { certificate: join(folder, "c.pem"), key: join(folder, "k.pem") };
  const out = ["-keyout", files.key, "-out", files.certificate];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=labs",
      "-addext",
      alt,
      ...out,
    ],
    { stdio: "ignore" },
  );
  return { certificate: readFileSync(files.certificate, "utf8"), key: readFileSync(files.key, "utf8") };
}

/** A server for each Service: it answers with the name of its pod, and the path that it saw. */
async function backend(name: string): Promise<number> {
  const server = createServer((req, res) => res.end(`${name}-pod ${req.url ?? ""}`));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

test.each(steps)(
  "%s",
  async (title, lab, step) => {
    const at = atGateway(lab, step);
    const { context } = at;
    const { given } = givenAt(at);
    const services: LiveService[] = [];
    const pods: LivePod[] = [];
    const ports = new Map<string, number>();
    for (const { metadata } of labAt(at).objects.filter((o) => o.kind === "Service")) {
      const { name, namespace = "" } = metadata;
      const labels = { serves: `${namespace}/${name}` };
      services.push({
        namespace,
        name,
        type: "ClusterIP",
        clusterIPs: [],
        selector: labels,
        ports: [],
        onlyLocal: false,
        loadBalancer: [],
      });
      pods.push({
        namespace,
        name: `${namespace}-${name}-pod`,
        ips: [],
        node: "",
        ready: true,
        labels,
        annotations: {},
        serviceAccount: "",
        hostNetwork: false,
        tolerations: [],
        imagePullSecrets: [],
      });
      ports.set(`${namespace}/${name}`, await backend(`${namespace}-${name}`));
    }
    const running = (envoy = await runEnvoy(await translateAll(`real ${title}`, given), ports, tls));
    const site = context.ingress;
    const all = checksOf({ facts, ...(site === undefined ? {} : { ingress: { site } }), labs: [at] });
    const asked = (c: RequestCheck): string => {
      const { gateway } = siteFor(context, c);
      return `${gateway?.namespace ?? ""}/${gateway?.name ?? ""} ${c.scheme}`;
    };
    const checks = all.filter(
      (c): c is RequestCheck => c.kind === "request" && siteFor(context, c).kind === "gateway",
    );
    const run: RequestRun = {
      entry: (c) => {
        const port = running.ports.get(asked(c));
        return port === undefined ? { why: `no listener ${asked(c)}` } : { host: "127.0.0.1", port };
      },
      trust: { own: new X509Certificate(tls.certificate).fingerprint256 },
      timeoutMs: 5000,
      requests: 300,
      parallel: 4,
      settleMs: 0,
      clock: realClock,
      say: () => undefined,
    };
    const results = await verifyRequests(checks, services, () => Promise.resolve(pods), run);
    expect(results.filter((r) => r.status !== "pass").map((r) => `${r.check.id}: ${r.detail}`)).toEqual([]);
    const claims = claimsOf(at).filter(
      (c): c is RequestClaim => c.kind === "request" && siteFor(context, c).kind === "gateway",
    );
    expect(results.length > 0).toBe(claims.length > 0);
    for (const claim of claims.filter((c) => c.seen !== undefined)) {
      const check = checks.find((c) => c.path === claim.path && c.gateway === claim.gateway)!;
      const entryPort = running.ports.get(asked(check))!;
      const options = { entry: "127.0.0.1", entryPort, timeoutMs: 5000, parallel: 1 };
      const [answer] = await requestOften(check, 1, options);
      expect(answer?.body).toMatch(new RegExp(`-pod ${claim.seen?.replace(/[?.]/g, "\\$&") ?? ""}$`));
    }
    // The judge can say no.
    const [first] = checks.filter((c) => c.backends !== undefined);
    if (first !== undefined) {
      const wrong = { ...first, backends: { "nobody/else": 1 } };
      const [no] = await verifyRequests([wrong], services, () => Promise.resolve(pods), run);
      expect(no?.status).toBe("fail");
    }
  },
  120_000,
);
