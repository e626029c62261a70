import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenOf, tokenText } from "../../../classroom/class-token";
import { readHandIn } from "../../../classroom/hand-in";
import { RUN_LABEL } from "../../../cli/verify/core/probe-pod";
import { runVerify } from "../../../cli/verify/run-verify";
import type { VerifyOptions } from "../../../cli/verify/verify-options";
import { clusterWith, options, planOf } from "./fake/lab";
import type { FakeCluster } from "./fake/server";

let folder: string;
let cluster: FakeCluster;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "verify-run-"));
  out = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text, done?: unknown) => {
    out += String(text);
    if (typeof done === "function") (done as () => void)();
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation(() => true);
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.exitCode = 0;
  rmSync(folder, { recursive: true });
  await cluster.stop();
});

/** The command on a stack file with stars at a step, and a kubeconfig file that leads to the fake. */
async function verify(step: number, more: Partial<VerifyOptions> = {}): Promise<void> {
  const stack = join(folder, "Pulumi.try.yaml");
  writeFileSync(
    stack,
    JSON.stringify({
      config: { "k8s-network-labs:target": "kind", "k8s-network-labs:labs": { stars: { step } } },
    }),
  );
  const kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, cluster.kubeconfig().exportConfig());
  await runVerify(stack, { ...options, wait: 0, kubeconfig, ...more });
}

const left = (): number =>
  cluster.store.objects.filter((o) => o.metadata.labels?.[RUN_LABEL] !== undefined).length;

test("all as claimed: JSON on standard output and nothing else, exit code 0", async () => {
  cluster = await clusterWith(planOf("stars", 3));
  await verify(3, { json: true });
  expect(JSON.parse(out)).toMatchObject({
    stack: "try",
    ok: true,
    counts: { pass: 10, fail: 0, error: 0, skip: 0 },
  });
  expect(process.exitCode).not.toBe(1);
  expect(left()).toBe(0);
});

test("the next step is not there yet: exit code 1, JUnit, and the hint", async () => {
  cluster = await clusterWith(planOf("stars", 3));
  const junit = join(folder, "out.xml");
  await verify(3, { step: "next", hint: true, junit, lab: ["stars"] });
  expect(process.exitCode).toBe(1);
  expect(out).toContain("client/client → stars/frontend TCP 80: expected open");
  expect(out).toContain("NetworkPolicy stars/frontend-policy: it is missing, under whatever name");
  expect(readFileSync(junit, "utf8")).toContain('failures="1"');
});

test("intents of a file in place of the labs' claims: probed, judged and told alike, and nothing is left", async () => {
  cluster = await clusterWith(planOf("stars", 3));
  const intents = join(folder, "intents.yaml");
  writeFileSync(
    intents,
    `open:
- { from: Deployment/stars/frontend, to: backend, port: 6379 }
- { from: client/client, to: stars/backend, port: 6379, protocol: tcp, reason: orders are stored }
closed:
- { from: client/client, to: stars/frontend, port: 80 }
- { from: stars/backend, to: stars/frontend }
`,
  );
  const junit = join(folder, "out.xml");
  await verify(3, { intents, json: true, junit });
  expect(process.exitCode).toBe(1);
  const { results } = JSON.parse(out) as { results: object[] };
  expect(results).toMatchObject([
    { lab: "intents", from: "stars/frontend", to: "stars/backend", status: "pass" },
    {
      status: "fail",
      predicted: { verdict: "deny" },
      rules: [expect.stringMatching(/^ingress closed: end of tier default/), "the intent: orders are stored"],
    },
    { status: "pass" },
    { status: "skip", detail: "without a port there is nothing to try: give the intent one" },
  ]);
  expect(left()).toBe(0);
  expect(readFileSync(junit, "utf8")).toContain(
    'classname="intents" name="stars/backend → stars/frontend (all ports) is closed"',
  );
  out = "";
  await verify(3, { intents, hint: true });
  expect(out).toMatch(
    /^intents\n[\s\S]*Likely\n.*no policy lets this through: client\/client → stars\/backend TCP 6379/,
  );
  // What stands as the step has it is not said to be missing.
  expect(out).not.toMatch(/Namespace|Deployment/);
});

test("Ctrl-C: what was made is removed, and the exit code is that of an interrupt", async () => {
  cluster = await clusterWith(planOf("stars", 0));
  cluster.behaviour = () => {
    process.emit("SIGINT");
    return { kind: "half-open" };
  };
  await verify(0);
  expect(process.exitCode).toBe(130);
  expect(out).toBe("");
  expect(left()).toBe(0);
  expect(process.listenerCount("SIGINT")).toBe(0);
});

test("a reader that goes away ends nothing before it is cleaned up", async () => {
  cluster = await clusterWith(planOf("stars", 0));
  cluster.behaviour = () => {
    process.stderr.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    return { kind: "well" };
  };
  await verify(0);
  expect(cluster.execs.length).toBeGreaterThan(0);
  expect(left()).toBe(0);
  expect(process.stderr.listenerCount("error")).toBe(0);
});

test("--clean removes what is left, of living runs too, and probes nothing", async () => {
  cluster = await clusterWith(planOf("stars", 0));
  for (const kind of ["Pod", "ConfigMap"])
    cluster.add({
      apiVersion: "v1",
      kind,
      metadata: {
        name: "x",
        namespace: "elsewhere",
        labels: { [RUN_LABEL]: "r" },
        annotations: { "k8s-network-labs/verify-owner": "other 1" },
      },
    });
  await verify(0, { clean: true });
  expect(out).toBe("2 removed, 0 left.\n");
  expect(cluster.execs).toEqual([]);
  expect(left()).toBe(0);
});

test.each<[Partial<VerifyOptions>, RegExp]>([
  [{ lab: ["moon"] }, /moon: no such lab in this stack; labs: stars/],
  [{ step: "17" }, /stars has no step 17; its steps: 0 \(open\)/],
  [{ context: "other" }, /other is not a context of the kubeconfig; contexts: /],
  [{ junit: "/no/such/folder/x.xml" }, /there is no folder \/no\/such\/folder/],
  [{ kubeconfig: "/no/such/file" }, /\/no\/such\/file cannot be read/],
])("%j is refused in one sentence", async (more, message) => {
  cluster = await clusterWith(planOf("stars", 0));
  await expect(verify(0, more)).rejects.toThrow(message);
  expect(cluster.asked).toEqual([]);
});

test("an API server that refuses is told without a stack", async () => {
  cluster = await clusterWith(planOf("stars", 0));
  cluster.answer = () => [401, { message: "Unauthorized" }];
  await expect(verify(0)).rejects.toThrow("the API server refused (401): Unauthorized");
});

test("what was verified is handed in: solved only where the cluster's own objects prove it", async () => {
  cluster = await clusterWith(planOf("stars", 3));
  const handIn = join(folder, "out");
  const report = () => readHandIn(readFileSync(join(handIn, "stars.handin"), "utf8")).handIn;
  await verify(3, { handIn, token: tokenText(tokenOf("k".repeat(43), "net", "ana")) });
  await verify(4, { handIn, hint: true });
  expect(report()?.steps).toMatchObject([
    { step: 3, id: "backend", solved: expect.any(String) as string, hints: 0 },
    { step: 4, hints: 1 },
  ]);
  expect(report()?.steps[1]?.solved).toBeUndefined();
  expect(Object.values(report()?.texts ?? {})[0]).toContain("name: backend-policy");
});
