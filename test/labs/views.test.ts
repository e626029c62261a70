import { labAt } from "../../labs/model";
import { podAndHostViews } from "../../labs/pod-and-host-views/lab";
import { wireguard } from "../../labs/wireguard/lab";
import type { KubeObject } from "../../kube/objects";
import { facts } from "../support/facts";
import { contextOf, unproved } from "./proof";

interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  volumes?: unknown[];
  automountServiceAccountToken?: boolean;
  containers: {
    securityContext: { privileged?: boolean; capabilities?: { add?: string[]; drop?: string[] } };
  }[];
}

const podSpec = (o: KubeObject): PodSpec =>
  (o as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;

const at = (lab: typeof wireguard, step: number) =>
  labAt({ instance: lab.id, lab, step, context: contextOf(lab, facts) });

describe.each([podAndHostViews, wireguard])("$id", (lab) => {
  test.each(lab.steps.map((s, i) => [i, s.id] as const))("claims of step %i %s hold", (i) => {
    expect(unproved(lab, i, facts)).toEqual([]);
  });

  test("what needs privileges has a namespace that grants them by name, and nothing else runs in the host", () => {
    const { objects } = at(lab, lab.steps.length - 1);
    const level = (name: string | undefined) =>
      objects.find((o) => o.kind === "Namespace" && o.metadata.name === name)?.metadata.labels?.[
        "pod-security.kubernetes.io/enforce"
      ];
    for (const o of objects.filter((x) => ["Deployment", "DaemonSet"].includes(x.kind))) {
      const spec = podSpec(o);
      const wants =
        spec.hostNetwork === true ||
        spec.hostPID === true ||
        spec.containers.some(
          (c) => c.securityContext.privileged === true || c.securityContext.capabilities?.add !== undefined,
        );
      if (wants)
        expect([o.metadata.name, level(o.metadata.namespace)]).toEqual([o.metadata.name, "privileged"]);
      if (spec.hostNetwork === true) expect(o.kind).toBe("DaemonSet");
      expect(spec.automountServiceAccountToken).toBe(false);
    }
  });
});

test("the workbench can hurt nobody: a network of its own, no path or process of the node, only the rights it needs", () => {
  const bench = at(podAndHostViews, 2).objects.find((o) => o.metadata.name === "workbench")!;
  const spec = podSpec(bench);
  expect(spec).not.toHaveProperty("hostNetwork");
  expect(spec).not.toHaveProperty("hostPID");
  expect(spec).not.toHaveProperty("volumes");
  expect(spec.containers[0]?.securityContext.privileged).toBeUndefined();
  expect(spec.containers[0]?.securityContext.capabilities).toEqual({
    drop: ["ALL"],
    add: ["NET_ADMIN", "NET_RAW", "SYS_ADMIN"],
  });
});

test("encryption goes on and off by one field of an object that Calico owns", () => {
  const enabled = wireguard.steps.map((_, i) =>
    at(wireguard, i).patches.map((p) => [p.kind, p.metadata.name, p["spec"]]),
  );
  expect(enabled).toEqual(
    [false, true, false].map((wireguardEnabled) => [["FelixConfiguration", "default", { wireguardEnabled }]]),
  );
});
