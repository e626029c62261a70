import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { KubeObject } from "../../kube/objects";
import { certificate, key } from "../components/tls/pem";
import { buildProgram } from "../support/apiserver/go-build";
import { cacheFolder } from "../support/cache-folder";
import type { RouteConfig } from "./envoy-routes";

const VERSION = "v1.9.1";
const egctl = join(cacheFolder(), `egctl-${VERSION}`);
const folder = mkdtempSync(join(tmpdir(), "egctl-"));
const base64 = (text: string): string => Buffer.from(text).toString("base64");

interface Translated {
  xds: Record<string, { dynamicRouteConfigs?: { routeConfig: RouteConfig }[] }>;
}

/** Envoy Gateway's own translator, from its Go module. The first build takes ten minutes or more. */
export function buildEgctl(): void {
  const module = "github.com/envoyproxy/gateway";
  if (!existsSync(egctl)) buildProgram({ module, version: VERSION, main: `${module}/cmd/egctl` }, egctl);
}

export const removeFolder = (): void => {
  rmSync(folder, { recursive: true, force: true });
};

export const gatewayClass = (name: string): object => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "GatewayClass",
  metadata: { name },
  spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
});

/** A Secret with a certificate. @param id `namespace/name` */
export const tlsSecret = (id: string): object => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace: id.split("/")[0], name: id.split("/")[1] },
  type: "kubernetes.io/tls",
  data: { "tls.crt": base64(certificate), "tls.key": base64(key) },
});

/** What Envoy Gateway gives to Envoy for these objects, as far as routes go. */
export async function translate(what: string, objects: readonly object[]): Promise<RouteConfig[]> {
  const file = join(folder, `${what.replace(/\W+/g, "-")}.yaml`);
  // egctl reads no labels of Namespaces, so that no selector would find one.
  const open = JSON.parse(
    JSON.stringify(objects).replaceAll('"from":"Selector"', '"from":"All"'),
  ) as KubeObject[];
  writeFileSync(
    file,
    open.map((o) => stringify(o, { compat: "yaml-1.1", aliasDuplicateObjects: false })).join("---\n"),
  );
  const options = ["--from", "gateway-api", "--to", "xds", "-t", "route", "-o", "json"];
  const { stdout } = await promisify(execFile)(
    egctl,
    ["x", "translate", ...options, "--add-missing-resources", "-f", file],
    { maxBuffer: 2 ** 26 },
  );
  const { xds } = JSON.parse(stdout) as Translated;
  return Object.values(xds).flatMap((x) => (x.dynamicRouteConfigs ?? []).map((c) => c.routeConfig));
}
