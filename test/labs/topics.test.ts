import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { carries } from "../../docs/generate/carries";
import { topicGroups } from "../../docs/generate/topics";
import type { Evidence } from "../../docs/generate/topics/topic";
import { labs } from "../../labs/index";
import { readGuide } from "../guides/read-guide";
import { told } from "./rules/lab-rules";

const root = resolve(__dirname, "../..");
const topics = topicGroups.flatMap((group) => group.topics);

/** What a learner types at a step, and the objects that it brings; undefined where there is no such step. */
async function stepText(id: string, step: string): Promise<string | undefined> {
  const lab = labs.find((l) => l.id === id);
  const found = lab?.steps.find((s) => s.id === step);
  const context = lab && carries(lab, { title: "kind", stack: "kind" }).planned?.context;
  if (lab === undefined || found === undefined || context === undefined) return undefined;
  const guide = await readGuide(readFileSync(join(root, "labs", id, "README.md"), "utf8"), lab);
  const commands = guide.blocks.filter((b) => b.steps.includes(step)).flatMap((b) => b.commands);
  const objects = [
    ...(found === lab.steps[0] ? lab.workloads(context) : []),
    ...(found.add?.(context) ?? []),
    ...(found.patch?.(context) ?? []),
  ];
  return [...commands.map((c) => c.text), ...objects.map((o) => JSON.stringify(o))].join("\n");
}

/** What the catalogue says is done, and is not, one line each. */
async function unproved(what: string, evidence: Evidence): Promise<string[]> {
  const claims = Object.entries(evidence).flatMap(([id, steps]) =>
    Object.entries(steps).map(([step, shows]) => ({ id, step, shows })),
  );
  const lines = await Promise.all(
    claims.map(async ({ id, step, shows }) => {
      const text = await stepText(id, step);
      if (text === undefined) return [`"${what}": ${id} has no step ${step}`];
      return shows.test(text)
        ? []
        : [`"${what}": nothing at step ${step} of ${id} has ${String(shows)}: no command, no object`];
    }),
  );
  return claims.length === 0 ? [`"${what}": names no step`] : lines.flat();
}

test("what the catalogue says is done, the guide's commands or the objects of that step have", async () => {
  const all = await Promise.all(
    topics.flatMap((t) => (t.done === undefined ? [] : [unproved(t.what, t.done)])),
  );
  expect(told("The catalogue", all.flat())).toEqual([]);
});

test("a topic that claims too much is found", async () => {
  expect(await unproved("The operator", { yaobank: { open: /helm install/ } })).toEqual([
    '"The operator": nothing at step open of yaobank has /helm install/: no command, no object',
  ]);
  expect(await unproved("Nowhere", { yaobank: { "no-step": /./ }, "no-lab": { open: /./ } })).toEqual([
    '"Nowhere": yaobank has no step no-step',
    '"Nowhere": no-lab has no step open',
  ]);
  expect(await unproved("Nothing", {})).toEqual(['"Nothing": names no step']);
});

test("an expression that every step has shows nothing", async () => {
  const other = (await stepText("game-2048", "inside")) ?? "";
  const empty = topics.flatMap(({ what, done = {} }) =>
    Object.entries(done).flatMap(([id, steps]) =>
      Object.values(steps)
        .filter((shows) => id !== "game-2048" && (shows.test("") || shows.test(other)))
        .map((shows) => `"${what}": ${String(shows)}`),
    ),
  );
  expect(empty).toEqual([]);
});

test("what the catalogue says is read, the page has", () => {
  const lacking = topics.flatMap(({ what, pages = {} }) =>
    Object.entries(pages)
      .filter(([name, shows]) => !shows.test(readFileSync(join(root, `docs/concepts/${name}.md`), "utf8")))
      .map(([name, shows]) => `"${what}": docs/concepts/${name}.md has nothing like ${String(shows)}`),
  );
  expect(told("The catalogue", lacking)).toEqual([]);
});

test("a topic is done, read, or has its reason", () => {
  for (const { what, done, pages, missing } of topics)
    expect([what, [done, pages, missing].filter((a) => a !== undefined).length]).toEqual([what, 1]);
});
