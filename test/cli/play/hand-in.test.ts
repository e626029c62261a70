import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { tokenOf, tokenText } from "../../../classroom/class-token";
import { readHandIn, signatureProblem, type HandIn } from "../../../classroom/hand-in";
import { handInFile, HandInKeeper } from "../../../cli/play/hand-in-keeper";
import { play, type Playing } from "../../../cli/play/run-play";
import { tokenIn } from "../../../cli/play/token-option";
import { KEY, solution, statesOf } from "../class/student-work";

let at: string;
let folder: string;
let playing: Playing | undefined;
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), "hand-in-"));
  folder = join(at, "stars");
});
afterEach(async () => {
  await playing?.close();
  playing = undefined;
  rmSync(at, { recursive: true });
});

const read = (): HandIn => readHandIn(readFileSync(handInFile(folder), "utf8")).handIn!;
const keeper = (said: string[] = [], began = 0): HandInKeeper =>
  new HandInKeeper(
    { file: handInFile(folder), from: "play", selection: statesOf("stars").selection, began },
    (t) => said.push(t),
  );

test("play writes beside the folder what was solved, with which files, and after how many hints", async () => {
  const said: string[] = [];
  const token = tokenText(tokenOf(KEY, "net", "ana"));
  playing = await play("stars", { port: "0", folder, token }, (t) => said.push(t));
  await fetch(`${playing.url}hints?lab=stars&step=1`);
  const done = new Promise<void>((resolve) => {
    const seen = setInterval(() => {
      if (!said.some((s) => s.includes("done, all"))) return;
      clearInterval(seen);
      resolve();
    }, 20);
  });
  writeFileSync(
    join(folder, "mine.yaml"),
    solution("stars", 1)
      .map((o) => stringify(o))
      .join("---\n"),
  );
  await done;
  const report = read();
  expect(signatureProblem(report, KEY, "net")).toBeUndefined();
  expect(report).toMatchObject({ lab: "stars", student: "ana", from: "play" });
  expect(report.steps).toMatchObject([
    { step: 1, id: "default-deny", hints: 1, solved: expect.any(String) as string },
  ]);
  expect(Object.keys(report.steps[0]!.files)).toEqual(["mine.yaml"]);
  const lines = said.length;
  await new Promise((r) => setTimeout(r, 300));
  // Its own writing is no change of the files.
  expect(said).toHaveLength(lines);
});

test("what was solved is kept: when the files change, when play starts again, when the file is broken", () => {
  const first = keeper();
  first.asked(2, 10);
  first.saw({ step: 1, solved: true, texts: { "a.yaml": "good" } }, 1000);
  first.saw({ step: 1, solved: false, texts: { "a.yaml": "bad" } }, 2000);
  const second = keeper();
  second.saw({ step: 2, solved: false, texts: { "b.yaml": "half" } }, 3000);
  second.asked(1, 4000);
  expect(read().steps).toMatchObject([
    { step: 2, hints: 1, began: new Date(10).toISOString() },
    { step: 1, hints: 0, solved: new Date(1000).toISOString() },
  ]);
  expect(Object.values(read().texts).sort()).toEqual(["good", "half"]);
  writeFileSync(handInFile(folder), "{ broken");
  const said: string[] = [];
  keeper(said).saw({ step: 1, solved: true, texts: {} }, 5000);
  expect(said.join()).toMatch(/was broken.*put aside/);
  expect(existsSync(`${handInFile(folder)}.old`)).toBe(true);
  expect(read().steps).toHaveLength(1);
});

test("what cannot be written is written with the next change", () => {
  const said: string[] = [];
  const full = keeper(said);
  renameSync(at, `${at}-gone`);
  full.saw({ step: 1, solved: true, texts: { "a.yaml": "good" } }, 1000);
  expect(said.join()).toMatch(/cannot be written/);
  mkdirSync(at);
  rmSync(`${at}-gone`, { recursive: true });
  full.saw({ step: 2, solved: false, texts: {} }, 2000);
  expect(read().steps.map((s) => s.step)).toEqual([1, 2]);
});

test("a folder with more than a report takes, and a token that is none", () => {
  const said: string[] = [];
  keeper(said).saw({ step: 1, solved: true, texts: undefined }, 1000);
  expect(said.join()).toMatch(/more than a hand-in takes/);
  expect(read().steps[0]).toMatchObject({ files: {} });
  expect(() => tokenIn("net:ana:short")).toThrow(/is no token of a class/);
  expect(tokenIn(tokenText(tokenOf(KEY, "net", "ana")))?.student).toBe("ana");
});
