import type { Class } from "../../classroom/class-file";
import { planEnvironments, type UpInput } from "../../classroom/plan-environments";
import type { Student } from "../../classroom/student";
import type { Problem } from "../../kube/problems";
import type { StackReader } from "../engine/engine";
import type { Machine } from "../engine/machine";
import { clusterNeeds, labPorts } from "./class-input";
import { allRecords, type EnvironmentRecords } from "./environment-records";
import { environmentConfig, type ClassConfig, type PlannedStack } from "../../stacks/config/class-config";
import type { SlotClaims } from "./slot-claims";
import { busySlots, heldSlots } from "./slots";

export interface Allocation {
  planned: Map<string, PlannedStack>;
  problems: Problem[];
  /** The environments as the backend had them. */
  found: EnvironmentRecords;
}

/** Plans an environment for each student; ports and ranges on this machine are claimed before another run may choose. */
export function allocate(
  { engine, machine }: { engine: StackReader; machine: Pick<Machine, "name"> },
  cls: Class<ClassConfig>,
  students: readonly Student[],
  more: Pick<UpInput, "owner" | "now" | "keepLonger">,
  claims: SlotClaims,
): Promise<Allocation> {
  return claims.choose(machine.name, async (others) => {
    const found = await allRecords(engine);
    const held = await heldSlots(engine, found, machine.name);
    // What another run has chosen for the same student is chosen; for anybody else it is taken.
    for (const [stack, slot] of others) held.set(stack, slot);
    const busy = await busySlots(cls, students, held, clusterNeeds());
    const { planned, problems } = planEnvironments({
      ...more,
      students,
      cls,
      configOf: environmentConfig,
      existing: found.records,
      held,
      machine: machine.name,
      nodePorts: labPorts(),
      labNeeds: clusterNeeds(),
      busySlots: busy,
    });
    const slots = new Map(
      [...planned].flatMap(([name, { record }]) =>
        record.slot === undefined ? [] : [[name, record.slot] as const],
      ),
    );
    return { chosen: { planned, problems, found }, slots };
  });
}
