import { sharedMachineWarning } from "../../../cli/students/shared-machine";
import type { EnvironmentRecord } from "../../../classroom/environment-record";

const record = (id: string, more: Partial<EnvironmentRecord> = {}): EnvironmentRecord => ({
  class: "net",
  id,
  name: id,
  owner: "me",
  target: "kind",
  machine: "server",
  lease: { created: 0, expires: 1, hardLimit: 2 },
  ...more,
});
const planned = (...records: EnvironmentRecord[]) =>
  new Map(records.map((r) => [`net-${r.id}`, { record: r }]));

test.each([
  ["one student alone", planned(record("ana")), new Map(), false],
  ["the same student again", planned(record("ana")), new Map([["net-ana", record("ana")]]), false],
  ["two at once", planned(record("ana"), record("bo")), new Map(), true],
  [
    "one beside another class's",
    planned(record("ana")),
    new Map([["x-cy", record("cy", { class: "x" })]]),
    true,
  ],
  [
    "one whose neighbour is elsewhere",
    planned(record("ana")),
    new Map([["net-bo", record("bo", { machine: "b" })]]),
    false,
  ],
  [
    "two on EKS",
    planned(record("ana", { target: "eks" }), record("bo", { target: "eks" })),
    new Map(),
    false,
  ],
])("%s", (_, up, existing, warned) => {
  expect(sharedMachineWarning(up, existing, "server") !== undefined).toBe(warned);
});

test("it says who can do what, and where what helps stands", () => {
  expect(sharedMachineWarning(planned(record("ana"), record("bo")), new Map(), "server")).toMatch(
    /2 students' kind clusters share server.*root[\s\S]*cloud credentials[\s\S]*docs\/security\.md/,
  );
});
