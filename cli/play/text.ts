import pc from "picocolors";
import { changes } from "../page/flows";
import type { PlayUpdate } from "../page/model";

/** An update as one line for the terminal, for who does not look at the page just now. */
export function line({ instance, step, lab, yours, problems }: Omit<PlayUpdate, "took">): string {
  const who = `${instance}, step ${step}:`;
  const [first] = problems;
  if (first !== undefined)
    return `${who} ${pc.red(`${first.path}: ${first.message}`)}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ""}`;
  if (lab === undefined || yours === undefined) return who;
  const claims = [...yours.claims, ...yours.requests];
  const met = claims.filter((c) => c.holds).length;
  const { opened, closed } = changes(lab, lab.steps[step - 1], yours, "main");
  const score = `${met} of ${claims.length} claims hold`;
  return `${who} ${met === claims.length ? pc.green(score) : pc.yellow(score)}; +${opened.size} ×${closed.size} against the step before`;
}
