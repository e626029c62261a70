import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { labAt } from "../../labs/model";
import { answerClaim } from "../../labs/prediction/claims";
import { placesOf, policyRecipes as lab, recipes } from "../../labs/policy-recipes/lab";
import { ownStackFacts as facts } from "./own-stack-facts";
import { selectionOf, stateAt, unproved } from "./proof";

const at = placesOf(selectionOf(lab, 0, facts).context);

describe.each(recipes.map((r, i) => [r.id, i + 1, r] as const))("%s", (_, step, recipe) => {
  test("its policy does what the recipe claims", () => {
    expect(unproved(lab, step, facts)).toEqual([]);
  });

  test("the mistake is a policy that the same place takes, and breaks what the page says", () => {
    const wrong = recipe.mistake.policy(at);
    expect([wrong.kind, wrong.metadata]).toEqual([recipe.policy(at).kind, recipe.policy(at).metadata]);
    // Step 0 has no policy: the mistake stands alone, as the recipe does.
    const state = stateAt(lab, 0, facts, [wrong]);
    const broken = recipe.claims(at)[recipe.mistake.breaks];
    if (broken === undefined) throw new Error("no such claim");
    const { holds, found } = answerClaim(state, broken);
    expect([holds, found]).toEqual([false, broken.verdict === "allow" ? "deny" : "allow"]);
  });
});

test("a recipe leaves nothing for the next one: one policy stands at each step", () => {
  const policies = lab.steps.map((_, step) =>
    labAt(selectionOf(lab, step, facts)).objects.filter((o) => o.kind === "NetworkPolicy"),
  );
  expect(policies.map((p) => p.length)).toEqual([0, ...recipes.map(() => 1)]);
});

test("docs/recipes is what the lab says, and has no page beside", () => {
  const root = resolve(__dirname, "../..");
  const check = spawnSync(process.execPath, ["--import", "tsx", "docs/generate/recipes.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(check.stderr).toBe("");
  const pages = readdirSync(resolve(root, "docs/recipes"));
  expect(pages.sort()).toEqual(["README.md", ...recipes.map((r) => `${r.id}.md`)].sort());
});
