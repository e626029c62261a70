import { KubeConfig } from "@kubernetes/client-node";
import { verify } from "../../cli/verify/verify-claims";
import { openApi } from "../../cli/verify/cluster/api-client";
import { checksOf } from "../../cli/verify/core/checks";
import { RUN_LABEL } from "../../cli/verify/core/probe-pod";
import { findHints } from "../../cli/verify/hint/find-hints";
import { labAt } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { planStack, PROJECT } from "../../stacks/stack-plan";

/**
 * verify on a cluster that may be changed: KUBECONFIG names it and LABS_VERIFY_CLUSTER=1 says so. With kubelets and a
 * CNI that enforces policies the flows are probed; with nodes that are only objects (kwok) exec fails, and all but the
 * probing is real. The namespaces are the test's own, and it deletes them.
 */
const allowed = process.env["LABS_VERIFY_CLUSTER"] === "1" && process.env["KUBECONFIG"] !== undefined;
const on = allowed ? describe : describe.skip;

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "/api/v1/namespaces",
  Service: "/api/v1/namespaces/*/services",
  Deployment: "/apis/apps/v1/namespaces/*/deployments",
  NetworkPolicy: "/apis/networking.k8s.io/v1/namespaces/*/networkpolicies",
};
const pathOf = (o: KubeObject): string => (PLURALS[o.kind] ?? "").replace("*", o.metadata.namespace ?? "");

on("labs verify on the cluster that KUBECONFIG names", () => {
  const kubeconfig = new KubeConfig();
  if (allowed) kubeconfig.loadFromDefault();
  const api = openApi(kubeconfig);
  const suffix = Date.now().toString(36);
  const namespaces = {
    ui: `verify-ui-${suffix}`,
    stars: `verify-stars-${suffix}`,
    client: `verify-client-${suffix}`,
  };
  const plan = planStack("try", {
    [`${PROJECT}:target`]: "kind",
    [`${PROJECT}:labs`]: JSON.stringify({ probe: { lab: "stars", step: 3, namespaces } }),
  });
  let fakeNodes = false;

  beforeAll(async () => {
    const nodes = await api.list("/api/v1/nodes");
    // kwok writes its name where kube-proxy's version stands.
    const proxies = nodes.map(
      (n) => (n["status"] as { nodeInfo?: { kubeProxyVersion?: string } }).nodeInfo?.kubeProxyVersion,
    );
    fakeNodes = proxies.every((v) => v?.startsWith("kwok") === true);
    const [lab] = plan.labs;
    for (const o of lab === undefined ? [] : labAt(lab).objects) await api.create(pathOf(o), o);
    for (let i = 0; i < 120; i++) {
      const pods = (
        await Promise.all(Object.values(namespaces).map((ns) => api.list(`/api/v1/namespaces/${ns}/pods`)))
      ).flat();
      if (pods.length === 4 && pods.every((p) => (p["status"] as { phase?: string }).phase === "Running"))
        return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    throw new Error("the lab's pods do not run");
  }, 150_000);

  afterAll(async () => {
    for (const ns of Object.values(namespaces)) await api.remove(`/api/v1/namespaces/${ns}`);
  });

  const left = async (): Promise<string[]> =>
    (
      await Promise.all(
        ["pods", "configmaps"].map((p) => api.list(`/api/v1/${p}`, { labelSelector: RUN_LABEL })),
      )
    )
      .flat()
      .map((o) => o.metadata.name);

  test("probe pods are accepted, run, are probed from, and are gone afterwards", async () => {
    const pods = await api.list(`/api/v1/namespaces/${namespaces.stars}/pods`);
    const report = await verify({
      plan,
      checks: checksOf(plan),
      reached: { kubeconfig, how: "KUBECONFIG" },
      options: {
        timeout: 2,
        wait: fakeNodes ? 0 : 60,
        start: 90,
        parallel: 4,
        requests: 100,
        internet: "1.1.1.1",
      },
      say: () => undefined,
    });
    // Three namespaces, four workloads.
    expect(report.created.map((c) => c.kind).sort()).toEqual([
      ...Array<string>(3).fill("ConfigMap"),
      ...Array<string>(4).fill("Pod"),
    ]);
    expect(report.created.every((c) => c.gone)).toBe(true);
    if (fakeNodes)
      expect(report.results.map((r) => r.detail).join()).not.toMatch(/does not run|no probe pod/);
    else expect(report.results.filter((r) => r.status !== "pass")).toEqual([]);
    expect(await gone()).toEqual([]);
    // No controller took a probe pod for its own, or removed one of its own for it.
    const after = await api.list(`/api/v1/namespaces/${namespaces.stars}/pods`);
    expect(after.map((p) => p.metadata.name).sort()).toEqual(pods.map((p) => p.metadata.name).sort());
  }, 240_000);

  /** A deletion with grace takes a moment. */
  async function gone(): Promise<string[]> {
    for (let i = 0; i < 30; i++) {
      const names = await left();
      if (names.length === 0) return names;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return left();
  }

  test("--hint: policies as the API server stores them are those of the step, and a changed one is found", async () => {
    expect(await findHints(api, plan, [])).toEqual([]);
    const path = `/apis/networking.k8s.io/v1/namespaces/${namespaces.stars}/networkpolicies`;
    const stored = await api.get(`${path}/backend-policy`);
    await api.remove(`${path}/backend-policy`);
    await api.create(path, {
      apiVersion: stored.apiVersion,
      kind: stored.kind,
      metadata: { name: "my-policy", namespace: namespaces.stars },
      spec: {
        podSelector: { matchLabels: { role: "backend" } },
        ingress: [
          { from: [{ podSelector: { matchLabels: { role: "frontend" } } }], ports: [{ port: 6378 }] },
        ],
      },
    });
    expect(await findHints(api, plan, [])).toMatchObject([
      {
        cause: "port",
        object: `NetworkPolicy ${namespaces.stars}/my-policy`,
        message: "ingress opens other ports: TCP 6378; the step has TCP 6379",
      },
    ]);
  }, 60_000);
});

if (!allowed) test("needs a cluster: KUBECONFIG and LABS_VERIFY_CLUSTER=1", () => undefined);
