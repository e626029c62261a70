import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { carries } from "../../docs/generate/carries";
import { notes } from "../../docs/generate/exercises";
import { labs } from "../../labs/index";
import { objectKey } from "../../kube/objects";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";

const root = resolve(__dirname, "../..");
const exercises = notes.flatMap((n) => n.exercises);

test("docs/labs.md is what the labs say", () => {
  // Prettier's API is ESM: it runs in a process of its own, as the script does.
  const check = spawnSync(process.execPath, ["--import", "tsx", "docs/generate/labs.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect([check.status, check.stderr]).toEqual([0, ""]);
});

test("every exercise is in a lab, done by a stack, or has its reason", () => {
  for (const e of exercises) {
    const answers = [e.labs, e.stack, e.missing].filter((a) => a !== undefined);
    expect([e.what, answers.length > 0]).toEqual([e.what, true]);
    if (e.missing !== undefined) expect([e.what, e.labs, e.stack]).toEqual([e.what, undefined, undefined]);
  }
  expect(exercises.length).toBeGreaterThan(80);
});

test("each lab and step that an exercise names exists", () => {
  const named = exercises.flatMap((e) =>
    Object.entries(e.labs ?? {}).flatMap(([id, steps]) => steps.map((step) => `${id}/${step}`)),
  );
  const there = new Set(labs.flatMap((l) => l.steps.map((s) => `${l.id}/${s.id}`)));
  expect(named.filter((n) => !there.has(n))).toEqual([]);
});

test("every lab has an exercise of the notes, and a stack that carries it", () => {
  const named = new Set(exercises.flatMap((e) => Object.keys(e.labs ?? {})));
  expect(labs.filter((l) => !named.has(l.id)).map((l) => l.id)).toEqual([]);
  const kind = { title: "kind", stack: "kind" } as const;
  expect(labs.map((l) => carries(l, kind)).filter((c) => c.stack === undefined)).toEqual([]);
});

test("what must not run on somebody's own cluster is refused there, with the reason", () => {
  const existing = { title: "your own cluster", stack: "existing" } as const;
  const refused = labs.map((l) => carries(l, existing)).filter((c) => c.stack === undefined);
  expect(refused.map((c) => c.lab.id).sort()).toEqual(
    labs
      .filter((l) => l.needs.ownCluster === true)
      .map((l) => l.id)
      .sort(),
  );
  for (const c of refused)
    expect(c.reasons).toContainEqual(expect.stringContaining("only on one made by this project"));
});

test("BGP on EKS is refused with its reason", () => {
  const lab = labs.find((l) => l.id === "bgp")!;
  const found = carries(lab, { title: "EKS, Calico CNI", stack: "eks", cni: "calico" });
  expect(found.stack).toBeUndefined();
  expect(found.reasons).toEqual([
    "it needs BGP between the nodes",
    "there is no router on the nodes' network to exchange routes with",
  ]);
});

test("labs that may share a cluster never make the same object", () => {
  const sharing = labs.filter((l) => l.needs.ownCluster !== true);
  const { raw } = readStackFile("kind", root);
  const wishes = JSON.stringify(Object.fromEntries(sharing.map((l) => [l.id, { step: 0 }])));
  const plan = planStack("kind", { ...raw, [`${PROJECT}:labs`]: wishes });
  expect(plan.labs).toHaveLength(sharing.length);
  const owners = new Map<string, string>();
  const twice: string[] = [];
  for (const { lab, context } of plan.labs) {
    const all = [...lab.workloads(context), ...lab.steps.flatMap((s) => s.add?.(context) ?? [])];
    for (const key of new Set(all.map(objectKey))) {
      const owner = owners.get(key);
      if (owner !== undefined) twice.push(`${key} is made by ${owner} and ${lab.id}`);
      owners.set(key, lab.id);
    }
  }
  expect(twice).toEqual([]);
});
