import { labAt } from "../../labs/model";
import { podAndHostViews } from "../../labs/pod-and-host-views/lab";
import { wireguard } from "../../labs/wireguard/lab";
import type { KubeObject } from "../../kube/objects";
import { facts } from "../support/facts";
import { contextOf } from "./proof";

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

test("what runs in the host is a DaemonSet, one pod on every node", () => {
  const { objects } = at(podAndHostViews, podAndHostViews.steps.length - 1);
  const inHost = objects.filter(
    (o) => ["Deployment", "DaemonSet"].includes(o.kind) && podSpec(o).hostNetwork,
  );
  expect(inHost.map((o) => o.kind)).toEqual(["DaemonSet"]);
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
