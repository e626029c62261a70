import { stringify } from "yaml";
import type { FlowClaim } from "../../labs/model";
import { placesOf, policyRecipes, recipes } from "../../labs/policy-recipes/lab";
import { requestText } from "../../packages/reach/src";
import type { Recipe } from "../../labs/policy-recipes/recipe";
import { carries } from "./carries";
import { generate } from "./pages";

/** docs/recipes: a page for each recipe of the lab, and a list. */

const planned = carries(policyRecipes, { title: "kind", stack: "kind" }).planned;
if (planned === undefined) throw new Error("the stack kind does not carry policy-recipes");
const at = placesOf(planned.context);

function recipePage(recipe: Recipe, number: number): string {
  const { title, aim, mistake } = recipe;
  const claims = recipe.claims(at);
  const broken = claims[mistake.breaks];
  if (broken === undefined) throw new Error(`${recipe.id}: mistake.breaks names no claim`);
  return [
    `# ${title}`,
    "",
    aim,
    "",
    picture(claims),
    "",
    yaml(recipe.policy(at)),
    "",
    "| flow | | why |",
    "|---|---|---|",
    ...claims.map((c) => `| ${flowText(c)} | ${c.verdict === "allow" ? "open" : "closed"} | ${c.reason} |`),
    "",
    "## The mistake beside it",
    "",
    mistake.says,
    "",
    yaml(mistake.policy(at)),
    "",
    `With it, ${flowText(broken)} is **${broken.verdict === "allow" ? "closed" : "open"}**.`,
    "",
    `Try both: \`npm run labs -- play policy-recipes --step ${number}\`, or step ${number} \`${recipe.id}\` of [the lab](../../labs/policy-recipes/README.md). [All recipes](README.md)`,
    "",
  ].join("\n");
}

const flowText = (c: FlowClaim): string =>
  `\`${c.from}\` → \`${c.to}\` ${c.protocol} ${c.port}${c.http === undefined ? "" : ` ${requestText(c.http)}`}`;
const yaml = (object: object): string => ["```yaml", stringify(object).trimEnd(), "```"].join("\n");

/** Open flows as arrows, closed ones dotted with a cross. */
function picture(claims: readonly FlowClaim[]): string {
  const id = (name: string): string => name.replaceAll(/[^a-z0-9]/gi, "_");
  const ends = [...new Set(claims.flatMap((c) => [c.from, c.to]))];
  return [
    "```mermaid",
    "flowchart LR",
    ...ends.map((e) => `  ${id(e)}["${e}"]`),
    ...claims.map(
      (c) => `  ${id(c.from)} ${c.verdict === "allow" ? "-->" : "-.-x"}|${c.protocol} ${c.port}| ${id(c.to)}`,
    ),
    "```",
  ].join("\n");
}

const list = [
  "# Policy recipes",
  "",
  "One task, one policy, one mistake that people make with it. Made from the lab [policy-recipes](../../labs/policy-recipes/README.md) by",
  "`npm run docs:labs`; the tests hold the evaluator to every flow, and to what each mistake breaks.",
  "",
  "| task | policy |",
  "|---|---|",
  ...recipes.map(
    (r) =>
      `| [${r.title}](${r.id}.md) | ${r.policy(at).apiVersion.startsWith("networking") ? "Kubernetes" : "Calico"} |`,
  ),
  "",
].join("\n");

generate(
  {
    "docs/recipes/README.md": list,
    ...Object.fromEntries(recipes.map((r, i) => [`docs/recipes/${r.id}.md`, recipePage(r, i + 1)])),
  },
  { from: "the lab policy-recipes", command: "npm run docs:labs" },
);
