import { livePod } from "../../cli/verify/cluster/find-inventory";
import { probePod } from "../../cli/verify/core/probe-pod";
import { labs } from "../../labs/index";
import { labAt } from "../../labs/model";
import { BUSYBOX } from "../../labs/images";
import type { KubeObject } from "../../kube/objects";
import { planStack } from "../../stacks/stack-plan";
import { lastStep, stackWith } from "../support/lab-stacks";
import { running } from "../support/apiserver/running";
import { removeAll } from "../support/apiserver/stand-ins";
import { since, standing } from "../support/apiserver/standing";

const NAMESPACE = "restricted";
const settings = {
  run: "test",
  owner: "test 1",
  image: BUSYBOX,
  lifetimeSeconds: 900,
  anchor: { name: "anchor", uid: "00000000-0000-0000-0000-000000000000" },
};

/** A pod of every workload that a lab has at any step. */
function podsOf(id: string): KubeObject[] {
  const objects = Array.from({ length: lastStep(id) + 1 }, (_, step) => {
    const { stack, raw } = stackWith({ [id]: step });
    return planStack(stack, raw).labs.flatMap((s) => labAt(s).objects);
  }).flat();
  return objects.flatMap((o) => {
    const { template } = (o["spec"] ?? {}) as {
      template?: { metadata: object; spec?: { containers?: unknown } };
    };
    if (o.kind !== "Pod" && template?.spec?.containers === undefined) return [];
    const { metadata, spec } = template ?? { metadata: {}, spec: o["spec"] };
    return [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...o.metadata, ...metadata, namespace: NAMESPACE },
        spec,
      },
    ];
  });
}

describe.each(running().map((r) => [r.set.kubernetes, r] as const))("Kubernetes %s", (_, { client }) => {
  test("a probe pod of every workload of every lab satisfies Pod Security `restricted`, host networks apart", async () => {
    const before = await standing(client);
    const enforced = ["enforce", "warn", "audit"].map((m) => [
      `pod-security.kubernetes.io/${m}`,
      "restricted",
    ]);
    const pods = labs.flatMap((l) => podsOf(l.id)).map(livePod);
    expect(pods.length).toBeGreaterThan(20);
    try {
      await client.apply({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: NAMESPACE, labels: Object.fromEntries(enforced) as Record<string, string> },
      });
      for (const name of new Set(pods.map((p) => p.serviceAccount)))
        await client.apply({
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name, namespace: NAMESPACE },
        });
      const complaints: string[] = [];
      for (const like of pods.filter((p) => !p.hostNetwork)) {
        const pod = probePod(
          { kind: "pod", key: like.name, like: { ...like, node: "node1" } },
          "probe",
          settings,
        );
        const warnings = await client.apply(pod, { dryRun: true }).then(
          (a) => a.warnings,
          (e: unknown) => [String(e)],
        );
        complaints.push(...warnings.map((w) => `${like.name}: ${w}`));
      }
      expect(complaints).toEqual([]);
    } finally {
      await removeAll(client, since(before, await standing(client)));
    }
  });
});
