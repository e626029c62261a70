import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { handInText, type HandIn } from "../../../classroom/hand-in";
import { tokenOf } from "../../../classroom/class-token";
import { Evaluators } from "../../../cli/class/evaluators";
import { gradesCsv, refusedText } from "../../../cli/class/grade-formats";
import { gradeFolder, rubricIn } from "../../../cli/class/run-grade";
import { forge, handIn, KEY, solution } from "./student-work";

let folder: string;
const evaluators = new Evaluators();
afterAll(() => evaluators.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "grade-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function files(
  rubric: object,
  roster = "id,name\nana,Ana\nbo,Bo\n",
): { rubric: string; roster: string; key: string } {
  const at = {
    rubric: join(folder, "rubric.yaml"),
    roster: join(folder, "roster.csv"),
    key: join(folder, "net.key"),
  };
  writeFileSync(at.rubric, JSON.stringify({ class: "net", ...rubric }));
  writeFileSync(at.roster, roster);
  writeFileSync(at.key, `${KEY}\n`);
  return at;
}
const grade = (rubric: object, roster?: string): ReturnType<typeof gradeFolder> => {
  const at = files(rubric, roster);
  return gradeFolder(folder, rubricIn(at.rubric), at, evaluators);
};
const points = ({ grades }: Awaited<ReturnType<typeof gradeFolder>>): Record<string, number> =>
  Object.fromEntries(grades.map((g) => [g.student, g.points]));

const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;
const ALL = {
  1: solution("stars", 1),
  2: solution("stars", 2),
  3: solution("stars", 3),
  4: solution("stars", 4),
};

test("steps, claims of a step that is half done, mistakes found, hints, and who handed in nothing", async () => {
  handIn(join(folder, "a"), { student: "ana", hints: 1 }, ALL);
  handIn(join(folder, "b"), { student: "bo" }, { 1: solution("stars", 1), 3: solution("stars", 2) });
  handIn(join(folder, "f"), { student: "bo", seed: "7" }, { 4: solution("stars", 4) });
  const rubric = {
    labs: { stars: { steps: { 1: 2, backend: 3 }, claims: 0.5 } },
    faults: [{ lab: "stars", seed: 7, points: 5 }],
    hints: { cost: 0.25, most: 0.5 },
  };
  const found = await grade(rubric, "id,name\nana,Ana\nbo,=Bo\ncy,Cy\n");
  expect(found.refused).toEqual([]);
  expect(points(found)).toEqual({ ana: 4.5, bo: 7, cy: 0 });
  const [ana, bo, cy] = found.grades;
  expect(ana).toMatchObject({ of: 10, hints: 4 });
  expect(bo?.items[1]).toMatchObject({
    points: 0,
    note: expect.stringMatching(/claims do not hold: .*6379/) as string,
  });
  expect(cy?.notes).toEqual(["nothing handed in"]);
  const table = gradesCsv(found.grades).split("\r\n");
  expect(table[0]).toBe(
    "student,name,points,of,stars 1 default-deny,stars 3 backend,stars 4 seed 7,hints,notes",
  );
  expect(table[2]).toMatch(/^bo,'=Bo,7,10,2,0,5,0,/);
  // The same again, whatever the day.
  expect(gradesCsv((await grade(rubric, "id,name\nana,Ana\nbo,=Bo\ncy,Cy\n")).grades)).toBe(
    gradesCsv(found.grades),
  );
});

test("claims that the files made hold count at a step that is not whole, at most as the step", async () => {
  handIn(join(folder, "a"), { student: "ana" }, { 1: solution("stars", 1).slice(0, 1) });
  const some = await grade({ labs: { stars: { steps: { 1: 2 }, claims: 0.1 } } });
  expect(points(some)["ana"]).toBeGreaterThan(0);
  expect(points(some)["ana"]).toBeLessThan(2);
  const many = await grade({ labs: { stars: { steps: { 1: 2 }, claims: 9 } } });
  expect(points(many)["ana"]).toBe(2);
});

test("wrong, old and forged reports are refused with the reason, all at once; the others count", async () => {
  handIn(join(folder, "good"), { student: "ana" }, ALL);
  const half = { 1: solution("stars", 1), 4: solution("stars", 3) };
  // Who has a token can sign what he likes, and the files tell.
  const lie = JSON.parse(
    readFileSync(handIn(join(folder, "lie"), { student: "bo" }, half), "utf8"),
  ) as HandIn;
  const { signature: _, ...body } = lie;
  const signed = { ...body, steps: body.steps.map((s) => ({ ...s, solved: body.written })) };
  writeFileSync(join(folder, "lie.handin"), handInText(signed, tokenOf(KEY, "net", "bo")));
  const resign = (file: string, student: string): void => {
    const { signature: _, ...report } = JSON.parse(readFileSync(file, "utf8")) as HandIn;
    writeFileSync(file, handInText(report, tokenOf(KEY, "net", student)));
  };
  forge(handIn(join(folder, "edited"), { student: "cy" }, half), (r) => {
    r.steps[0]!.hints = 9;
  });
  forge(handIn(join(folder, "text"), { student: "dee" }, half), (r) => {
    r.texts[Object.keys(r.texts)[0]!] = "kind: Namespace";
  });
  forge(handIn(join(folder, "other"), { student: "eve" }, half), (r) => {
    r.student = "ana";
  });
  handIn(join(folder, "unsigned"), {}, half);
  handIn(join(folder, "old"), { student: "flo", at: Date.UTC(2026, 9, 1) }, ALL);
  writeFileSync(join(folder, "cut.handin"), '{ "handIn": 1, "lab"');
  writeFileSync(join(folder, "version.handin"), '{ "handIn": 2 }');
  forge(handIn(join(folder, "path"), { student: "gus" }, half), (r) => {
    const step = r.steps[0]!;
    step.files = Object.fromEntries(Object.values(step.files).map((h) => [`../../${h}.yaml`, h]));
  });
  forge(handIn(join(folder, "both"), { student: "hal" }, half), (r) => {
    const [hash = ""] = Object.keys(r.texts);
    for (const s of r.steps) s.files = { "a.yaml": hash, "a.yaml/b.yaml": hash };
  });
  resign(join(folder, "both.handin"), "hal");
  symlinkSync("/etc/passwd", join(folder, "link.handin"));
  const found = await grade({ from: "2026-11-01T00:00:00Z", labs: { stars: { steps: 1 } } });
  const said = Object.fromEntries(
    found.refused.map((r) => [r.file, r.problems.map((p) => `${p.path}: ${p.message}`).join("; ")]),
  );
  expect(said).toEqual({
    "lie.handin": matching(/^steps\.1 \(4 frontend\): is called solved, and its files do not solve it: .*80/),
    "edited.handin": "signature: is not cy's",
    "text.handin": matching(/^texts\..*is not the text of that hash$/),
    "other.handin": "signature: is not ana's",
    "unsigned.handin": matching(/^signature: is not there/),
    "both.handin": matching(/^steps\.0 .*its files cannot be evaluated: .*EEXIST|ENOTDIR/),
    "old.handin": "written: is older than what is graded",
    "cut.handin": matching(/is not JSON/),
    "version.handin": matching(/another version/),
    "path.handin": matching(/^steps\.0\.files\..*is no path inside a folder|invalid key/),
  });
  expect(refusedText(found.refused)).toMatch(/Refused: 10 hand-ins/);
  expect(points(found)["ana"]).toBe(4);
});

test("late is told and gives nothing; of two reports of a lab the newer counts", async () => {
  const at = (hour: number): number => Date.UTC(2026, 10, 27, hour);
  handIn(join(folder, "a1"), { student: "ana", at: at(9) }, { 1: solution("stars", 1) });
  handIn(join(folder, "a2"), { student: "ana", at: at(10) }, ALL);
  handIn(join(folder, "b"), { student: "bo", at: at(13) }, ALL);
  const found = await grade({ until: "2026-11-27T12:00:00Z", labs: { stars: { steps: 1 } } });
  expect(points(found)).toEqual({ ana: 4, bo: 0 });
  expect(found.grades[0]?.notes).toEqual(["a1.handin does not count: another of the lab is newer"]);
  expect(found.grades[1]?.items[0]?.note).toBe("late: solved 2026-11-27T13:01:00.000Z");
});

test("without a key the folder says who sent it", async () => {
  handIn(join(folder, "ana", "mine"), {}, ALL);
  files({ class: undefined, labs: { stars: { steps: 1 } } });
  const found = await gradeFolder(folder, rubricIn(join(folder, "rubric.yaml")), {}, evaluators);
  expect(found.unsigned).toBe(true);
  expect(points(found)).toEqual({ ana: 4 });
});

test("a report of another version of the lab is refused", async () => {
  forge(handIn(join(folder, "a"), { student: "ana" }, ALL), (r) => {
    r.steps[0]!.claims = "0".repeat(64);
  });
  files({ class: undefined, labs: { stars: { steps: 1 } } });
  const found = await gradeFolder(folder, rubricIn(join(folder, "rubric.yaml")), {}, evaluators);
  expect(found.refused[0]?.problems[0]?.message).toMatch(/asks for something else/);
});
