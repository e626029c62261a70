import { overlaps } from "../../kube/ip";
import { allotment, capacity } from "../../classroom/allocation";
import type { Class } from "../../classroom/class-file";
import { needsOf, type ClusterNeeds } from "../../classroom/settings";
import type { Student } from "../../classroom/student";
import { dockerView } from "../../components/kind/docker";
import { isFree } from "../../stacks/kind-neighbours";

/**
 * Slots that cannot be given out because something on this machine listens on one of their ports or, where labs need
 * docker networks, has addresses of theirs.
 */
export async function busySlots(
  cls: Class,
  students: readonly Student[],
  held: ReadonlyMap<string, number>,
  labNeeds: ReadonlyMap<string, ClusterNeeds> = new Map(),
  subnets: () => Promise<readonly string[]> = dockerSubnets,
): Promise<Set<number>> {
  const taken = new Set(held.values());
  const onKind = students.filter((s) => (s.target ?? cls.target) === "kind");
  const networks = onKind.some((s) => needsOf(s, cls, labNeeds).network);
  const wanted = onKind.filter((s) => !held.has(s.environment)).length;
  const busy = new Set<number>();
  if (wanted === 0) return busy;
  const used = networks ? await subnets() : [];
  const { clusters } = capacity(cls.ranges, networks);
  for (let slot = 0, free = 0; slot < clusters && free < wanted; slot++) {
    if (taken.has(slot)) continue;
    const a = allotment(slot, cls.ranges);
    const ports = [a.apiPort, a.httpPort, a.httpsPort, ...a.labPorts];
    const open = await Promise.all(ports.map((p) => isFree(p)));
    if (open.every(Boolean) && !used.some((s) => overlaps(s, a.networkCidr))) free++;
    else busy.add(slot);
  }
  return busy;
}

const dockerSubnets = async (): Promise<string[]> =>
  (await dockerView()).networks.flatMap((n) => [...n.subnets]);
