import type { LabSelection } from "../../labs/model";
import { labelsOf } from "../page/selectable-labels";

/** The README that a learner finds in the folder. */
export function readme({ lab, context }: LabSelection, folder: string): string {
  const steps = lab.steps.map((s, i) => `${i}. **${s.title}.** ${s.aim}`);
  return [
    `# ${lab.title}`,
    "",
    `This folder is yours. \`npm run labs -- play\` watches it (${folder}) and shows at once, in the browser, who reaches whom with the policies that are in it. No cluster is needed.`,
    "",
    "- Write each policy into a file of its own, as you would for `kubectl apply -f`: YAML or JSON, any name.",
    "- What is in the folder is all that stands: remove a file, and its policy is gone.",
    `- Namespaces of this lab: ${Object.values(context.namespaces).join(", ")}. Workloads, Services and certificates are given.`,
    `- The guide is \`labs/${lab.id}/README.md\`; the page gives hints, and the solution of a step, when you ask for them.`,
    "",
    "## What selectors can find",
    "",
    ...labelsOf(lab.workloads(context)).map(
      ({ kind, name, labels, account }) =>
        `- ${kind} \`${name}\`: ${
          Object.entries(labels)
            .map(([k, v]) => `\`${k}=${v}\``)
            .join(" ") || "no labels"
        }${account === undefined ? "" : `, account \`${account}\``}`,
    ),
    "",
    "## Steps",
    "",
    // Markdown counts from where it is told to.
    ...steps,
    "",
  ].join("\n");
}
