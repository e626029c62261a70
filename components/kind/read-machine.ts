import { readFileSync, statfsSync } from "node:fs";
import { hostname, release } from "node:os";
import { z } from "zod";
import { addressAt } from "../../kube/ip";
import { dockerInfo, dockerView, kindVersion, runImage, type CallOptions } from "./docker";
import type { EngineFacts, MachineFacts } from "./machine-facts";

/**
 * Asks docker, kind and this machine's kernel. Docker in a virtual machine has a kernel of its own: what it alone knows
 * is read in a container of the node image, where that is there already; nothing is pulled to ask a question.
 */
export async function readMachine(image: string, options: CallOptions = {}): Promise<MachineFacts> {
  const env = options.env ?? process.env;
  const short = { timeout: 20_000, ...options };
  const [info, kind, view] = await Promise.all([
    dockerInfo(short).catch(() => undefined),
    kindVersion(short).catch(() => undefined),
    dockerView(short),
  ]);
  const engine = info === undefined ? undefined : engineFacts(info, env);
  const provider = env["KIND_EXPERIMENTAL_PROVIDER"];
  const routes = process.platform === "linux" ? attempt(() => routesIn(read("/proc/net/route"))) : undefined;
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(kind === undefined ? {} : { kind }),
    ...(provider === undefined ? {} : { provider }),
    ...(routes === undefined ? {} : { routes }),
    ...(engine === undefined ? {} : engine.here ? ofThisKernel(engine) : await ofItsKernel(image, short)),
    windows: process.platform === "win32",
    networks: view.networks,
    nodes: view.containers.filter((c) => c.cluster !== "").length,
  };
}

const dockerSays = z.object({
  OperatingSystem: z.string().optional(),
  CgroupVersion: z.string().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
  MemTotal: z.number().optional(),
  MemoryLimit: z.boolean().optional(),
  PidsLimit: z.boolean().optional(),
  CPUShares: z.boolean().optional(),
  DockerRootDir: z.string().optional(),
  Name: z.string().optional(),
  KernelVersion: z.string().optional(),
});
/** `docker` may be podman's own command. */
const podmanSays = z.object({
  host: z.object({
    cgroupVersion: z.string().optional(),
    security: z.object({ rootless: z.boolean().optional() }).optional(),
  }),
});

/** From `docker info`, and the names of the server's components. */
export function engineFacts(
  { info, components }: { info: unknown; components: readonly string[] },
  env: NodeJS.ProcessEnv,
  self = { host: hostname(), kernel: release(), platform: process.platform },
): EngineFacts | undefined {
  const byPodman = podmanSays.safeParse(info).data;
  if (byPodman !== undefined)
    return {
      system: "Podman",
      podman: true,
      rootless: byPodman.host.security?.rootless === true,
      limits: true,
      here: true,
    };
  const said = dockerSays.safeParse(info).data;
  if (said === undefined) return undefined;
  const rootless = said.SecurityOptions?.some((o) => o.split(",").includes("name=rootless")) === true;
  const remote = /^(tcp|ssh|https?):/.test(env["DOCKER_HOST"] ?? "");
  return {
    system: said.OperatingSystem ?? "an unknown system",
    podman: components.some((c) => /podman/i.test(c)),
    ...(said.KernelVersion === undefined ? {} : { kernel: said.KernelVersion }),
    ...(said.CgroupVersion === "1" || said.CgroupVersion === "2" ? { cgroup: said.CgroupVersion } : {}),
    rootless,
    limits: [said.MemoryLimit, said.PidsLimit, said.CPUShares].every((l) => l !== false),
    ...(said.MemTotal === undefined || said.MemTotal === 0 ? {} : { memory: said.MemTotal }),
    here:
      !remote && self.platform === "linux" && said.Name === self.host && said.KernelVersion === self.kernel,
    ...(said.DockerRootDir === undefined ? {} : { root: said.DockerRootDir }),
  };
}

type KernelFacts = Pick<
  MachineFacts,
  "bpffs" | "tunnels" | "inotify" | "ipv6" | "unprivilegedPorts" | "freeDisk"
>;

function ofThisKernel({ root, kernel = release() }: EngineFacts): KernelFacts {
  const number = (file: string): number => whole(read(file));
  const unprivilegedPorts = attempt(() => number("/proc/sys/net/ipv4/ip_unprivileged_port_start"));
  const inotify = attempt(() => ({
    instances: number("/proc/sys/fs/inotify/max_user_instances"),
    watches: number("/proc/sys/fs/inotify/max_user_watches"),
  }));
  // Where the kernel has none at all the file is not there.
  const ipv6 = attempt(() => number("/proc/sys/net/ipv6/conf/all/disable_ipv6")) === 0;
  const bpffs = attempt(() => /\tbpf$/m.test(read("/proc/filesystems")));
  // kmod's lists of what is built in and what can be loaded (modules.builtin(5), modules.dep(5)).
  const modules = attempt(() =>
    ["builtin", "dep"].map((list) => read(`/lib/modules/${kernel}/modules.${list}`)).join("\n"),
  );
  const freeDisk = attempt(() => {
    const { bavail, bsize } = statfsSync(root ?? "");
    return bavail * bsize;
  });
  return {
    ipv6,
    ...(bpffs === undefined ? {} : { bpffs }),
    ...(modules === undefined ? {} : { tunnels: tunnelsIn(modules) }),
    ...(inotify === undefined ? {} : { inotify }),
    ...(unprivilegedPorts === undefined ? {} : { unprivilegedPorts }),
    ...(freeDisk === undefined ? {} : { freeDisk }),
  };
}

/** From kmod's lists: paths as `kernel/drivers/net/vxlan/vxlan.ko.zst`. */
export function tunnelsIn(modules: string): NonNullable<MachineFacts["tunnels"]> {
  const has = (name: string): boolean => new RegExp(`/${name}\\.ko\\b`).test(modules);
  return {
    ipip: has("ipip"),
    vxlan: has("vxlan"),
    macvlan: has("macvlan"),
    dummy: has("dummy"),
    xt_set: has("xt_set"),
    br_netfilter: has("br_netfilter"),
  };
}

const ASK =
  "cd /proc/sys/fs/inotify && cat max_user_instances max_user_watches && df -Pk / | awk 'END { print $4 }' && " +
  "awk '$2 == \"bpf\" { n = 1 } END { print n + 0 }' /proc/filesystems";

/** Ports are not asked: a container has a first unprivileged port of its own. */
async function ofItsKernel(image: string, options: CallOptions): Promise<KernelFacts> {
  const said = await runImage(image, ASK, options);
  const [instances, watches, kilobytes, bpffs] = (said ?? "").split("\n").map((l) => attempt(() => whole(l)));
  return {
    ...(instances === undefined || watches === undefined ? {} : { inotify: { instances, watches } }),
    ...(bpffs === undefined ? {} : { bpffs: bpffs === 1 }),
    ...(kilobytes === undefined ? {} : { freeDisk: kilobytes * 1024 }),
  };
}

/** The kernel's table (proc(5)): addresses as hexadecimal words, in the byte order of the machine. */
export function routesIn(table: string): { cidr: string; device: string }[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [device = "", to = "", , , , , , mask = ""] = line.split("\t");
      if (!/^[0-9A-F]{8}$/i.test(to) || !/^[0-9A-F]{8}$/i.test(mask) || mask === "00000000") return [];
      const bits = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
      const address = [6, 4, 2, 0].map((i) => Number.parseInt(to.slice(i, i + 2), 16)).join(".");
      return [{ cidr: `${addressAt(`${address}/${bits}`, 0)}/${bits}`, device }];
    });
}

const read = (file: string): string => readFileSync(file, "utf8");

function whole(text: string): number {
  const value = text.trim();
  if (!/^\d+$/.test(value)) throw new Error(`no number: ${value}`);
  return Number(value);
}

function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
