import type { Problem } from "../../../kube/problems";
import { KIND_RELEASE, versionSet } from "../../versions";
import { ebpfChecks } from "./ebpf-checks";
import { checkRanges } from "./range-checks";
import { tunnelChecks } from "./tunnel-checks";
import type { EngineFacts, MachineFacts, MachineJudgement, WantedCluster } from "../machine-facts";

const GIB = 2 ** 30;
/** Estimates: what a node needs to run at all, without what a learner adds. */
const MEMORY = {
  controlPlane: 1 * GIB,
  worker: 0.5 * GIB,
  // The kernel counts eBPF tables as Calico's: its own tests on kind had to give 1 GiB instead of 0.5 (values-bpf.yaml).
  ebpf: 0.5 * GIB,
};
/** The node image once, and in each node the images of Calico and of a lab. */
const DISK = { image: 1 * GIB, node: 1.5 * GIB };
/** The kubelets of three nodes did not start with Ubuntu's default of 128 instances; kind names 8192 watches as too few. */
const INOTIFY = { instances: 64, watches: 4096 };

/** Judges a machine by its facts: clusters that are there already are counted, and not judged. */
export function judgeMachine(facts: MachineFacts, wanted: readonly WantedCluster[]): MachineJudgement {
  const problems: Problem[] = [];
  const notes: string[] = [];
  if (wanted.length === 0) return { problems, notes };
  const out = { problems, notes };
  const { engine } = facts;
  const foreign = foreignEngine(facts);
  // Nothing that is said of another engine holds for the one that is needed.
  if (foreign !== undefined) return { problems: [foreign], notes };
  if (engine === undefined) notes.push("not known: what Docker's engine is like, as it did not say");
  else {
    cgroups(engine, wanted, out);
    rootless(engine, facts, wanted, out);
  }
  windows(facts, wanted, out);
  kindVersion(facts, wanted, out);
  inotify(facts, wanted, out);
  for (const cluster of wanted) checkRanges(facts, cluster, wanted.length > 1, out);
  ipv6(facts, wanted, out);
  ebpfChecks(facts, wanted, out);
  tunnelChecks(facts, wanted, out);
  memory(facts, wanted, out);
  disk(facts, wanted, out);
  return out;
}

/** Everything beside a cluster (its network, host1, the load balancers, what is cleaned up) is asked of docker. */
function foreignEngine({ provider, engine }: MachineFacts): Problem | undefined {
  const fix =
    "use Docker Engine, Docker Desktop, Colima or Rancher Desktop (dockerd), and unset KIND_EXPERIMENTAL_PROVIDER";
  if (provider !== undefined && provider !== "docker")
    return {
      path: "KIND_EXPERIMENTAL_PROVIDER",
      value: provider,
      message: "this project makes and cleans up networks and containers with Docker only",
      fix,
    };
  if (engine?.podman === true)
    return {
      path: "docker",
      value: "Podman",
      message: "answers in Docker's place; kind and this project's containers were not made to work on it",
      fix,
    };
  return undefined;
}

function cgroups({ cgroup }: EngineFacts, wanted: readonly WantedCluster[], out: MachineJudgement): void {
  const strict = wanted.filter((w) => minorOf(w.kubernetes) >= 35);
  if (strict.length === 0) return;
  if (cgroup === undefined)
    out.notes.push("not known: the engine's cgroup version; Kubernetes 1.35 and newer need 2");
  if (cgroup === "1")
    out.problems.push({
      path: "docker",
      value: "cgroup v1",
      message: `the kubelet of Kubernetes ${strict[0]?.kubernetes ?? ""} does not start under it`,
      fix: "Linux: boot with systemd.unified_cgroup_hierarchy=1; WSL2: kernelCommandLine = cgroup_no_v1=all in .wslconfig; Docker Desktop, Colima: a newer one",
    });
}

function rootless(
  engine: EngineFacts,
  { unprivilegedPorts }: MachineFacts,
  wanted: readonly WantedCluster[],
  out: MachineJudgement,
): void {
  if (!engine.rootless) return;
  if (!engine.limits)
    out.problems.push({
      path: "docker",
      value: "rootless",
      message: "may not limit memory, CPU and processes, and kind refuses that",
      fix: "delegate them: Delegate=yes for user@.service, https://kind.sigs.k8s.io/docs/user/rootless/",
    });
  const low = [...new Set(wanted.flatMap((w) => w.hostPorts.map((p) => p.hostPort)))].filter((p) => p < 1024);
  if (low.length === 0) return;
  if (unprivilegedPorts === undefined) {
    out.notes.push(`not known: whether rootless Docker may open the ports ${low.join(", ")}`);
    return;
  }
  const closed = low.filter((p) => p < unprivilegedPorts);
  if (closed.length > 0)
    out.problems.push({
      path: "kind.portMappings",
      value: closed.join(", "),
      message: `rootless Docker opens ports from ${unprivilegedPorts} only`,
      fix: `sudo sysctl net.ipv4.ip_unprivileged_port_start=${Math.min(...closed)}, or map other host ports`,
    });
}

/** What stands beside the nodes is made by commands of a POSIX shell. */
function windows(facts: MachineFacts, wanted: readonly WantedCluster[], out: MachineJudgement): void {
  for (const [path, beside] of [
    ["kind.network", wanted.some((w) => w.network !== undefined)],
    ["kind.loadBalancer", wanted.some((w) => w.balanced === true)],
  ] as const)
    if (facts.windows === true && beside)
      out.problems.push({
        path,
        message:
          "containers beside the nodes cannot be made from Windows itself: their commands are of another shell",
        fix: "run the project in WSL2, or do without (kind.loadBalancer false; labs that need no kind.network)",
      });
}

function kindVersion({ kind }: MachineFacts, wanted: readonly WantedCluster[], out: MachineJudgement): void {
  const get = `install kind v${KIND_RELEASE}: https://kind.sigs.k8s.io/docs/user/quick-start/#installation`;
  if (kind === undefined) {
    out.notes.push(`not known: the version of kind; the node images were made for v${KIND_RELEASE}`);
    return;
  }
  const minors = [...new Set(wanted.map((w) => w.kubernetes))];
  const refused = minors.filter((k) => isOlder(kind, versionSet(k)?.kindSince ?? "0"));
  for (const kubernetes of refused)
    out.problems.push({
      path: "kind",
      value: `v${kind}`,
      message: `makes no nodes of Kubernetes ${kubernetes}: kind does since v${versionSet(kubernetes)?.kindSince ?? ""}`,
      fix: get,
    });
  if (refused.length === 0 && isOlder(kind, KIND_RELEASE))
    out.notes.push(`kind v${kind} is older than v${KIND_RELEASE}, which the node images were made for`);
}

/** kind makes its network with IPv6 where Docker can; one that was made without stays so. */
function ipv6(facts: MachineFacts, wanted: readonly WantedCluster[], out: MachineJudgement): void {
  if (!wanted.some((w) => w.ipv6)) return;
  const shared = facts.networks.find((n) => n.name === "kind");
  if (facts.ipv6 === false)
    out.problems.push({
      path: "kind.ipFamily",
      message: "this machine's kernel has IPv6 turned off",
      fix: "sudo sysctl net.ipv6.conf.all.disable_ipv6=0, and no ipv6.disable=1 at boot; or kind.ipFamily ipv4",
    });
  else if (facts.ipv6 === undefined) out.notes.push("not known: whether the engine's kernel has IPv6");
  if (shared !== undefined && !shared.subnets.some((s) => s.includes(":")))
    out.problems.push({
      path: "kind.ipFamily",
      message: "docker network kind was made without IPv6",
      fix: "with no kind cluster left, docker network rm kind: kind makes it again; or kind.ipFamily ipv4",
    });
}

function inotify(facts: MachineFacts, wanted: readonly WantedCluster[], out: MachineJudgement): void {
  const nodes = facts.nodes + count(wanted);
  if (facts.inotify === undefined) {
    out.notes.push(
      `not known: the inotify limits where ${facts.engine?.system ?? "Docker"} runs; ${nodes} nodes need max_user_instances ${nodes * INOTIFY.instances}`,
    );
    return;
  }
  const { instances, watches } = facts.inotify;
  const [least, leastWatches] = [nodes * INOTIFY.instances, nodes * INOTIFY.watches];
  if (instances >= least && watches >= leastWatches) return;
  const set = `fs.inotify.max_user_instances=${Math.max(512, least)} fs.inotify.max_user_watches=${Math.max(524288, leastWatches)}`;
  const node = wanted[0]?.image ?? "";
  out.problems.push({
    path: "fs.inotify",
    value: `max_user_instances ${instances}, max_user_watches ${watches}`,
    message: `${nodes} nodes need about ${least} and ${leastWatches}: kubelets that get fewer say "too many open files" and do not start`,
    fix:
      facts.engine?.here === true
        ? `sudo sysctl ${set}`
        : `docker run --rm --privileged --entrypoint sysctl ${node} -w ${set}`,
  });
}

function memory(
  { engine, nodes }: MachineFacts,
  wanted: readonly WantedCluster[],
  out: MachineJudgement,
): void {
  const needed =
    wanted.reduce(
      (sum, w) =>
        sum +
        MEMORY.controlPlane +
        (w.nodes - 1) * MEMORY.worker +
        (w.ebpf === true ? w.nodes * MEMORY.ebpf : 0),
      0,
    ) +
    nodes * MEMORY.worker;
  if (engine?.memory === undefined) {
    if (engine !== undefined)
      out.notes.push(`not known: the engine's memory; about ${gib(needed)} are needed`);
  } else if (engine.memory < needed)
    out.problems.push({
      path: "docker",
      value: `${gib(engine.memory)} of memory`,
      message: `${clusters(wanted, nodes)} about ${gib(needed)}`,
      fix: engine.here
        ? "fewer workers (kind.workers; sizes of a class), or a larger machine"
        : "give Docker's virtual machine more memory, or make fewer workers (kind.workers; sizes of a class)",
    });
}

function disk(facts: MachineFacts, wanted: readonly WantedCluster[], out: MachineJudgement): void {
  const needed = DISK.image + count(wanted) * DISK.node;
  if (facts.freeDisk === undefined) {
    if (facts.engine !== undefined)
      out.notes.push(
        `not known: the free disk where ${facts.engine.system} runs; about ${gib(needed)} are needed`,
      );
  } else if (facts.freeDisk < needed)
    out.problems.push({
      path: "docker",
      value: `${gib(facts.freeDisk)} of disk`,
      message: `${clusters(wanted, 0)} about ${gib(needed)}`,
      fix: "docker system prune frees what nothing uses; or fewer workers",
    });
}

function clusters(wanted: readonly WantedCluster[], nodes: number): string {
  const beside = nodes === 0 ? "" : `, beside ${nodes} nodes that run already,`;
  const what = wanted.length === 1 ? "the cluster" : `${wanted.length} clusters`;
  return `${what} of ${count(wanted)} nodes${beside} ${wanted.length === 1 ? "needs" : "need"}`;
}

const count = (wanted: readonly WantedCluster[]): number => wanted.reduce((sum, w) => sum + w.nodes, 0);
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
const minorOf = (kubernetes: string): number => Number(kubernetes.split(".")[1]);

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((v) => v.split(".").map(Number));
  const at = [0, 1, 2].find((i) => (a?.[i] ?? 0) !== (b?.[i] ?? 0));
  return at !== undefined && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}
