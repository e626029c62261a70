import { labs } from "../../../labs/index";
import type { Lab } from "../../../labs/model";
import { labPage } from "../../../cli/page/lab-page";
import type { LabPage } from "../../../cli/page/page-data";
import { LabStates } from "../../../labs/prediction/lab-states";
import { selectionOf } from "../../labs/proof";
import type { ClusterFacts } from "../../../kube/cluster-facts";
import { facts } from "../../support/facts";

export function labNamed(id: string): Lab {
  const lab = labs.find((l) => l.id === id);
  if (lab === undefined) throw new Error(`no lab ${id}`);
  return lab;
}

/** The facts of a cluster that carries the lab. */
export const factsFor = (id: string): ClusterFacts =>
  id === "dual-stack" ? { ...facts, podCidrs: [...facts.podCidrs, "fd00:10:244::/56"] } : facts;

export const pageOf = (id: string): LabPage =>
  labPage(new LabStates(selectionOf(labNamed(id), 0, factsFor(id)))).lab;

/** Index of a node by its name in answers. */
export function at(page: LabPage, id: string): number {
  const index = page.nodes.findIndex((n) => n.id === id);
  if (index < 0) throw new Error(`no ${id} among ${page.nodes.map((n) => n.id).join(", ")}`);
  return index;
}
