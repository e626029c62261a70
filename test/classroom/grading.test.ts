import { csv } from "../../classroom/csv";
import { readRubric, type Gradable } from "../../classroom/rubric";
import { ProblemsError } from "../../kube/problems";

const told = (...all: boolean[]) => all.map((t, i) => ({ id: `s${i}`, told: () => t }));
const labs: Gradable = new Map([
  ["stars", told(false, true, true)],
  ["yaobank", told(false, true, false)],
]);

function problems(input: unknown): string[] {
  try {
    readRubric(input, "r.yaml", labs);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message} | ${p.fix ?? ""}`);
  }
}

test("a rubric: one number for each step that claims can tell, or step by step, and mistakes by their seed", () => {
  const rubric = readRubric(
    {
      until: "2026-11-27T12:00:00+01:00",
      labs: { stars: { steps: 2 }, yaobank: { steps: { s1: 3 }, claims: 0.5 } },
      faults: [{ lab: "stars", seed: 7, points: 5 }],
      hints: { cost: 0.5 },
    },
    "r.yaml",
    labs,
  );
  expect(rubric.items).toEqual([
    { lab: "stars", step: 1, id: "s1", points: 2, claim: 0 },
    { lab: "stars", step: 2, id: "s2", points: 2, claim: 0 },
    { lab: "yaobank", step: 1, id: "s1", points: 3, claim: 0.5 },
    { lab: "stars", step: 2, id: "s2", seed: "7", points: 5, claim: 0 },
  ]);
  expect(rubric.until).toBe(Date.UTC(2026, 10, 27, 11));
  expect(rubric.hints).toEqual({ cost: 0.5, most: Infinity });
});

test("what is wrong with the form, all at once, each with a fix", () => {
  expect(
    problems({
      lab: {},
      until: "tomorrow",
      labs: { stars: { steps: -1 } },
      faults: [{ lab: "stars", sed: 7, points: 1 }],
      hints: { cost: "one" },
    }),
  ).toEqual([
    expect.stringMatching(/^r\.yaml: until: is no moment such as/),
    expect.stringMatching(/^r\.yaml: labs\.stars\.steps: /),
    expect.stringMatching(/^r\.yaml: faults\.0\.seed: is no seed/),
    expect.stringMatching(/^r\.yaml: faults\.0\.sed: unknown key \| did you mean seed\?/),
    expect.stringMatching(/^r\.yaml: hints\.cost: .*number/),
    expect.stringMatching(/^r\.yaml: lab: unknown key \| did you mean labs\?/),
  ]);
});

test("what is wrong with labs, steps and times, all at once", () => {
  expect(
    problems({
      class: "No class",
      from: "2026-11-28T00:00:00Z",
      until: "2026-11-27T00:00:00Z",
      labs: { strs: { steps: 1 }, stars: { steps: { 1: 1, s1: 2, nine: 3 } }, yaobank: { steps: { 2: 1 } } },
      faults: [{ lab: "yaobank", seed: "a", points: 1 }],
    }),
  ).toEqual([
    expect.stringMatching(/^r\.yaml: class: is not a DNS label/),
    expect.stringMatching(/^r\.yaml: until: is not after `from`/),
    expect.stringMatching(/^r\.yaml: labs\.strs: is not a lab \| did you mean stars\?/),
    expect.stringMatching(/^r\.yaml: labs\.stars\.steps\.nine: is not a step of stars \| a step: 0 \(s0\)/),
    expect.stringMatching(/^r\.yaml: labs\.yaobank\.steps\.2: has nothing to write, .* \| a step: 1 \(s1\)/),
    expect.stringMatching(/^r\.yaml: faults\.0\.lab: has nothing to write/),
    expect.stringMatching(/^r\.yaml: labs\.stars\.steps: is listed twice/),
  ]);
  expect(problems({})).toEqual([expect.stringMatching(/gives no points/)]);
});

test("CSV: what a spreadsheet would run, quotes and lines are plain text", () => {
  expect(csv([["=1+1", "@x", "-2", "a,b", 'say "x"', "two\nlines", 3, -1]])).toBe(
    `'=1+1,'@x,'-2,"a,b","say ""x""","two\nlines",3,-1\r\n`,
  );
});
