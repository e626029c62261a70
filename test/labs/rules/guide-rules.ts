import { readGuide, rendered } from "../../guides/read-guide";
import { commandProblems } from "./guide-checker";
import { commandsOf, shellBlocks } from "./guide-commands";
import type { LabRule, Subject } from "./subject";

const LEAST_COMMANDS = 6;
const MOST_WORDS = 1200;

const count = (text: string, part: string): number => text.split(part).length - 1;

const parts = ({ lab, guide }: Subject): string[] => {
  const languages = [...guide.matchAll(/^```(\w*)\n[\s\S]*?^```$/gm)].map((m) => m[1] ?? "");
  const answers = count(guide, "<details>");
  const asked: [boolean, string][] = [
    [guide.startsWith("# "), "the guide does not start with a title: # …"],
    [/\*\*Aim\.?\*\*|^## Aim/m.test(guide), "the guide has no **Aim.**"],
    [
      languages.some((l) => ["mermaid", "text", ""].includes(l)),
      "the guide has no picture (mermaid or text)",
    ],
    [guide.includes("](../../docs/concepts/"), "the guide links to no page of docs/concepts"],
    [answers >= 2, "the guide has fewer than two questions with folded answers (<details>)"],
    [answers === count(guide, "</details>"), "a <details> is not closed"],
    [answers === count(guide, "<summary>"), "a <details> has no <summary>"],
    [/^## Clean[ -]up/m.test(guide), "the guide has no section ## Clean up"],
  ];
  return [
    ...asked.filter(([holds]) => !holds).map(([, problem]) => problem),
    ...lab.steps
      .filter((s) => !guide.includes(`\`${s.id}\``))
      .map((s) => `the guide has no step \`${s.id}\``),
  ];
};

const commands = async (subject: Subject): Promise<string[]> => {
  const blocks = await Promise.all(shellBlocks(subject.guide).map((b) => commandsOf(b).catch(() => [])));
  const { length } = blocks.flat();
  return [
    ...(length < LEAST_COMMANDS
      ? [`the guide's sh blocks have ${length} commands; a learner types at least ${LEAST_COMMANDS}`]
      : []),
    ...(await commandProblems(subject)),
  ];
};

const size = ({ guide }: Subject): string[] => {
  const words = rendered(guide).split(/\s+/).length;
  return words < MOST_WORDS ? [] : [`the guide has ${words} words; two pages are ${MOST_WORDS}`];
};

const seen = async ({ lab, guide }: Subject): Promise<string[]> => [
  ...(await readGuide(guide, lab)).problems,
];

export const guideRules: readonly LabRule[] = [
  ["Parts of the guide", parts],
  ["Commands of the guide", commands],
  ["What a guide says one will see", seen],
  ["Length of the guide", size],
];
