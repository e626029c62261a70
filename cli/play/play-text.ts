import pc from "picocolors";
import type { LabSelection } from "../../labs/model";
import { changes } from "../page/page-flows";
import type { PlayUpdate } from "../page/page-data";
import { withoutControls } from "../../kube/problems";

/** What a learner reads about a lab before the first save: where to write, what for, and where to read. */
export function greeting(
  { instance, lab }: LabSelection,
  step: number,
  folder: string,
  files: readonly string[],
): string {
  const at = lab.steps[step];
  const there =
    files.length === 0
      ? "it is empty: write your first policy there, as for kubectl apply -f"
      : `${files.length} ${files.length === 1 ? "file is" : "files are"} there; --fresh puts them away and begins again`;
  return [
    `  ${pc.bold(instance)}, step ${step} (${at?.id ?? ""}): ${at?.title ?? ""}`,
    `    ${pc.dim("aim:")} ${at?.aim ?? ""}`,
    `    ${pc.dim("edit:")} ${pc.bold(folder)} (${there})`,
    `    ${pc.dim("guide:")} labs/${lab.id}/README.md`,
  ].join("\n");
}

/** An update as one line for the terminal, and one for each note, for who does not look at the page just now. */
export function line(update: Omit<PlayUpdate, "took">): string {
  const flows = update.yours?.claims ?? [];
  const open = flows.filter((c) => !c.holds && c.only !== undefined);
  // First what is closed and must be open: then what is open beside it.
  const shown = flows.some((c) => !c.holds && c.only === undefined) ? [] : open.slice(0, 3);
  return [
    standing(update),
    ...shown.map((c) => `  ${pc.yellow("!")} ${withoutControls(`${c.only ?? ""}: ${c.instead ?? ""}`)}`),
    ...update.notes.map((n) => `  ${pc.yellow("!")} ${withoutControls(n)}`),
  ].join("\n");
}

function standing({ instance, step, lab, yours, problems, task }: Omit<PlayUpdate, "took">): string {
  const who = `${instance}, step ${step}:`;
  const [first] = problems;
  if (first !== undefined)
    return `${who} ${pc.red(withoutControls(`${first.path}: ${first.message}`))}${first.fix === undefined ? "" : `; ${first.fix}`}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ""}`;
  if (lab === undefined || yours === undefined) return who;
  const claims = [...yours.claims, ...yours.requests];
  const met = claims.filter((c) => c.holds).length;
  const { opened, closed } = changes(lab, lab.steps[step - 1], yours, "main");
  const moved = [
    ...(opened.size > 0 ? [`opens ${opened.size}`] : []),
    ...(closed.size > 0 ? [`closes ${closed.size}`] : []),
  ];
  const change =
    moved.length === 0
      ? "no pair opens or closes"
      : `${moved.join(" and ")} ${opened.size + closed.size === 1 ? "pair" : "pairs"}`;
  if (task.kind === "given")
    return `${who} nothing to write here, what it changes is given; ${change}${next(lab.steps, step)}`;
  if (task.kind === "unseen" && met === claims.length)
    return `${who} all ${claims.length} claims hold, as before the step: compare with its solution; ${change}`;
  if (claims.length === 0) return `${who} this step claims no flow, see its guide; ${change}`;
  if (met === claims.length)
    return `${who} ${pc.green(`done, all ${claims.length} claims hold`)}; ${change}${next(lab.steps, step)}`;
  return `${who} ${pc.yellow(`${met} of ${claims.length} claims hold`)}; ${change}`;
}

function next(steps: readonly { title: string }[], step: number): string {
  const following = steps[step + 1];
  return following === undefined
    ? "; that was the last step"
    : `; next is step ${step + 1}, ${following.title}`;
}
