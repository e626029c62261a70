/**
 * `npm run test:gateway`: Envoy Gateway itself, built from its Go module, makes Envoy's routes of what `labs migrate`
 * writes; what they answer is held against the model of Gateway API. The first build takes ten minutes or more.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { answerText } from "../../routing/answer-text";
import { SERVICES, migrated, rows } from "../routing/migrate-cases";
import { edgeRows } from "../routing/migrate-edge-cases";
import { certificate, key } from "../components/tls/pem";
import { buildProgram } from "../support/apiserver/go-build";
import { cacheFolder } from "../support/cache-folder";
import { envoyAnswer, type RouteConfig } from "./envoy-routes";

const VERSION = "v1.9.1";
const egctl = join(cacheFolder(), `egctl-${VERSION}`);
const folder = mkdtempSync(join(tmpdir(), "egctl-"));
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const GIVEN = [
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: "c" },
    spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
  },
  ...["n/cert", "n/s", "gw/default"].map((id) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: id.split("/")[0], name: id.split("/")[1] },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(certificate), "tls.key": base64(key) },
  })),
  ...SERVICES,
];

interface Translated {
  xds: Record<string, { dynamicRouteConfigs?: { routeConfig: RouteConfig }[] }>;
}

beforeAll(() => {
  const module = "github.com/envoyproxy/gateway";
  if (!existsSync(egctl)) buildProgram({ module, version: VERSION, main: `${module}/cmd/egctl` }, egctl);
}, 3_600_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

// A preflight, TLS that goes through and the code of a slash are no matter of routes; egctl makes Services and ports that
// are missing.
const routed = [...rows, ...edgeRows].filter(
  ([what, , , , gateway]) =>
    gateway !== "status 200" &&
    !/^(TLS that goes|ssl-passthrough|the code of a slash|a Service that is not there|a port that takes UDP|without the primary's Service)/.test(
      what,
    ),
);

test.each(routed)(
  "%s",
  async (what, ingresses, text) => {
    const { objects, requests } = migrated(ingresses, text);
    const [asked] = requests;
    const file = join(folder, `${what.replace(/\W+/g, "-")}.yaml`);
    // egctl reads no labels of Namespaces, so that no selector would find one.
    const open = JSON.parse(
      JSON.stringify(objects).replaceAll('"from":"Selector"', '"from":"All"'),
    ) as object[];
    writeFileSync(
      file,
      [...GIVEN, ...open]
        .map((o) => stringify(o, { compat: "yaml-1.1", aliasDuplicateObjects: false }))
        .join("---\n"),
    );
    const { stdout } = await promisify(execFile)(
      egctl,
      [
        "x",
        "translate",
        "--from",
        "gateway-api",
        "--to",
        "xds",
        "-t",
        "route",
        "-o",
        "json",
        "--add-missing-resources",
        "-f",
        file,
      ],
      { maxBuffer: 2 ** 26 },
    );
    const { xds } = JSON.parse(stdout) as Translated;
    const configs = Object.values(xds).flatMap((x) =>
      (x.dynamicRouteConfigs ?? []).map((c) => c.routeConfig),
    );
    const url = (t: string): string => t.replace(/^(redirect https?:\/\/[^/]+)$/, "$1/");
    expect(url(envoyAnswer(configs, objects, asked!.request))).toBe(url(answerText(asked!.answers.gateway)));
  },
  60_000,
);
