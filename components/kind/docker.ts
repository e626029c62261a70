import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BALANCED_LABEL, BALANCER_LABEL, MACHINE_LABEL, type MachineObject } from "./machine-objects";

const execute = promisify(execFile);

export interface CallOptions {
  /** @default that of this process */
  env?: NodeJS.ProcessEnv;
  /** Milliseconds. @default 60 s */
  timeout?: number;
  signal?: AbortSignal;
}

/**
 * Calls Docker's or kind's own client: this module is the only one that does, beside the commands of the stack itself.
 * @throws what `execFile` throws: with `code`, `stdout` and `stderr`
 */
async function call(file: "docker" | "kind", args: readonly string[], options: CallOptions): Promise<string> {
  const { env = process.env, timeout = 60_000, signal } = options;
  const { stdout } = await execute(file, [...args], {
    env,
    timeout,
    maxBuffer: 16 * 2 ** 20,
    ...(signal === undefined ? {} : { signal }),
  });
  return stdout;
}

const lines = (text: string): string[] => text.split("\n").filter((l) => l !== "");

/** Names of the kind clusters on this machine. kind is asked, for it may drive something else than Docker. */
export async function kindClusters(options: CallOptions = {}): Promise<string[]> {
  try {
    return lines(await call("kind", ["get", "clusters"], options));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error("kind is not on the PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation");
  }
}

/** Version of the kind program, as `0.33.0`; undefined where it says none. */
export async function kindVersion(options: CallOptions = {}): Promise<string | undefined> {
  return /\bv(\d+\.\d+\.\d+)/.exec(await call("kind", ["version"], options))?.[1];
}

/** What the engine says of itself, as JSON, and the names of its components. */
export async function dockerInfo(
  options: CallOptions = {},
): Promise<{ info: unknown; components: readonly string[] }> {
  const ask = (...args: string[]): Promise<string> => call("docker", args, options);
  const [info, names] = await Promise.all([
    ask("info", "--format", "{{json .}}"),
    ask("version", "--format", "{{range .Server.Components}}{{.Name}}\n{{end}}").catch(() => ""),
  ]);
  return { info: JSON.parse(info) as unknown, components: lines(names) };
}

/** What a script prints in a container of an image that is there; undefined where it is not, or the script fails. */
export async function runImage(
  image: string,
  script: string,
  options: CallOptions = {},
): Promise<string | undefined> {
  try {
    await call("docker", ["image", "inspect", "--format", "{{.Id}}", image], options);
    return await call("docker", ["run", "--rm", "--entrypoint", "sh", image, "-c", script], options);
  } catch {
    return undefined;
  }
}

/** kind's own kubeconfig for a cluster. */
export function kindKubeconfig(cluster: string, options: CallOptions = {}): Promise<string> {
  return call("kind", ["get", "kubeconfig", "--name", cluster], options);
}

/** Port of this machine at which a kind cluster's API server answers; undefined where that is not known. */
export async function kindApiPort(cluster: string, options: CallOptions = {}): Promise<number | undefined> {
  // What was asked for, so that it is known of a half-made or stopped node too.
  const asked = '{{(index (index .HostConfig.PortBindings "6443/tcp") 0).HostPort}}';
  const node = ["inspect", "--format", asked, `${cluster}-control-plane`];
  const said = await call("docker", node, options).catch(() => "");
  if (/^\d+$/.test(said.trim())) return Number(said);
  // kind may drive something else than Docker.
  const kubeconfig = await kindKubeconfig(cluster, options).catch(() => "");
  const port = /^\s*server: https:\/\/[^\s/]*:(\d+)\s*$/m.exec(kubeconfig)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** Those of the objects that this machine has. */
export async function onMachine(
  objects: readonly MachineObject[],
  options: CallOptions = {},
): Promise<MachineObject[]> {
  const clusters = objects.some((o) => o.kind === "cluster") ? await kindClusters(options) : [];
  const { containers, networks } = objects.some((o) => o.kind !== "cluster")
    ? await dockerView(options)
    : { containers: [], networks: [] };
  const names = {
    cluster: clusters,
    "load-balancer": containers.flatMap((c) => c.balances ?? []),
    container: containers.map((c) => c.name),
    network: networks.map((n) => n.name),
  };
  return objects.filter((o) => names[o.kind].includes(o.name));
}

/** Removes an object from this machine; one that is gone is no error. */
export async function removeFromMachine(
  { kind, name }: MachineObject,
  options: CallOptions = {},
): Promise<void> {
  if (kind === "cluster") {
    await call("kind", ["delete", "cluster", "--name", name], { timeout: 300_000, ...options });
    return;
  }
  if (kind === "load-balancer") {
    for (const label of [BALANCER_LABEL, BALANCED_LABEL]) {
      const filter = ["--filter", `label=${label}=${name}`];
      const ids = lines(await call("docker", ["ps", "--all", "--quiet", ...filter], options));
      if (ids.length > 0) await call("docker", ["rm", "--force", ...ids], options);
    }
    return;
  }
  try {
    await call("docker", kind === "network" ? ["network", "rm", name] : ["rm", "--force", name], options);
  } catch (error) {
    if (!/no such|not found/i.test(String((error as { stderr?: unknown }).stderr))) throw error;
  }
}

/**
 * Runs a script in a running container.
 * @returns what it printed, and why its end is not known to be good
 */
export async function inContainer(
  container: string,
  script: string,
  options: CallOptions & { timeout: number },
): Promise<{ stdout: string; broken?: string }> {
  try {
    return { stdout: await call("docker", ["exec", container, "sh", "-c", script], options) };
  } catch (error) {
    const {
      message,
      stdout = "",
      stderr = "",
      killed,
    } = error as Error &
      Partial<Record<"stdout" | "stderr", string>> & {
        killed?: boolean;
      };
    if (killed === true) return { stdout, broken: `no end in ${options.timeout / 1000} s` };
    return { stdout, broken: lines(stderr)[0] ?? `docker: ${message}` };
  }
}

/** A container's IPv4 address, on a network that another is on too where there is one; undefined where it has none of its own. */
export async function containerAddress(
  container: string,
  from: string,
  options: CallOptions = {},
): Promise<string | undefined> {
  const asked = ["inspect", "--format", "{{json .NetworkSettings.Networks}}", container, from];
  const [to = {}, own = {}] = lines(await call("docker", asked, options)).map(
    (line) => JSON.parse(line) as Record<string, { IPAddress: string }>,
  );
  const there = Object.entries(to).filter(([, { IPAddress }]) => IPAddress !== "");
  return (there.find(([network]) => network in own) ?? there[0])?.[1].IPAddress;
}

/** Where on this machine a container's TCP port is published; undefined where it is not. */
export async function publishedAt(
  container: string,
  port: number,
  options: CallOptions = {},
): Promise<{ address: string; port: number } | undefined> {
  const format = "{{json .NetworkSettings.Ports}}";
  const said = await call("docker", ["inspect", "--format", format, container], options);
  const ports = JSON.parse(said) as Record<string, { HostIp: string; HostPort: string }[] | null> | null;
  const [first] = ports?.[`${port}/tcp`] ?? [];
  return first === undefined ? undefined : { address: first.HostIp, port: Number(first.HostPort) };
}

/** What is on a Docker engine and would be in a new cluster's way. */
export interface DockerView {
  containers: readonly {
    name: string;
    /** Cluster whose node it is; else empty. */
    cluster: string;
    /** Cluster whose load balancers it makes, or is one of. */
    balances?: string;
    ports: readonly PublishedPort[];
  }[];
  networks: readonly { name: string; subnets: readonly string[] }[];
}

export interface PublishedPort {
  address: string;
  port: number;
  protocol: string;
}

/** IPv4 networks and published ports; empty where docker does not answer: that is reported by another check. */
export async function dockerView(options: CallOptions = {}): Promise<DockerView> {
  const ask = (...args: string[]): Promise<string[]> =>
    call("docker", args, { timeout: 20_000, ...options }).then(lines, () => []);
  const balances = [BALANCER_LABEL, BALANCED_LABEL].map((l) => `{{.Label "${l}"}}`).join("");
  const format = `{{.Names}}\t{{.Label "io.x-k8s.kind.cluster"}}\t{{.Ports}}\t${balances}`;
  const [running, names] = await Promise.all([
    ask("ps", "--all", "--format", format),
    ask("network", "ls", "--format", "{{.Name}}"),
  ]);
  const containers = running.map((line) => {
    const [name = "", cluster = "", ports = "", balances = ""] = line.split("\t");
    return { name, cluster, ports: publishedPorts(ports), ...(balances === "" ? {} : { balances }) };
  });
  const subnets = "{{.Name}}\t{{range .IPAM.Config}}{{.Subnet}} {{end}}";
  const found = names.length === 0 ? [] : await ask("network", "inspect", "--format", subnets, ...names);
  const networks = found.map((line) => {
    const [name = "", list = ""] = line.split("\t");
    return { name, subnets: list.split(" ").filter((s) => /^[0-9a-f.:]+\/[0-9]+$/i.test(s)) };
  });
  return { containers, networks };
}

/** Something on a Docker engine that kind or this project has labelled. */
export interface MarkedObject {
  kind: "container" | "network";
  name: string;
  /** The kind cluster whose node it is. */
  kindCluster?: string;
  /** The cluster beside which this project made it. */
  label?: string;
  /** ISO time. */
  made?: string;
}

/** Nodes of kind, and what this project's label is on. @throws where docker does not answer */
export async function markedOnDocker(options: CallOptions = {}): Promise<MarkedObject[]> {
  const ask = (...args: string[]) => call("docker", args, { timeout: 20_000, ...options }).then(lines);
  const label = `{{.Label "${MACHINE_LABEL}"}}`;
  const containers = `{{.Names}}\t{{.CreatedAt}}\t${label}\t{{.Label "io.x-k8s.kind.cluster"}}`;
  const ps = await ask("ps", "--all", "--format", containers);
  const ls = await ask(
    "network",
    "ls",
    "--filter",
    `label=${MACHINE_LABEL}`,
    "--format",
    `{{.Name}}\t{{.CreatedAt}}\t${label}`,
  );
  const read =
    (kind: MarkedObject["kind"]) =>
    (line: string): MarkedObject => {
      const [name = "", created = "", own = "", kindCluster = ""] = line.split("\t");
      // Go's own text of a moment: `2026-11-26 07:08:09.123456789 +0000 UTC`.
      const [, day = "", time = "", zone = ""] =
        /^(\S+) (\d+:\d+:\d+)(?:\.\d+)? ([+-]\d{4})/.exec(created) ?? [];
      const at = Date.parse(`${day}T${time}${zone}`);
      return {
        kind,
        name,
        ...(own === "" ? {} : { label: own }),
        ...(kindCluster === "" ? {} : { kindCluster }),
        ...(Number.isNaN(at) ? {} : { made: new Date(at).toISOString() }),
      };
    };
  return [...ps.map(read("container")), ...ls.map(read("network"))].filter(
    (m) => m.label !== undefined || m.kindCluster !== undefined,
  );
}

/** Docker's text: `127.0.0.1:30002->30002/tcp, [::]:8080-8081->80-81/tcp, 9000/tcp`. */
export function publishedPorts(text: string): PublishedPort[] {
  return [...text.matchAll(/(\S+):(\d+)(?:-(\d+))?->[^/]*\/(\w+)/g)].flatMap(
    ([, address = "", from = "", to = from, protocol = ""]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => ({
        address,
        port: Number(from) + i,
        protocol,
      })),
  );
}
