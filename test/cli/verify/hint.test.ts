import { openApi } from "../../../cli/cluster/api-client";
import { checksOf } from "../../../cli/verify/core/checks";
import type { Hint } from "../../../cli/verify/core/check-model";
import { findHints } from "../../../cli/verify/hint/find-hints";
import { verify } from "../../../cli/verify/verify-claims";
import type { KubeObject } from "../../../kube/objects";
import { FakeClock } from "./fake/clock";
import { clusterWith, options, planOf } from "./fake/lab";
import type { FakeCluster } from "./fake/server";

let cluster: FakeCluster;
afterEach(() => cluster.stop());

/** The hints after a run on a cluster that is as the step says but for this change. */
async function hintsOn(
  lab: string,
  step: number,
  change: (objects: KubeObject[]) => KubeObject[],
): Promise<Hint[]> {
  const plan = planOf(lab, step);
  cluster = await clusterWith(plan, change);
  const reached = { kubeconfig: cluster.kubeconfig(), how: "fake" };
  const clock = new FakeClock();
  const report = await verify({
    plan,
    checks: checksOf(plan),
    reached,
    options: { ...options, wait: 0 },
    say: () => undefined,
    clock,
  });
  return findHints(openApi(reached.kubeconfig, { clock }), plan, report.results);
}

/** Changes the policy of this name: in place, or into what the edit gives; nothing for none. */
const policy =
  (name: string, edit: (spec: Record<string, unknown>, o: KubeObject) => unknown) =>
  (all: KubeObject[]): KubeObject[] =>
    all.flatMap((o) => {
      if (o.metadata.name !== name || !o.kind.endsWith("NetworkPolicy")) return [o];
      const result = edit(o["spec"] as Record<string, unknown>, o) as KubeObject | KubeObject[] | undefined;
      return result ?? [o];
    });
const gone = (): KubeObject[] => [];

const brief = (hints: Hint[]): string[] => hints.map((h) => `${h.cause}: ${h.object}: ${h.message}`);
const FIXED = ["stars: stars/frontend → stars/backend TCP 6379"];

test("nothing wrong, nothing told", async () => {
  expect(await hintsOn("stars", 4, (all) => all)).toEqual([]);
});

test("a label in the policy that no pod has", async () => {
  const hints = await hintsOn(
    "stars",
    3,
    policy("backend-policy", (spec) => {
      spec["podSelector"] = { matchLabels: { role: "back-end" } };
    }),
  );
  expect(brief(hints)).toEqual([
    "label: NetworkPolicy stars/backend-policy: podSelector looks for role=back-end, which no pod of namespace stars has; stars/backend has role=backend: write podSelector role=backend",
  ]);
  expect(hints[0]?.fixes).toEqual(FIXED);
});

test("a peer's label", async () => {
  const hints = await hintsOn(
    "stars",
    3,
    policy("backend-policy", (spec) => {
      spec["ingress"] = [
        {
          from: [{ podSelector: { matchLabels: { role: "fronted" } } }],
          ports: [{ protocol: "TCP", port: 6379 }],
        },
      ];
    }),
  );
  expect(brief(hints)).toEqual([
    "label: NetworkPolicy stars/backend-policy: ingress rule 0 names pods with role=fronted; stars/frontend has role=frontend: write podSelector role=frontend",
  ]);
  expect(hints[0]?.fixes).toEqual(FIXED);
});

test("the port", async () => {
  const hints = await hintsOn(
    "stars",
    3,
    policy("backend-policy", (spec) => {
      spec["ingress"] = [
        { from: [{ podSelector: { matchLabels: { role: "frontend" } } }], ports: [{ port: 6378 }] },
      ];
    }),
  );
  expect(brief(hints)).toEqual([
    "port: NetworkPolicy stars/backend-policy: ingress rule 0 opens TCP port 6378; stars/backend is asked on TCP 6379: write port: 6379",
  ]);
  expect(hints[0]?.fixes).toEqual(FIXED);
});

test("the policy in another namespace", async () => {
  const hints = await hintsOn(
    "stars",
    3,
    policy("backend-policy", (_, o) => ({ ...o, metadata: { ...o.metadata, namespace: "client" } })),
  );
  expect(brief(hints)).toEqual([
    "namespace: NetworkPolicy client/backend-policy: it stands in namespace client, and policies of Kubernetes select pods of their own namespace only; stars/backend is in namespace stars: write metadata.namespace: stars",
  ]);
  expect(hints[0]?.fixes).toEqual(FIXED);
});

test("a namespace without the label that policies name", async () => {
  const hints = await hintsOn("stars", 2, (all) =>
    all.map((o) =>
      o.kind === "Namespace" && o.metadata.name === "management-ui"
        ? { ...o, metadata: { name: "management-ui" } }
        : o,
    ),
  );
  expect(hints[0]).toMatchObject({
    cause: "label",
    object: "Namespace management-ui",
    message: expect.stringMatching(
      /^metadata.labels.* is missing, and .*: write .*role: management-ui/,
    ) as string,
  });
  expect(hints[0]?.fixes).toHaveLength(3);
});

test("a policy type that lacks", async () => {
  const hints = await hintsOn(
    "yaobank",
    2,
    policy("summary-policy", (spec) => {
      spec["policyTypes"] = ["Ingress"];
    }),
  );
  expect(brief(hints).join()).toContain(
    "policy type: NetworkPolicy yaobank/summary-policy: policyTypes lacks Egress",
  );
});

test("a policy of another name with the same mistake is found by what it does", async () => {
  const hints = await hintsOn(
    "stars",
    3,
    policy("backend-policy", (spec, o) => {
      spec["ingress"] = [
        {
          from: [{ podSelector: { matchLabels: { role: "frontend" } } }],
          ports: [{ protocol: "TCP", port: 80 }],
        },
      ];
      return { ...o, metadata: { ...o.metadata, name: "my-solution" } };
    }),
  );
  expect(brief(hints)).toEqual([
    "port: NetworkPolicy stars/my-solution: ingress rule 0 opens TCP port 80; stars/backend is asked on TCP 6379: write port: 6379",
  ]);
});

test("a learner's own names, and all is right: nothing told", async () => {
  const hints = await hintsOn("stars", 4, (all) =>
    all.map((o) =>
      o.kind === "NetworkPolicy" ? { ...o, metadata: { ...o.metadata, name: `my-${o.metadata.name}` } } : o,
    ),
  );
  expect(brief(hints)).toEqual([]);
});

test("what differs from the step's and changes no claimed flow is no mistake", async () => {
  const hints = await hintsOn(
    "stars",
    4,
    policy("frontend-policy", (spec) => {
      const role = { matchLabels: { role: "client" } };
      spec["ingress"] = [{ from: [{ namespaceSelector: role, podSelector: role }], ports: [{ port: 80 }] }];
    }),
  );
  expect(brief(hints)).toEqual([]);
});

test("a missing policy, and the flows that it would fix", async () => {
  const hints = await hintsOn("stars", 4, policy("frontend-policy", gone));
  expect(brief(hints)).toEqual([
    "missing: NetworkPolicy stars/frontend-policy: it is missing, under whatever name, and client/client → stars/frontend TCP 80 is closed: write an object such as NetworkPolicy stars/frontend-policy",
  ]);
  expect(hints[0]?.fixes).toEqual(["stars: client/client → stars/frontend TCP 80"]);
});

test("a policy too many", async () => {
  const hints = await hintsOn("stars", 3, (all) => [
    ...all,
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "open-all", namespace: "stars" },
      spec: { podSelector: {}, ingress: [{}] },
    },
  ]);
  expect(hints[0]).toMatchObject({ cause: "extra", object: "NetworkPolicy stars/open-all" });
  expect(hints[0]?.fixes.length).toBeGreaterThan(2);
});

test("DNS is forgotten", async () => {
  const plan = planOf("yaobank", 0);
  const steps = plan.labs[0]?.lab.steps.map((s) => s.id) ?? [];
  const last = steps.length - 1;
  const hints = await hintsOn("yaobank", last, (all) =>
    all.map((o) => {
      if (o.kind !== "GlobalNetworkPolicy") return o;
      const spec = o["spec"] as { egress?: { destination?: { ports?: unknown[] } }[] };
      return {
        ...o,
        spec: {
          ...spec,
          egress: (spec.egress ?? []).filter((r) => r.destination?.ports?.includes(53) !== true),
        },
      };
    }),
  );
  expect(hints[0]?.cause).toBe("dns");
  expect(hints[0]?.fixes.every((m) => m.includes("coredns"))).toBe(true);
  expect(hints[0]?.fixes.length).toBeGreaterThan(0);
});

test("policies are right and the network is not: that is said", async () => {
  const plan = planOf("stars", 0);
  cluster = await clusterWith(plan);
  cluster.network = () => "silence";
  const reached = { kubeconfig: cluster.kubeconfig(), how: "fake" };
  const report = await verify({
    plan,
    checks: checksOf(plan),
    reached,
    options: { ...options, wait: 0 },
    say: () => undefined,
    clock: new FakeClock(),
  });
  const hints = await findHints(openApi(reached.kubeconfig), plan, report.results);
  expect(hints).toHaveLength(1);
  expect(hints[0]).toMatchObject({ cause: "workload", object: "the network" });
  expect(hints[0]?.fixes).toHaveLength(9);
});
