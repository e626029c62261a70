import type { MachineFacts, MachineJudgement, Tunnel, WantedCluster } from "../machine-facts";

/** Whether the kernel of the containers can make the tunnels that pools ask for, now or at a later step of a lab. */
export function tunnelChecks(
  { engine, tunnels }: MachineFacts,
  wanted: readonly WantedCluster[],
  out: MachineJudgement,
): void {
  const asked = [...new Set(wanted.flatMap((w) => w.tunnels ?? []))].sort();
  if (asked.length === 0 || engine === undefined) return;
  if (tunnels === undefined) {
    out.notes.push(
      `not known: whether the kernel where Docker runs has ${asked.join(" and ")}, which pools or labs ask for`,
    );
    return;
  }
  for (const tunnel of asked.filter((t) => !tunnels[t]))
    out.problems.push({
      path: "docker",
      value: `no module ${tunnel}`,
      message: ofNetwork(tunnel)
        ? "the kernel cannot make the Docker network that a lab asks for"
        : "the kernel cannot make the tunnels that a pool asks for",
      fix: `install the kernel's further modules (Ubuntu: linux-modules-extra-$(uname -r)), or ${ofNetwork(tunnel) ? "leave the lab out" : "use another encapsulation (calico.pools)"}`,
    });
}

/** What a macvlan network without a parent is made of. */
const ofNetwork = (tunnel: Tunnel): boolean => tunnel === "macvlan" || tunnel === "dummy";
