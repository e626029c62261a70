import { readFileSync } from "node:fs";
import { join } from "node:path";
import { labs } from "../../labs/index";
import { anchorOf, labRules, told } from "./rules/lab-rules";
import { subjectOf, type Subject } from "./rules/subject";

const guide = readFileSync(join(__dirname, "../../docs/write-a-lab.md"), "utf8");

describe.each(labs.map((lab) => [lab.id, lab] as const))("%s", (_, lab) => {
  let subject: Subject;
  beforeAll(() => {
    subject = subjectOf(lab);
  });
  test.each(labRules)("%s", async (paragraph, problems) => {
    expect(told(paragraph, await problems(subject))).toEqual([]);
  });
});

test("every rule has its paragraph in docs/write-a-lab.md, and every paragraph its rule", () => {
  const [, section = ""] = /^## Rules\n([\s\S]*?)^## /m.exec(guide) ?? [];
  const headings = [...section.matchAll(/^### (.*)$/gm)].map((m) => m[1]!);
  const elsewhere = ["A stack that carries it", "Sharing a cluster", "The catalogue"];
  expect(headings.sort()).toEqual([...labRules.map(([paragraph]) => paragraph), ...elsewhere].sort());
});

describe("a lab that breaks a rule is told which", () => {
  const stars = subjectOf(labs[0]!);
  const { lab } = stars;
  const wrong: Record<string, Partial<Subject>> = {
    Names: { lab: { ...lab, id: "Stars!" } },
    Claims: { lab: { ...lab, steps: [{ ...lab.steps[0]!, expect: () => [] }] } },
    "Claims that hold": { lab: { ...lab, steps: [{ ...lab.steps[1]!, expect: lab.steps[0]!.expect }] } },
    Requests: { lab: { ...lab, needs: { ingress: true } } },
    "Namespaces and copies": { lab: { ...lab, namespaces: { other: "other" } } },
    "Cluster-wide objects": {
      lab: {
        ...lab,
        workloads: () => [
          {
            apiVersion: "projectcalico.org/v3",
            kind: "GlobalNetworkPolicy",
            metadata: { name: "all" },
            spec: {},
          },
        ],
      },
    },
    Workloads: { lab: { ...lab, workloads: () => [pod({ image: "busybox" })] } },
    Privileges: { lab: { ...lab, workloads: () => [pod({ securityContext: { privileged: true } })] } },
    "Parts of the guide": { guide: "# Stars\n" },
    "Commands of the guide": { guide: "```sh\nfrobnicate\n```\n" },
    "What a guide says one will see": {
      guide: "# Stars\n\n## Step 0 `open`\n\n```sh\nkubectl get pods\n```\n",
    },
    "Length of the guide": { guide: "word ".repeat(1200) },
  };
  const pod = (container: object): ReturnType<typeof lab.workloads>[number] => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "p", namespace: "stars" },
    spec: { template: { spec: { containers: [{ name: "p", ...container }] } } },
  });

  test.each(labRules)("%s", async (paragraph, problems) => {
    const found = told(paragraph, await problems({ ...stars, ...wrong[paragraph] }));
    expect(found.length).toBeGreaterThan(0);
    for (const line of found) expect(line).toContain(`docs/write-a-lab.md#${anchorOf(paragraph)}`);
  });
});
