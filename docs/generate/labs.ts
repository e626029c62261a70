import { labs } from "../../labs/index";
import type { Lab } from "../../labs/model";
import { namespaceLevels, workloadLevels } from "../../labs/pod-levels";
import { carries, targets, type Carries } from "./carries";
import { controllerSection } from "./controllers";
import { generate } from "./pages";
import { topicGroups } from "./topics";
import type { Topic } from "./topics/topic";

/** docs/labs.md: every lab with its targets, every topic with its lab and step. */
function labsPage(): string {
  const table = labs.map((lab) => ({ lab, on: targets.map((t) => carries(lab, t)) }));
  const topics = topicGroups.flatMap((group) => group.topics);
  const counted = (how: ReturnType<typeof mode>): number => topics.filter((t) => mode(t) === how).length;
  return [
    "# Labs",
    "",
    "Made from the labs themselves by `npm run docs:labs`. The tests prove every claimed flow of every step with the evaluator and check the",
    "commands of the guides against the labs' objects. [What was run on a cluster](verify.md) is in verify.md;",
    "[how to write a lab](write-a-lab.md) in a guide of its own.",
    "",
    "## Where each lab runs",
    "",
    `| lab | steps | ${targets.map((t) => t.title).join(" | ")} |`,
    `|---|---|${targets.map(() => "---|").join("")}`,
    ...table.map(
      ({ lab, on }) =>
        `| [${lab.title}](../labs/${lab.id}/README.md) (\`${lab.id}\`) | ${lab.steps.length} | ${on.map(mark).join(" | ")} |`,
    ),
    "",
    "A name in a cell is the lab's own stack: `npm run labs -- plan <name>`, `npm run up -- <name>`. Why a cell is empty:",
    "",
    ...table.flatMap(({ lab, on }) =>
      on
        .filter((c) => c.reasons.length > 0)
        .map((c) => `- \`${lab.id}\` on ${c.target.title}: ${c.reasons.join("; ")}.`),
    ),
    "",
    ...controllerSection(),
    "## What the workloads may do",
    "",
    "Every namespace of a lab enforces the strictest level of Kubernetes' [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) that its pods",
    "meet. Where that is not `restricted`, the table says why. Whatever you add to such a namespace must meet its level too.",
    "",
    "| lab | namespace | level | workloads, and why not stricter |",
    "|---|---|---|---|",
    ...table.flatMap(({ lab, on }) => levelRows(lab, on)),
    "",
    "## By topic",
    "",
    `${topics.length} topics: ${counted("done")} **done** by your own hands at a step of a lab, ${counted("read")} *read*, on a page of [concepts](concepts/README.md), where a stack may do`,
    `it by itself, and ${counted("–")} not covered, each with its reason. What is done is checked: its commands or objects are at that step.`,
    "",
    ...topicGroups.flatMap((group) => [
      `### ${group.title}`,
      "",
      "| topic | | where |",
      "|---|---|---|",
      ...group.topics.map(
        (t) =>
          `| ${cell(t.what)} | ${mode(t).replace("done", "**done**").replace("read", "_read_")} | ${cell(where(t))} |`,
      ),
      "",
    ]),
  ].join("\n");
}

/** What these images would do under another user was not seen. */
const NO_USER = "upstream gives its image no user, and none was tried";

function levelRows(lab: Lab, on: readonly Carries[]): string[] {
  const planned = on.find((c) => c.planned !== undefined)?.planned;
  if (planned === undefined) throw new Error(`no stack carries ${lab.id}`);
  const workloads = workloadLevels(planned);
  return [...namespaceLevels(planned)].map(([namespace, { meets }]) => {
    const own = workloads.filter((w) => w.namespace === namespace);
    const told = own.map((w) => {
      if (w.level !== meets || meets === "restricted") return w.workload;
      return `**${w.workload}**: ${w.level === "baseline" ? NO_USER : w.because.join(", ")}`;
    });
    return `| ${lab.id} | \`${namespace}\` | ${meets} | ${told.length === 0 ? "none" : told.join("; ")} |`;
  });
}

function mark(c: Carries): string {
  if (c.stack === undefined) return "–";
  return c.stack === c.target.stack ? "yes" : `\`${c.stack}\``;
}

function mode({ done, missing }: Topic): "done" | "read" | "–" {
  if (missing !== undefined) return "–";
  return done === undefined ? "read" : "done";
}

function where(e: Topic): string {
  if (e.missing !== undefined) return `not covered: ${e.missing}`;
  const places = Object.entries(e.done ?? {}).map(([id, steps]) => {
    const lab = labs.find((l) => l.id === id);
    const numbered = Object.keys(steps).map(
      (s) => `${lab?.steps.findIndex((x) => x.id === s) ?? -1} \`${s}\``,
    );
    return `[${id}](../labs/${id}/README.md), step ${numbered.join(", ")}`;
  });
  const pages = Object.keys(e.pages ?? {}).map(
    (name) => `[${name.replaceAll("-", " ")}](concepts/${name}.md)`,
  );
  return [...places, ...pages, ...(e.stack === undefined ? [] : [e.stack])].join("; ");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

generate({ "docs/labs.md": labsPage() }, { from: "the labs", command: "npm run docs:labs" });
