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

type Json = Record<string, unknown>;

/** What Envoy Gateway gives to the Envoy of a Gateway. */
export interface EnvoyConfig {
  listeners: Json[];
  routes: ReadonlyMap<string, Json>;
  clusters: Json[];
  endpoints: ReadonlyMap<string, Json>;
}
/** By the Gateway's `namespace/name`. */
export type Configs = Readonly<Record<string, EnvoyConfig>>;

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
  const xds = (await translated(what, objects, "route")) as Record<
    string,
    { dynamicRouteConfigs?: { routeConfig: RouteConfig }[] }
  >;
  return Object.values(xds).flatMap((x) => (x.dynamicRouteConfigs ?? []).map((c) => c.routeConfig));
}

/** The same with everything that Envoy needs. */
export async function translateAll(what: string, objects: readonly object[]): Promise<Configs> {
  const xds = (await translated(what, objects, "all")) as Record<string, { configs: Json[] }>;
  const bare = ({ "@type": _, ...rest }: Json): Json => rest;
  return Object.fromEntries(
    Object.entries(xds).map(([gateway, { configs }]) => {
      const of = (list: string, ...path: string[]): Json[] =>
        configs
          .flatMap((c) => (c[list] as Json[] | undefined) ?? [])
          .map((c) => bare(path.reduce((at, key) => at[key] as Json, c)));
      const named = (all: Json[], key: string) => new Map(all.map((o) => [o[key] as string, o]));
      return [
        gateway,
        {
          listeners: of("dynamicListeners", "activeState", "listener"),
          routes: named(of("dynamicRouteConfigs", "routeConfig"), "name"),
          clusters: of("dynamicActiveClusters", "cluster"),
          endpoints: named(of("dynamicEndpointConfigs", "endpointConfig"), "clusterName"),
        },
      ];
    }),
  );
}

async function translated(
  what: string,
  objects: readonly object[],
  type: "route" | "all",
): Promise<Record<string, unknown>> {
  const file = join(folder, `${what.replace(/\W+/g, "-")}.yaml`);
  // egctl reads no labels of Namespaces, so that no selector would find one.
  const open = JSON.parse(
    JSON.stringify(objects).replaceAll('"from":"Selector"', '"from":"All"'),
  ) as KubeObject[];
  writeFileSync(
    file,
    open.map((o) => stringify(o, { compat: "yaml-1.1", aliasDuplicateObjects: false })).join("---\n"),
  );
  const options = ["--from", "gateway-api", "--to", "xds", "-t", type, "-o", "json"];
  const { stdout } = await promisify(execFile)(
    egctl,
    ["x", "translate", ...options, "--add-missing-resources", "-f", file],
    { maxBuffer: 2 ** 26 },
  );
  return (JSON.parse(stdout) as { xds: Record<string, unknown> }).xds;
}
