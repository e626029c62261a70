import { parse } from "yaml";
import { atSteps } from "../../../cli/diff/diff-base";
import { otherSteps, rawAtSteps } from "../../../cli/diff/step-changes";

const lab = (instance: string, step: number, ...ids: string[]) => ({
  instance,
  step,
  steps: ids.map((id) => ({ id })),
});

test("every step but the one where both stand; a lab with fewer steps stays at its last", () => {
  const labs = [lab("stars", 0, "open", "deny", "ui"), lab("bank", 0, "open", "guard")];
  expect(otherSteps(labs, labs).map((s) => [s.title, [...s.head.values()]])).toEqual([
    ["step 1 (stars `deny`, bank `guard`)", [1, 1]],
    ["step 2 (stars `ui`)", [2, 1]],
  ]);
  // The base has one step less, and stands elsewhere.
  const base = [lab("stars", 1, "open", "deny")];
  expect(otherSteps(base, labs).map((s) => [s.title, [...s.base.values()], [...s.head.values()]])).toEqual([
    ["step 0 (stars `open`, bank `open`)", [0], [0, 0]],
    ["step 1 (stars `deny`, bank `guard`)", [1], [1, 1]],
    ["step 2 (stars `ui`)", [1], [2, 1]],
  ]);
  expect(otherSteps([], [])).toEqual([]);
});

test("labs are moved in the config and in the file, and nothing else", () => {
  const key = "k8s-network-labs:labs";
  const raw = { [key]: '{"stars":{"step":0,"namespaces":{"ui":"x"}},"copy":null}', other: "1" };
  expect(rawAtSteps(raw, new Map([["stars", 3]]))).toEqual({
    [key]: '{"stars":{"step":3,"namespaces":{"ui":"x"}},"copy":null}',
    other: "1",
  });
  const text = `# why\nconfig:\n  ${key}:\n    stars: { step: 0 }\n    bank:\n      step: guard\n`;
  const moved = atSteps(text, new Map([["stars", 3]]));
  expect(moved).toContain("# why");
  expect(parse(moved)).toEqual({ config: { [key]: { stars: { step: 3 }, bank: { step: "guard" } } } });
  expect(atSteps(text, new Map())).toBe(text);
});
