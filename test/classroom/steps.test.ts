import { stepList, stepNumber } from "../../classroom/steps";

const names = ["open", "deny", "last"];

test.each([
  [0, undefined, 0],
  ["2", undefined, 2],
  ["deny", undefined, 1],
  [3, undefined, undefined],
  ["3", undefined, undefined],
  [-1, undefined, undefined],
  [1.5, undefined, undefined],
  ["", undefined, undefined],
  ["1x", undefined, undefined],
  ["next", undefined, undefined],
  ["next", 1, 2],
  ["next", 2, 2],
  ["back", 1, 0],
  ["back", 0, 0],
  ["reset", 2, 0],
  // A lab that the stack does not have yet begins with its first step.
  ["next", -1, 0],
  ["back", -1, 0],
] as const)("step %p of a lab at %p is %p", (step, now, number) => {
  expect(stepNumber(step, names, now)).toBe(number);
});

test("the steps that there are", () => {
  expect(stepList(names)).toBe("0 (open), 1 (deny), 2 (last)");
});
