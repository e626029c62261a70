import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { faultFor, FaultWatch } from "../../../cli/play/broken";
import { isTheirs } from "../../../cli/play/exercise";
import { labsToPlay } from "../../../cli/play/labs-to-play";
import { filesIn, readFolder } from "../../../cli/play/learner-folder";
import { update } from "../../../cli/play/play-update";
import { play, type Playing } from "../../../cli/play/run-play";
import { LabStates } from "../../../labs/prediction/lab-states";

let playing: Playing | undefined;
const folders: string[] = [];
afterEach(async () => {
  await playing?.close();
  playing = undefined;
  for (const f of folders.splice(0)) rmSync(f, { recursive: true });
});
const folderOf = (): string => {
  const folder = join(mkdtempSync(join(tmpdir(), "broken-")), "files");
  folders.push(join(folder, ".."));
  return folder;
};
const states = new LabStates(labsToPlay("stars")[0]!);

test("a seed's mistake stands in the files, and only that", async () => {
  const folder = folderOf();
  const said: string[] = [];
  playing = await play("stars", { port: "0", broken: true, seed: "7", folder }, (t) => said.push(t));
  expect(said.join("\n")).toMatch(
    /one mistake.*step 4, and \d+ claims? fails? by it: find and mend it \(seed 7\)/,
  );
  const fault = faultFor(states, 4, "7");
  const written = readFolder(folder)
    .objects.map(({ object }) => JSON.stringify(object))
    .sort();
  expect(written).toEqual(fault.objects.map((o) => JSON.stringify(JSON.parse(JSON.stringify(o)))).sort());
});

test("mended: told once, with time, hints and proof, and noted for who grades it", () => {
  const fault = faultFor(states, 4, "7");
  const at = mkdtempSync(join(tmpdir(), "mended-"));
  folders.push(at);
  const watch = new FaultWatch({ lab: "stars", step: 4, seed: "7", fault, folder: at }, 1000);
  const solution = states.at(4).objects.filter(isTheirs);
  const seen = (objects: typeof solution) => {
    writeFileSync(join(at, "all.yaml"), objects.map((o) => stringify(o)).join("---\n"));
    return update(states, 4, readFolder(at));
  };
  expect(watch.mended(seen(fault.objects), 2000)).toBeUndefined();
  watch.asked();
  expect(watch.mended(seen(solution), 96_000)).toMatch(
    /mended in 1 min 35 s, hints asked for 1 times; all \d+ claims hold\n.*It was /,
  );
  expect(watch.mended(seen(solution), 99_000)).toBeUndefined();
  expect(JSON.parse(readFileSync(join(at, ".result.json"), "utf8"))).toMatchObject({
    lab: "stars",
    step: 4,
    seed: "7",
    fault: fault.id,
    seconds: 95,
    hints: 1,
  });
  // The note is no file of the learner's.
  expect(filesIn(at)).toEqual(["all.yaml"]);
});

test("--seed without --broken, and a step in which no fault would show, are refused", async () => {
  await expect(play("stars", { port: "0", seed: "7" })).rejects.toThrow(/--seed goes with --broken/);
  expect(() => faultFor(states, 0, "7")).toThrow(/nothing in which a fault would show/);
});
