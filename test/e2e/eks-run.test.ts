import { parse } from "yaml";
import { cniModes } from "../../components/aws/plan/network-request";
import { planStack, PROJECT } from "../../stacks/stack-plan";
import { runOnEks, stackFile, stackText, table, type EksRun, type Ran, type Row } from "./eks-run";

// The run itself needs an account; here its commands are answered, so that it is seen what it does with what it is told.
const RUN: EksRun = {
  cni: "aws-custom",
  region: "eu-west-1",
  budget: 5,
  lifetime: 180,
  address: "198.51.101.7",
  owner: "ada",
  emptyBackend: "file:///nowhere",
};
const MINUTE = 60_000;

/** Commands with what they answer; the first that matches counts. Each takes ten minutes. */
async function played(answers: readonly [command: RegExp, answer: Partial<Ran>][], run = RUN) {
  const commands: string[] = [];
  const files = new Map<string, string>();
  let now = Date.UTC(2026, 10, 26);
  const usual: [RegExp, Partial<Ran>][] = [
    [/sweep .*--delete/, { stdout: "{}" }],
    [/sweep/, { stdout: JSON.stringify({ remains: [] }) }],
    [/plan/, { stdout: JSON.stringify({ cost: { hour: 0.5 } }) }],
    [/verify/, { stdout: JSON.stringify({ ok: true, results: [1, 2, 3] }) }],
    [/list-nodegroups/, { stdout: JSON.stringify({ nodegroups: ["g"] }) }],
    [/describe-nodegroup/, { stdout: JSON.stringify({ nodegroup: { scalingConfig: { desiredSize: 3 } } }) }],
    [/kubectl .*get service/, { stdout: "k8s-default-of-1234.elb.eu-west-1.amazonaws.com" }],
  ];
  const rows = await runOnEks(run, {
    run: (command) => {
      const line = command.join(" ").replace("node --import tsx cli/labs.ts", "labs");
      commands.push(line);
      now += 10 * MINUTE;
      const answer = [...answers, ...usual].find(([pattern]) => pattern.test(line))?.[1];
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer });
    },
    write: (file, text) => void files.set(file, text),
    remove: (file) => void files.delete(file),
    say: () => undefined,
    now: () => now,
    sleep: (ms) => Promise.resolve(void (now += ms)),
  });
  return { rows, commands, files };
}
const results = (rows: readonly Row[]) => rows.map((r) => r.result);

test.each(cniModes)(
  "the stack that it brings up is one that the plan takes, with room for all it does: %s",
  (cni) => {
    const grown = { min: 3, instanceTypes: ["m5.large"] };
    for (const workers of [{}, grown]) {
      const text = stackText({ ...RUN, cni }, Date.UTC(2026, 10, 26), workers, true);
      const { config } = parse(text) as { config: Record<string, unknown> };
      const raw = Object.fromEntries(
        Object.entries(config).map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]),
      );
      expect(Object.keys(raw).every((k) => k.startsWith(`${PROJECT}:`))).toBe(true);
      const plan = planStack(`e2e-${cni}`, raw);
      expect(plan.clusterName).toBe(`labs-e2e-${cni}`);
      expect(plan.notes.filter((n) => n.startsWith("nodes:"))).toEqual([]);
    }
  },
);

test("all well: from up to sweep, and no file stays", async () => {
  const { rows, commands, files } = await played([], { ...RUN, lifetime: 600, budget: 20 });
  expect(results(rows)).toEqual(rows.map(() => "right"));
  expect(commands.filter((c) => /^labs (up|destroy)/.test(c))).toEqual([
    "labs up e2e-aws-custom",
    "labs up e2e-aws-custom --expect-no-changes",
    "labs up e2e-aws-custom",
    "labs up e2e-aws-custom",
    "labs up e2e-aws-custom",
    "labs destroy e2e-aws-custom",
  ]);
  expect([...files.keys()]).toEqual([]);
  expect(table(RUN, rows)).toContain("| nothing is left | right | 10:00 | nothing with this cluster's tag |");
});

test("what fails ends in destroy and a look, and what comes after it is not tried", async () => {
  const { rows, commands } = await played([[/verify/, { stdout: '{"ok":false,"results":[1]}' }]]);
  expect(rows.map((r) => [r.step, r.result])).toEqual(
    expect.arrayContaining([
      ["the labs are as predicted at their start", "wrong"],
      ["a node group grows from two to three", "not tried"],
      ["destroy", "right"],
      ["nothing is left", "right"],
    ]),
  );
  expect(commands.at(-2)).toBe("labs destroy e2e-aws-custom");
});

test("over budget nothing is made", async () => {
  const { rows, commands } = await played([[/plan/, { stdout: '{"cost":{"hour":2}}' }]]);
  expect(rows[1]).toMatchObject({ result: "wrong", saw: "at most 12.00 USD at list prices" });
  expect(commands.some((c) => /^labs (up|destroy)/.test(c))).toBe(false);
  expect(results(rows).filter((r) => r === "right")).toHaveLength(1);
});

test("when time runs out the rest is left out, and what was made goes", async () => {
  const { rows } = await played([], { ...RUN, lifetime: 90 });
  expect(results(rows).slice(-3)).toEqual(["not tried", "right", "right"]);
});

test("what destroy has left is named, deleted, and wrong; what an earlier run has left is deleted first", async () => {
  const found = [{ kind: "VPC", id: "vpc-1" }];
  const remains = JSON.stringify({ remains: [{ cluster: "labs-e2e-aws-custom", found }] });
  const { rows, commands } = await played([
    [
      /PULUMI_BACKEND_URL=file:\/\/\/nowhere .*sweep --no-machine --region eu-west-1 --json/,
      { stdout: remains },
    ],
  ]);
  expect(rows[0]).toMatchObject({ result: "right", saw: "deleted 1 things of it" });
  expect(rows.at(-1)).toMatchObject({ result: "wrong", saw: "was left, and is deleted now: VPC vpc-1" });
  expect(commands.filter((c) => c.includes("--delete labs-e2e-aws-custom --yes"))).toHaveLength(2);
});

test("the file has the name that the engine looks for", () => {
  expect(stackFile(RUN)).toBe("Pulumi.e2e-aws-custom.yaml");
});
