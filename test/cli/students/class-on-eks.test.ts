import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { planEnvironments } from "../../../classroom/plan-environments";
import { loadClass } from "../../../cli/students/class-input";
import { planStacks } from "../../../cli/students/planned-stacks";
import { ProblemsError } from "../../../kube/problems";
import { environmentConfig } from "../../../stacks/config/class-config";

const CLASS = {
  class: "net101",
  target: "eks",
  owner: "me@example.org",
  labs: { boutique: 0, "ingress-routing": 0, "game-2048": 0 },
  sizes: { workers: 4 },
  config: {
    eks: { region: "eu-central-1", endpoint: { publicCidrs: ["8.8.8.8/32"] } },
    ingress: { loadBalancer: { sourceRanges: ["8.8.8.8/32"] } },
    dns: { baseDomain: "labs.acme.dev", zone: "find" },
    tls: { issuer: "acme", email: "me@acme.dev" },
  },
};
const arn = (name: string): string => `arn:aws:iam::123456789012:user/${name}`;

function plan(rows: string[], more: { config?: object } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "class-"));
  const files = [join(folder, "roster.csv"), join(folder, "class.yaml")] as const;
  writeFileSync(files[0], `id,principalArn,target\n${rows.map((r) => `${r}\n`).join("")}`);
  writeFileSync(files[1], stringify({ ...CLASS, config: { ...CLASS.config, ...more.config } }));
  try {
    const { cls, students } = loadClass(...files);
    const { planned, problems } = planEnvironments({
      students,
      cls,
      configOf: environmentConfig,
      existing: new Map(),
      machine: "m",
      owner: "me",
      now: 0,
      nodePorts: [],
    });
    const stacks = planStacks(planned);
    return { planned, warnings: stacks.warnings, problems: [...problems, ...stacks.problems] };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return { planned: new Map<string, never>(), warnings: [], problems: error.problems };
  }
}
const messages = (found: ReturnType<typeof plan>) =>
  found.problems.map((p) => `${p.path.replace(/^.*\//, "")}: ${p.message}`);

test("each student has names and a way in of their own, and nobody else's", () => {
  const { planned, problems } = plan([`Ana.B,${arn("ana")},`, "bo,,"]);
  expect(problems).toEqual([]);
  expect([...planned.values()].map(({ config }) => [config.dns, config.eks?.access])).toEqual([
    [
      { baseDomain: "ana-b.labs.acme.dev", zone: "find", zoneName: "labs.acme.dev" },
      { student: { principalArn: arn("ana") } },
    ],
    [{ baseDomain: "bo.labs.acme.dev", zone: "find", zoneName: "labs.acme.dev" }, undefined],
  ]);
});

test.each<[string, string[], object, string[]]>([
  ["what is no principal", ["ana,nope,"], {}, ["roster.csv:2: principalArn: is no IAM user or role"]],
  [
    "one principal twice",
    [`ana,${arn("x")},`, `bo,${arn("x")},`],
    {},
    ["roster.csv:3: principalArn: is ana's too, at "],
  ],
  [
    "a principal on kind",
    [`ana,${arn("ana")},kind`],
    { dns: {}, tls: {}, ingress: {} },
    ["roster.csv:2: principalArn: is for eks, and the target is kind"],
  ],
  [
    "a zone for each",
    ["ana,,"],
    { dns: { baseDomain: "x.dev", zone: "create" } },
    ["class.yaml: config.dns.zone: would make a zone for each student"],
  ],
  [
    "more certificates than there are",
    Array.from({ length: 9 }, (_, i) => `s${i},,`),
    {},
    ["config of net101-s8: tls.issuer: 54 certificates below labs.acme.dev"],
  ],
])("%s is refused", (_, rows, config, expected) => {
  expect(messages(plan(rows, { config }))).toEqual(expected.map((e) => expect.stringContaining(e) as string));
});

test("certificates that a second up would exceed are warned of; those for practice are not counted", () => {
  const rows = ["a,,", "b,,", "c,,", "d,,", "e,,"];
  const said = (issuer: string) =>
    plan(rows, { config: { tls: { issuer, email: "me@acme.dev" } } }).warnings.filter((w) =>
      w.startsWith("tls"),
    );
  expect(said("acme")).toEqual([expect.stringMatching(/^tls: 30 certificates .*second time within a week/)]);
  expect(said("acme-staging")).toEqual([]);
});

test("certificates of a Gateway count as those of Ingresses", () => {
  const ingress = { controller: "gateway", loadBalancer: { sourceRanges: ["203.0.113.7/32"] } };
  const rows = Array.from({ length: 9 }, (_, i) => `s${i},,`);
  expect(messages(plan(rows, { config: { ingress } }))).toEqual([
    expect.stringContaining("tls.issuer: 54 certificates below labs.acme.dev"),
  ]);
});
