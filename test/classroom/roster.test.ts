import fc from "fast-check";
import { readRoster, type Roster } from "../../classroom/roster";
import type { RosterChecks } from "../../classroom/student";

const checks: RosterChecks = {
  className: "net101",
  labs: new Map([
    ["stars", ["start", "deny", "ui", "backend", "frontend"]],
    ["yaobank", ["start", "database"]],
  ]),
};
const read = (text: string | Uint8Array, file = "roster.csv"): Roster =>
  readRoster(typeof text === "string" ? Buffer.from(text) : text, file, checks);
const messages = (r: Roster): string[] => r.problems.map((p) => `${p.path}: ${p.message}`);

test("a roster with every column", () => {
  const r = read(
    "id,name,e-mail,labs,target\nAna.S,Ana Souza,ana@example.org,stars=2 yaobank,kind\nbo,,,,\n",
  );
  expect(r.problems).toEqual([]);
  expect(r.students.map(({ row: _, ...s }) => s)).toEqual([
    {
      id: "Ana.S",
      environment: "net101-ana-s",
      name: "Ana Souza",
      email: "ana@example.org",
      labs: { stars: 2, yaobank: 0 },
      target: "kind",
    },
    { id: "bo", environment: "net101-bo", name: "bo" },
  ]);
});

test.each([
  ["a BOM", "\ufeffid,name\nana,Ana\nbo,Bo\n"],
  ["CRLF", "id,name\r\nana,Ana\r\nbo,Bo\r\n"],
  ["mixed line endings", "id,name\r\nana,Ana\nbo,Bo\r"],
  ["semicolons", "id;name\nana;Ana\nbo;Bo\n"],
  ["tabs", "id\tname\nana\tAna\nbo\tBo\n"],
  ["empty lines and spaces", "\n id , name \n\n ana , Ana \n , \n bo , Bo \n\n"],
  ["upper-case columns", "ID,Name\nana,Ana\nbo,Bo\n"],
  ["quotes", 'id,name\n"ana","Ana"\n"bo",Bo\n'],
])("%s", (_, text) => {
  const r = read(text);
  expect(r.problems).toEqual([]);
  expect(r.students.map((s) => [s.id, s.name])).toEqual([
    ["ana", "Ana"],
    ["bo", "Bo"],
  ]);
});

test("UTF-16 as Excel writes it, and text that is not UTF-8", () => {
  const utf16 = Buffer.concat([
    Buffer.from([0xff, 0xfe]),
    Buffer.from("id\tname\r\nana\tZoë\r\n", "utf16le"),
  ]);
  expect(read(utf16).students.map((s) => s.name)).toEqual(["Zoë"]);
  const latin1 = Buffer.from("id,name\nana,Zo\xeb\n", "latin1");
  expect(messages(read(latin1))).toEqual(["roster.csv: is not UTF-8 text"]);
});

test("Unicode names are kept, in one form; ids are not", () => {
  const r = read("id,name\nzoe,Zoe\u0308 李雷\nZoë,x\n");
  expect(r.students.map((s) => s.name)).toEqual(["Zoë 李雷"]);
  expect(r.problems).toMatchObject([
    { path: "roster.csv:3: id", value: "Zoë", fix: expect.stringContaining("such as zoe") as string },
  ]);
});

test.each([
  "../../etc/passwd",
  "$(reboot)",
  "a b",
  "a;b",
  "-rf",
  "a/b",
  "a\u0000b",
  "Ünal",
  "a'b",
  "--all",
  "ana\u202e",
  ".",
])("the hostile id %j is refused, with a fix", (id) => {
  const r = readRoster(Buffer.from(JSON.stringify([{ id }])), "r.yaml", checks);
  expect(r.students).toEqual([]);
  expect(r.problems).toHaveLength(1);
  expect(r.problems[0]?.fix).toBeDefined();
});

test("all problems at once, each with its line", () => {
  const long = "x".repeat(34);
  const r = read(
    [
      "id,name,email,labs,target",
      ",Nobody,,,",
      `${long},,,,`,
      "ana,,not-mail,stars=9,moon",
      "ANA,,,starz,",
      "ana,,,stars stars,",
      "bo,a\u0007b,,,",
      "cy,,,,,,extra",
    ].join("\n"),
  );
  expect(messages(r)).toEqual([
    "roster.csv:8: has more fields than the 5 of the first line",
    "roster.csv:2: id: is empty",
    'roster.csv:3: id: has 34 characters; at most 33 fit after "net101-"',
    "roster.csv:4: email: is not an e-mail address",
    "roster.csv:4: target: is not a target",
    "roster.csv:4: labs.stars: is not a step of this lab",
    "roster.csv:5: labs: is not a lab",
    "roster.csv:6: labs: is listed twice",
    "roster.csv:7: name: has control characters, or more than 100 characters",
    "roster.csv:5: id: gives the same name net101-ana as ana at roster.csv:4",
    "roster.csv:6: id: is listed twice: first at roster.csv:4",
  ]);
  expect(r.problems.every((p) => p.fix !== undefined)).toBe(true);
});

test.each([
  ["", "has no students"],
  ["\ufeff\r\n\r\n", "has no students"],
  ["id,name\n", "has no students"],
  ["ana,Ana\n", "is not a column of a roster"],
  ["id,id\nana,b\n", "is listed twice"],
  ["id,nmae\nana,Ana\n", "is not a column of a roster"],
  ['id,name\n"ana,Ana\n', "is not CSV"],
])("a file that is not a roster: %j", (text, message) => {
  expect(messages(read(text)).join("\n")).toContain(message);
});

test("YAML: a list or a map, ids stay text, labs as list or map", () => {
  const text = [
    "students:",
    "  - id: 007",
    "    name: James",
    "    labs: [stars, yaobank=1]",
    "  - id: 1e3",
    "    labs: { stars: 3, yaobank: { step: database } }",
    "  - yes",
  ].join("\r\n");
  const r = read(text, "r.yml");
  expect(r.problems).toEqual([]);
  expect(r.students.map((s) => [s.id, s.labs])).toEqual([
    ["007", { stars: 0, yaobank: 1 }],
    ["1e3", { stars: 3, yaobank: 1 }],
    ["yes", undefined],
  ]);
});

test.each([
  ["students: 3", "is not a list of students"],
  ["students: []", "has no students"],
  ["class: x\nstudents: [ana]", "does not belong in a roster"],
  ["- id: [a]", "is not text"],
  ["- [a]", "is not a student"],
  ["- id: ana\n  lab: stars", "is not a field of a student"],
  ["- id: 'ana", "is not YAML"],
  ["- id: ana\n  id: bo", "is not YAML"],
])("YAML that is no roster: %j", (text, message) => {
  expect(messages(read(text, "r.yaml")).join("\n")).toContain(message);
});

test("YAML problems name their line", () => {
  expect(messages(read("students:\n  - id: ana\n  - id: ana\n", "r.yaml"))).toEqual([
    "r.yaml:3: id: is listed twice: first at r.yaml:2",
  ]);
});

test("10,000 rows are read", () => {
  const rows = Array.from(
    { length: 10_000 },
    (_, i) => `s${i},Student ${i} é,s${i}@example.org,stars=1 yaobank,kind`,
  );
  const r = read(["id,name,email,labs,target", ...rows].join("\r\n"));
  expect(r.problems).toEqual([]);
  expect(r.students).toHaveLength(10_000);
});

test("whatever the bytes are, it answers: never a throw, never a student with a name that is no DNS label", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: "binary", maxLength: 100 }).map((s) => Buffer.from(`id,name\n${s}`)),
    fc.json().map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(bytes, fc.constantFrom("r.csv", "r.yaml"), (data, file) => {
      const r = readRoster(data, file, checks);
      for (const s of r.students) {
        expect(s.environment).toMatch(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
        expect(s.environment.length).toBeLessThanOrEqual(40);
      }
      if (r.problems.length === 0) {
        expect(new Set(r.students.map((s) => s.environment)).size).toBe(r.students.length);
        expect(r.students.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});
