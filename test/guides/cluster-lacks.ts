import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { StackPlan } from "../../stacks/stack-plan";
import type { Lacks, Need } from "./lacks";

/** What the cluster of a stack lacks of this, by its plan and by what this machine has. */
export async function lacksOf(
  { stack, facts, target, calico, labs }: StackPlan,
  needed: ReadonlySet<Need>,
): Promise<Lacks> {
  const onKind = target.kind === "kind";
  const names = [...(facts.nodes ?? []).map((n) => n.name), ...[facts.outside?.container ?? []].flat()];
  const mapped = facts.hostPorts.map((p) => p.hostPort);
  const internet = needed.has("internet") && !(await reachesInternet());
  const ping = needed.has("ping") && !runs("ping", "-c", "1", "-W", "2", "1.1.1.1");
  const bare =
    facts.workers === 0 ? `stack ${stack} says that its cluster has no nodes (existing.workers)` : undefined;
  const plain: Partial<Record<Need, string | undefined>> = {
    kubelet: bare,
    controllers: bare,
    nodes: bare,
    internet: internet ? "this machine does not reach the internet" : undefined,
    ping: ping ? "no ping gets out of this machine" : undefined,
    operator:
      calico.install || labs.some((l) => l.lab.needs.bare)
        ? undefined
        : `stack ${stack} does not install Calico`,
    calicoCni: facts.cni.type === "calico" ? undefined : "Calico does not give pods their addresses here",
    kubeadm: onKind
      ? undefined
      : target.kind === "eks"
        ? "the control plane is AWS's"
        : "whether kubeadm made this cluster is not known",
    helm: needed.has("helm") && !runs("helm", "version") ? "helm is not on the PATH" : undefined,
    kernelLog: onKind && kernelLogs() ? undefined : "the kernel logs nothing for containers",
    wireguard: !onKind || hasWireguard() ? undefined : "this machine's kernel has no module wireguard",
    loadBalancer: facts.loadBalancer === "none" ? "nothing gives Services a load balancer here" : undefined,
    ingress: onKind && !mapped.includes(80) ? "port 80 of this machine does not lead to a node" : undefined,
  };
  return (need) => {
    const [, kind = "", what = ""] = /^(container|port|free port) (.+)$/.exec(need) ?? [];
    if (kind === "container")
      return names.includes(what) || (what.startsWith("$") && onKind)
        ? undefined
        : `no container ${what} on stack ${stack}${names.length === 0 ? "" : `; there are ${names.join(", ")}`}`;
    if (kind === "port")
      return mapped.includes(Number(what)) ? undefined : `port ${what} of this machine leads to no node`;
    if (kind === "free port")
      return mapped.includes(Number(what)) ? `port ${what} is the cluster's` : undefined;
    return plain[need];
  };
}

const reachesInternet = (): Promise<boolean> =>
  fetch("http://example.com", { signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );

const runs = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: "ignore", timeout: 10_000 }).status === 0;

function kernelLogs(): boolean {
  const file = "/proc/sys/net/netfilter/nf_log_all_netns";
  return existsSync(file) && readFileSync(file, "utf8").trim() === "1";
}

const hasWireguard = (): boolean =>
  existsSync("/sys/module/wireguard") || runs("modprobe", "-n", "wireguard");
