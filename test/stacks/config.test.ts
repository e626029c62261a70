import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { ProblemsError } from "../../kube/problems";
import { planStack } from "../../stacks/stack-plan";
import { loadConfig } from "../../stacks/config/load-config";
import { rawConfig } from "../support/graph";

/** `path: message` of every problem that planning a config tells. */
function problems(config: Record<string, unknown>, stack = "test"): string[] {
  try {
    planStack(stack, rawConfig(config));
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map((p) => `${p.path}: ${p.message}`);
  }
}

const fixes = (config: Record<string, unknown>): (string | undefined)[] => {
  try {
    planStack("test", rawConfig(config));
    return [];
  } catch (error) {
    return (error as ProblemsError).problems.map((p) => p.fix);
  }
};

test("all defaults make a stack", () => {
  expect(problems({})).toEqual([]);
});

test("every error at once, each with its path", () => {
  const found = problems({
    target: "kind",
    kind: { podCidr: "192.168.1.0/16", wrkers: 2, portMappings: [{ nodePort: 70000 }] },
    lab: {},
    labs: { stars: { step: -1 } },
  });
  expect(found.map((f) => f.split(":")[0]).sort()).toEqual([
    "kind.podCidr",
    "kind.portMappings.0.nodePort",
    "kind.wrkers",
    "lab",
    "labs.stars.step",
  ]);
});

test.each([
  ["an unknown target names the near one", { target: "kid" }, /did you mean kind\?/],
  ["an unknown key names the near one", { kind: { wrkers: 2 } }, /did you mean workers\?/],
  ["an unknown lab names the near one", { labs: { star: {} } }, /did you mean stars\?/],
  ["a step that is not there names all", { labs: { stars: { step: 9 } } }, /0 \(open\), 1 \(default-deny\)/],
  [
    "a version outside the sets names the sets",
    { kubernetes: "1.29" },
    /1\.36 \(kind, EKS, EC2\) with Calico v3\.33\.1, v3 CRDs, 1\.35/,
  ],
  [
    "a role that is not there names the roles",
    { labs: { stars: { namespaces: { star: "x" } } } },
    /ui, stars, client/,
  ],
  [
    "the part of a key",
    { target: "existing", existing: { context: "x", cni: "calico" } },
    /did you mean installedCni\?/,
  ],
  ["an unknown chart in mirrors", { mirrors: { charts: { "tigera-operatr": "x" } } }, /tigera-operator/],
])("%s", (_what, config, fix) => {
  expect(fixes(config).join()).toMatch(fix);
});

test.each([
  [{ kind: { serviceCidr: "192.168.5.0/24" } }, "kind.serviceCidr: overlaps the pod range 192.168.0.0/16"],
  [{ kind: { podCidr: "10.0.0.0/24" } }, "kind.podCidr: holds 1 ranges of /24, and 3 nodes each take one"],
  [
    { kind: { nodeImage: "kindest/node:v1.36.4" } },
    "kind.nodeImage: has no digest, so it could change without notice",
  ],
  [
    { kind: { portMappings: [{ nodePort: 80 }, { nodePort: 81, hostPort: 80 }] } },
    "kind.portMappings.1.hostPort: is already mapped by portMappings.0",
  ],
  [{ existing: { context: "x" } }, "existing: is for target existing, and the target is kind"],
  [{ target: "existing" }, "existing.context: is missing: it names your cluster"],
  [{ labs: { a: { lab: "stars" }, b: { lab: "stars" } } }, "labs.b.namespaces.ui: is also a namespace of a"],
  [
    { labs: { stars: { namespaces: { stars: "kube-system" } } } },
    "labs.stars.namespaces.stars: belongs to the cluster, not to a lab",
  ],
  [
    { labs: { stars: { namespaces: { stars: "Stars" } } } },
    "labs.stars.namespaces.stars: must be a DNS label: lower-case letters, digits and '-', not at the ends",
  ],
  [
    { target: "existing", existing: { context: "x", installedCni: "calico" } },
    "calico.install: the cluster has Calico already (existing.installedCni: calico)",
  ],
])("refused: %j", (config, message) => {
  expect(problems(config)).toContain(message);
});

test("a copy of a lab stands beside the original", () => {
  expect(
    problems({
      labs: {
        stars: {},
        second: { lab: "stars", namespaces: { ui: "ui-2", stars: "stars-2", client: "client-2" } },
      },
    }),
  ).toEqual([]);
});

test("text that looks like a number stays text where the key is text", () => {
  const { config } = loadConfig({ "k8s-network-labs:kubernetes": "1.36" }, "k8s-network-labs");
  expect(config?.kubernetes).toBe("1.36");
});

test("keys of other projects and providers are not ours", () => {
  expect(problems({ "aws:region": "eu-central-1" })).toEqual([]);
});

test("a long stack name asks for a cluster name", () => {
  expect(problems({}, "a-stack-whose-name-is-much-too-long-for-a-cluster")).toEqual([
    "clusterName: the stack's name gives a cluster name of more than 40 characters",
  ]);
});

test("docs/configuration.md is what the schema says", () => {
  const root = resolve(__dirname, "../..");
  const check = spawnSync("node", ["--import", "tsx", "docs/generate/configuration.ts", "--check"], {
    cwd: root,
    encoding: "utf8",
  });
  expect([check.status, check.stderr]).toEqual([0, ""]);
});
