import { downEffort, longestFirst, upEffort } from "../../classroom/work-effort";

test("what takes longer begins first: clouds, then new clusters by their labs, then what is there already", () => {
  const work = {
    there: upEffort({ target: "kind", resources: 40, labs: 4 }),
    small: upEffort({ target: "kind", resources: 0, labs: 1 }),
    large: upEffort({ target: "kind", labs: 4 }),
    cloud: upEffort({ target: "eks", labs: 1 }),
    again: upEffort({ target: "eks", resources: 120, labs: 1 }),
    twin: upEffort({ target: "kind", resources: 0, labs: 1 }),
  };
  const names = Object.keys(work) as (keyof typeof work)[];
  expect(longestFirst(names, (n) => work[n as keyof typeof work])).toEqual([
    "cloud",
    "large",
    "small",
    "twin",
    "again",
    "there",
  ]);
  expect(downEffort("eks")).toBeGreaterThan(downEffort("kind"));
});
