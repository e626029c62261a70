import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { ProblemsError } from "../../kube/problems";
import { readClass } from "../../classroom/class-file";
import { knownLabs } from "../../cli/students/class-input";
import { classChecks } from "../../stacks/config/class-config";
import { planStack } from "../../stacks/stack-plan";
import type { Registered } from "../../stacks/offline/registration";
import { rawConfig, stackGraph } from "../support/graph";

// Nothing of a config is ever read by a shell: what could be is refused, and commands have constant texts.

const root = resolve(__dirname, "../..");
const DIGEST = `sha256:${"0".repeat(64)}`;
const bare = {
  target: "existing",
  existing: { context: "c", workers: 0, podCidrs: ["10.9.0.0/16"] },
  calico: { crds: "apply" },
};

/** Keys that end in another program's hands, as a config with a value there. */
const KEYS: Record<string, (value: string) => Record<string, unknown>> = {
  "kind.nodeImage": (v) => ({ kind: { nodeImage: v } }),
  "mirrors.calicoCrds": (v) => ({ ...bare, mirrors: { calicoCrds: v } }),
  "mirrors.images.quay.io": (v) => ({ kind: { network: {} }, mirrors: { images: { "quay.io": v } } }),
  "mirrors.charts.cert-manager": (v) => ({ mirrors: { charts: { "cert-manager": v } } }),
  "ingress.chart.repository": (v) => ({ ingress: { chart: { name: "x", version: "1", repository: v } } }),
  "ingress.image.repository": (v) => ({ ingress: { image: { repository: v, tag: "1" } } }),
};
const clusterName = (v: string): Record<string, unknown> => ({ clusterName: v });

function refused(config: Record<string, unknown>): string[] {
  try {
    planStack("test", rawConfig(config));
    return [];
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map((p) => p.path);
    throw error;
  }
}

const INJECTIONS = [
  `x$(touch pwned)@${DIGEST}`,
  "x`touch pwned`",
  "x; touch pwned",
  'x" && touch "pwned',
  "x | touch pwned",
  "x\ntouch pwned",
  "--help $HOME",
  "file:///etc/passwd",
  "",
];

test.each(Object.entries({ ...KEYS, clusterName }))(
  "%s: shell text is refused at its path",
  (path, config) => {
    for (const value of INJECTIONS)
      expect([value, refused(config(value))]).toEqual([value, expect.arrayContaining([path])]);
  },
);

test("the same in a class file's config", () => {
  const file = { config: { kind: { nodeImage: INJECTIONS[0] }, mirrors: { calicoCrds: "$(touch pwned)" } } };
  expect(() => readClass(file, "c.yaml", classChecks(knownLabs()))).toThrow(
    /config\.kind\.nodeImage: must be[\s\S]*config\.mirrors\.calicoCrds: must be/,
  );
});

test("what people write is taken", () => {
  const right: Record<string, string[]> = {
    "kind.nodeImage": [
      `kindest/node:v1.36.4@${DIGEST}`,
      `mirror.local:5000/a_b/c-d@${DIGEST}`,
      `[::1]:5000/n@${DIGEST}`,
    ],
    "mirrors.calicoCrds": [
      "../crds (v3)/all.yaml",
      "/home/O'Brien/crds",
      "C:\\labs\\crds",
      "https://a.b:8443/x.yaml?a=b&c=%20",
    ],
    "mirrors.images.quay.io": ["mirror.local:5000/hub", "10.0.0.1:5000", "mirror.local/"],
    "mirrors.charts.cert-manager": [
      "https://charts.jetstack.io",
      "oci://quay.io/jetstack/charts",
      "./charts/cm.tgz",
    ],
  };
  for (const [path, values] of Object.entries(right))
    for (const value of values) expect([value, refused(KEYS[path]!(value))]).toEqual([value, []]);
});

test("no text reaches the plan with a character of a shell, whatever is written", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(KEYS)),
      fc.string({ unit: "binary", minLength: 1 }),
      (path, tail) => {
        const value = `registry.example.org/x${tail}`;
        if (refused(KEYS[path]!(value)).length === 0) expect(value).not.toMatch(/["$`;|<>*?\n\0]/);
      },
    ),
    { numRuns: 300 },
  );
});

const commandsOf = (resources: readonly Registered[]): Registered[] =>
  resources.filter((r) => r.type === "command:local:Command");
const texts = (resources: readonly Registered[]): Set<unknown> =>
  new Set(commandsOf(resources).flatMap((r) => ["create", "update", "delete"].map((k) => r.inputs[k])));

test("the texts of commands are the same whatever the config says", async () => {
  const one = await stackGraph({ kind: { network: {} } }, { stack: "one" });
  const two = await stackGraph(
    {
      clusterName: "other",
      kubernetes: "1.35",
      kind: { workers: 1, nodeImage: `a/b@${DIGEST}`, network: { subnet: "198.18.0.0/20", asNumber: 65001 } },
      mirrors: { images: { "quay.io": "mirror.local:5000/q" } },
    },
    { stack: "two" },
  );
  expect(texts(two.resources)).toEqual(texts(one.resources));
  const three = await stackGraph(bare, { stack: "three" });
  const four = await stackGraph({ ...bare, mirrors: { calicoCrds: "my crds/it's.yaml" } }, { stack: "four" });
  expect(texts(four.resources)).toEqual(texts(three.resources));
});

/** Runs a command as the provider does. */
function run(command: Registered, path: string, stdin = ""): { stdout: string; stderr: string } {
  return spawnSync("/bin/sh", ["-c", String(command.inputs["create"])], {
    cwd: root,
    env: { ...process.env, PATH: path, ...(command.inputs["environment"] as Record<string, string>) },
    input: stdin,
    encoding: "utf8",
  });
}

test("docker gets each value as one word", async () => {
  const bin = mkdtempSync(join(tmpdir(), "bin-"));
  writeFileSync(join(bin, "docker"), "#!/bin/sh\nprintf '<%s>' \"$@\"\n");
  chmodSync(join(bin, "docker"), 0o755);
  const graph = await stackGraph({
    kind: { network: {} },
    mirrors: { images: { "quay.io": "mirror.local" } },
  });
  const PATH = `${bin}:${process.env["PATH"]}`;
  expect(run(graph.named("kind-outside-network"), PATH).stdout).toBe(
    "<network><create><--label><k8s-network-labs.cluster=labs-test><--subnet><198.19.0.0/20><--gateway><198.19.15.253><--ip-range><198.19.0.0/24><labs-test>",
  );
  expect(run(graph.named("kind-outside-host1"), PATH).stdout).toMatch(
    /<--name><labs-test-host1>.*<--network><labs-test><--ip><198\.19\.15\.254>.*<--entrypoint><sh><mirror\.local\/frrouting\/frr:[^>]*><-c><printf/,
  );
});

test("a cluster job reads its work from its environment", async () => {
  const graph = await stackGraph({ ...bare, mirrors: { calicoCrds: "no such, it's.yaml" } });
  const kubeconfig = JSON.stringify({
    clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:9" } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
    users: [{ name: "c", user: {} }],
    "current-context": "c",
  });
  const { stderr } = run(graph.named("calico-crds-run"), process.env["PATH"] ?? "", kubeconfig);
  expect(stderr).toContain("no such file or directory, stat 'no such, it's.yaml'");
  expect(existsSync(join(root, "pwned"))).toBe(false);
}, 30_000);
