import type { MachineFacts, MachineJudgement, Tunnel, WantedCluster } from "../machine-facts";

/** Whether the kernel of the containers has the modules that pools, the CNI or a lab ask for, now or at a later step. */
export function tunnelChecks(
  { engine, tunnels }: MachineFacts,
  wanted: readonly WantedCluster[],
  out: MachineJudgement,
): void {
  const asked = [...new Set(wanted.flatMap((w) => w.tunnels ?? []))].sort();
  if (asked.length === 0 || engine === undefined) return;
  if (tunnels === undefined) {
    out.notes.push(
      `not known: whether the kernel where Docker runs has ${asked.join(" and ")}, which pools, the CNI or labs ask for`,
    );
    return;
  }
  for (const tunnel of asked.filter((t) => !tunnels[t])) {
    const [message, way] = REASONS[tunnel] ?? OF_POOLS;
    out.problems.push({
      path: "docker",
      value: `no module ${tunnel}`,
      message,
      fix: `install the kernel's further modules (Ubuntu: linux-modules-extra-$(uname -r)), or ${way}`,
    });
  }
}

const OF_POOLS = [
  "the kernel cannot make the tunnels that a pool asks for",
  "use another encapsulation (calico.pools)",
] as const;
/** A macvlan network without a parent is made of a dummy. */
const OF_NETWORKS = [
  "the kernel cannot make the Docker network that a lab asks for",
  "leave the lab out",
] as const;
const OF_WEAVE = ["Weave Net's policy controller needs it", "remove kind.cni"] as const;
const REASONS: Partial<Record<Tunnel, readonly [string, string]>> = {
  macvlan: OF_NETWORKS,
  dummy: OF_NETWORKS,
  xt_set: OF_WEAVE,
  br_netfilter: OF_WEAVE,
};
