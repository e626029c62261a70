import { checksOf } from "../../../cli/verify/core/checks";
import type { Report, Result } from "../../../cli/verify/core/check-model";
import { RUN_LABEL } from "../../../cli/verify/core/probe-pod";
import { verify } from "../../../cli/verify/verify-claims";
import { succeeded } from "../../../cli/verify/format/report-words";
import type { KubeObject } from "../../../kube/objects";
import type { StackPlan } from "../../../stacks/stack-plan";
import { FakeClock } from "./fake/clock";
import { clusterWith, options, planOf } from "./fake/lab";
import type { FakeCluster } from "./fake/server";

let cluster: FakeCluster | undefined;
let said: string[] = [];
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function run(
  plan: StackPlan,
  on: FakeCluster,
  more: { signal?: AbortSignal; clock?: FakeClock; start?: number; parallel?: number } = {},
): Promise<Report> {
  cluster = on;
  said = [];
  const { signal, clock = new FakeClock(), ...changed } = more;
  return verify({
    plan,
    checks: checksOf(plan),
    reached: { kubeconfig: on.kubeconfig(), how: "fake" },
    options: { ...options, ...changed },
    say: (line) => said.push(line),
    clock,
    ...(signal === undefined ? {} : { signal }),
  });
}

const ours = (on: FakeCluster): KubeObject[] =>
  on.store.objects.filter((o) => o.metadata.labels?.[RUN_LABEL] !== undefined);
const of = (report: Report, status: Result["status"]): Result[] =>
  report.results.filter((r) => r.status === status);
const flows = (results: readonly Result[]): string[] =>
  results.map((r) => r.check.id.replace(/^[^:]*: /, ""));

test.each([
  ["stars", 0],
  ["stars", 1],
  ["stars", 3],
  ["stars", 4],
  ["yaobank", 3],
])("%s at step %i stands as its step says, and nothing is left behind", async (lab, step) => {
  const plan = planOf(lab, step);
  const report = await run(plan, await clusterWith(plan));
  const probed = report.results.filter(
    (r) => r.check.kind === "flow" && r.check.from !== "internet" && r.check.to !== "internet",
  );
  expect(probed.filter((r) => r.status !== "pass")).toEqual([]);
  expect(probed.length).toBeGreaterThan(4);
  expect(ours(cluster!)).toEqual([]);
  expect(report.created.every((c) => c.gone)).toBe(true);
  // Everything that was made was told before.
  for (const c of report.created) expect(said).toContain(`+ ${c.kind} ${c.namespace}/${c.name}`);
});

test("a policy that is not there: each open flow is named, with the rule that should have closed it", async () => {
  const plan = planOf("stars", 3);
  const open = await clusterWith(plan, (all) =>
    all.filter((o) => o.metadata.namespace !== "client" || o.kind !== "NetworkPolicy"),
  );
  const second = await run(plan, open);
  expect(succeeded(second)).toBe(false);
  expect(flows(of(second, "fail"))).toEqual([
    "stars/backend → client/client TCP 9000",
    "stars/frontend → client/client TCP 9000",
  ]);
  const [first] = of(second, "fail");
  expect(first?.detail).toMatch(/^192\.168\.1\.\d+:9000: connected$/);
  expect(first?.rules.join("\n")).toMatch(/ingress closed: .*client\/(default-deny|allow-ui)/);
});

test("a wrong label closes a flow that should be open", async () => {
  const plan = planOf("stars", 3);
  const on = await clusterWith(plan, (all) =>
    all.map((o) => {
      if (o.metadata.name !== "backend-policy") return o;
      (o["spec"] as { podSelector: unknown }).podSelector = { matchLabels: { role: "back-end" } };
      return o;
    }),
  );
  const report = await run(plan, on);
  expect(flows(of(report, "fail"))).toEqual(["stars/frontend → stars/backend TCP 6379"]);
  expect(of(report, "fail")[0]?.rules.join()).toContain("backend-policy");
});

test("the probe pods stand for the workload: labels and account, but no controller's labels, rights or readiness", async () => {
  const plan = planOf("yaobank", 0);
  const on = await clusterWith(plan);
  const pods: KubeObject[] = [];
  on.answer = ({ method, path }, body) => {
    if (method === "POST" && path.endsWith("/pods") && body !== undefined) pods.push(body);
    return undefined;
  };
  await run(plan, on);
  const summary = pods.find((p) => p.metadata.labels?.["app"] === "summary");
  expect(summary?.metadata).toMatchObject({
    namespace: "yaobank",
    labels: { app: "summary", version: "v1" },
    ownerReferences: [{ kind: "ConfigMap", controller: true, uid: expect.stringMatching(/^uid-/) as string }],
  });
  expect(summary?.metadata.labels).not.toHaveProperty("pod-template-hash");
  expect(summary?.["spec"]).toMatchObject({
    serviceAccountName: "summary",
    automountServiceAccountToken: false,
    activeDeadlineSeconds: 900,
    hostNetwork: false,
    readinessGates: [{ conditionType: "k8s-network-labs/never-ready" }],
    // It runs also where the workload's node is cordoned.
    tolerations: [{ key: "node.kubernetes.io/unschedulable", operator: "Exists" }],
  });
});

test("a change that settles late is waited for, and then everything is tried once more", async () => {
  const plan = planOf("stars", 1);
  const on = await clusterWith(plan);
  let packets = 0;
  const late = on.network;
  // The first packets still get through.
  on.network = (packet) => (packets++ < 3 ? "connected" : late(packet));
  const clock = new FakeClock();
  const report = await run(plan, on, { clock });
  expect(of(report, "pass")).toHaveLength(9);
  // 9, of them 3 too early; these again; and 9 to confirm.
  expect(packets).toBe(21);
  expect(said).toContainEqual(expect.stringMatching(/^3 not as expected yet; trying again for up to \d+ s/));
});

test("it stops waiting at the limit", async () => {
  const plan = planOf("stars", 1);
  const on = await clusterWith(plan);
  on.network = () => "connected";
  const clock = new FakeClock();
  const report = await run(plan, on, { clock });
  expect(of(report, "fail")).toHaveLength(9);
  expect(clock.now()).toBeGreaterThanOrEqual(10_000);
  expect(clock.now()).toBeLessThan(20_000);
});

test.each([
  [1, 1],
  [4, 2],
])("with %i connections allowed there are at most so many, and at least %i", async (parallel, least) => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  on.behaviour = () => ({ kind: "slow" });
  await run(plan, on, { parallel });
  expect(on.mostAtOnce).toBeLessThanOrEqual(parallel);
  expect(on.mostAtOnce).toBeGreaterThanOrEqual(least);
});

test("a probe pod that cannot start is told for each of its flows, and the others are still probed", async () => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  on.started = (pod) =>
    pod.metadata.namespace === "client"
      ? {
          phase: "Pending",
          containerStatuses: [
            { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
          ],
        }
      : { phase: "Running" };
  const report = await run(plan, on);
  expect(of(report, "pass").length).toBe(7);
  expect(of(report, "error").map((r) => r.detail)).toEqual(
    Array(2).fill("the probe pod of client/client does not run: ImagePullBackOff: no such image"),
  );
  expect(ours(on)).toEqual([]);
});

test("a quota that refuses probe pods is told, and nothing is left", async () => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  on.answer = ({ method, path }) =>
    method === "POST" && path === "/api/v1/namespaces/stars/pods"
      ? [403, { message: "exceeded quota: pods" }]
      : undefined;
  const report = await run(plan, on);
  expect(of(report, "error").map((r) => r.detail)).toContain(
    "no probe pod for stars/backend: exceeded quota: pods",
  );
  expect(of(report, "pass").length).toBeGreaterThan(0);
  expect(ours(on)).toEqual([]);
});

test("what an earlier run left is removed first; a run that still lives elsewhere keeps its own", async () => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  const left = (name: string, owner: string, age: number): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "stars",
      labels: { role: "backend", [RUN_LABEL]: "old" },
      annotations: { "k8s-network-labs/verify-owner": owner },
      creationTimestamp: new Date(Date.now() - age * 1000).toISOString(),
    },
  });
  const { hostname } = await import("node:os");
  on.add(
    left("crashed-here", `${hostname()} 999999999`, 5),
    left("long-gone", "other 1", 3600),
    left("lives", "other 1", 5),
  );
  const report = await run(plan, on);
  expect(ours(on).map((o) => o.metadata.name)).toEqual(["lives"]);
  expect(report.notes.join()).toContain("1 objects of other runs");
  // Nobody's probe pod is taken for the lab's own.
  expect(of(report, "pass")).toHaveLength(9);
});

test("stopped in the middle: what was made is removed, also what was just being made", async () => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  const controller = new AbortController();
  on.answer = ({ method, path }, body) => {
    if (method === "POST" && path.endsWith("/pods") && body !== undefined) {
      // It is made, and the answer never comes.
      on.add(body);
      controller.abort(new Error("stopped"));
      return "silence";
    }
    return undefined;
  };
  await expect(run(plan, on, { signal: controller.signal })).rejects.toThrow("stopped");
  expect(ours(on)).toEqual([]);
});

test("a failure half-way removes what was made", async () => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  on.answer = ({ method, query }) =>
    method === "GET" && (query.get("labelSelector") ?? "").startsWith(`${RUN_LABEL}=`)
      ? [500, { message: "etcd is ill" }]
      : undefined;
  await expect(run(plan, on)).rejects.toThrow("etcd is ill");
  expect(ours(on)).toEqual([]);
});

test("what cannot be removed is reported, and the rest goes", async () => {
  const plan = planOf("stars", 0);
  const on = await clusterWith(plan);
  on.answer = ({ method, path }) =>
    method === "DELETE" && /\/client\/pods\//.test(path) ? [403, { message: "not allowed" }] : undefined;
  const report = await run(plan, on);
  const still = report.created.filter((c) => !c.gone);
  expect(still.map((c) => `${c.kind} ${c.namespace}`)).toEqual(["Pod client"]);
  expect(said.join("\n")).toMatch(/! Pod client\/labs-verify-\S+ is still there: not allowed/);
});

test("a name that is not on the cluster, and a pod that is not ready, are errors and not closed flows", async () => {
  const plan = planOf("stars", 1);
  const on = await clusterWith(plan, (all) =>
    all.filter((o) => !(o.kind === "Deployment" && o.metadata.name === "backend")),
  );
  const report = await run(plan, on);
  expect(of(report, "error").length).toBe(5);
  expect(of(report, "error")[0]?.detail).toBe("stars/backend is not on the cluster");
  expect(of(report, "fail")).toEqual([]);
});
