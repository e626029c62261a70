import { labPage } from "./lab-page";
import type { PageData } from "./page-data";
import { LabStates } from "../../labs/prediction/lab-states";
import type { LabSelection } from "../../labs/model";

/** All that one stack's page shows. */
export function pageData(plan: { stack: string; about: string; labs: readonly LabSelection[] }): PageData {
  return {
    stack: plan.stack,
    about: plan.about,
    labs: plan.labs.map((selection) => labPage(new LabStates(selection)).lab),
  };
}
