import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { carries } from "../../docs/generate/carries";
import { labs } from "../../labs/index";
import { told } from "./rules/lab-rules";
import { objectKey } from "../../kube/objects";
import { readStackFile } from "../../stacks/offline/stack-file";
import { planStack, PROJECT } from "../../stacks/stack-plan";

const root = resolve(__dirname, "../..");

test("docs/labs.md is what the labs say", () => {
  // Prettier's API is ESM: it runs in a process of its own, as the script does.
  const check = spawnSync(process.execPath, ["--import", "tsx", "docs/generate/labs.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(told("The catalogue", check.status === 0 ? [] : [check.stderr])).toEqual([]);
});

test("the stack kind, or a stack of its own, carries every lab", () => {
  const kind = { title: "kind", stack: "kind" } as const;
  const lacking = labs.map((l) => carries(l, kind)).filter((c) => c.stack === undefined);
  expect(
    told(
      "A stack that carries it",
      lacking.map((c) => `${c.lab.id}: ${c.reasons.join("; ")}`),
    ),
  ).toEqual([]);
});

test("what must not run on somebody's own cluster is refused there, with the reason", () => {
  const existing = { title: "your own cluster", stack: "existing" } as const;
  const refused = labs.map((l) => carries(l, existing)).filter((c) => c.stack === undefined);
  expect(refused.map((c) => c.lab.id).sort()).toEqual(
    labs
      .filter((l) => l.needs.ownCluster === true || ["docker-networks", "dual-stack"].includes(l.id))
      .map((l) => l.id)
      .sort(),
  );
  for (const c of refused.filter((r) => r.lab.needs.ownCluster === true))
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
  const own = (id: string) => existsSync(join(root, `Pulumi.${id}.yaml`));
  const sharing = labs.filter((l) => !own(l.id));
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
  expect(told("Sharing a cluster", twice)).toEqual([]);
});
