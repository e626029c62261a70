import { overlaps } from "../../kube/ip";
import { allocationOf, capacity } from "../../classroom/allocation";
import type { Class } from "../../classroom/class-file";
import { slotsHere } from "../../classroom/plan-environments";
import { needsOf, type ClusterNeeds } from "../../classroom/cluster-needs";
import type { Student } from "../../classroom/student";
import { dockerView } from "../../components/kind/docker";
import { kindFootprint, madeBy } from "../../components/kind/machine-objects";
import { isFree } from "../../stacks/kind-neighbours";
import type { Engine } from "../engine/engine";
import type { EnvironmentRecords } from "./environment-records";

/**
 * Slots that environments of this machine hold. An environment of which nothing was made holds none, nor does one
 * whose slot another one's cluster has: each is given one again.
 */
export async function heldSlots(
  engine: Pick<Engine, "state">,
  { records, summaries }: Pick<EnvironmentRecords, "records" | "summaries">,
  machine: string,
): Promise<Map<string, number>> {
  const held = new Map(
    [...slotsHere(records, machine)].filter(([name]) => summaries.get(name)?.resources !== 0),
  );
  const sharing = new Map<number, string[]>();
  for (const [name, slot] of held) sharing.set(slot, [...(sharing.get(slot) ?? []), name]);
  for (const names of [...sharing.values()].filter((g) => g.length > 1)) {
    const clusters = await Promise.all(names.map((name) => hasCluster(engine, name)));
    const keeps = names.find((_, i) => clusters[i]) ?? names[0];
    names.forEach((name, i) => {
      if (name !== keeps && clusters[i] !== true) held.delete(name);
    });
  }
  return held;
}

/** Whether a cluster of the stack is there, or on its way. */
async function hasCluster(engine: Pick<Engine, "state">, stack: string): Promise<boolean> {
  const { cluster } = kindFootprint(stack);
  const { resources, pending } = await engine.state(stack);
  return [...resources, ...pending].some((r) => {
    const made = madeBy(r);
    return made?.kind === cluster.kind && made.name === cluster.name;
  });
}

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
    const a = allocationOf(slot, cls.ranges);
    const ports = [a.apiPort, a.httpPort, a.httpsPort, ...a.labPorts];
    const open = await Promise.all(ports.map((p) => isFree(p)));
    if (open.every(Boolean) && !used.some((s) => overlaps(s, a.networkCidr))) free++;
    else busy.add(slot);
  }
  return busy;
}

const dockerSubnets = async (): Promise<string[]> =>
  (await dockerView()).networks.flatMap((n) => [...n.subnets]);
