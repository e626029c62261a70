import { logicalName } from "../../components/kubernetes/objects";
import { labAt, type Lab, type LabSelection } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { facts } from "../support/facts";

const metadata = { name: "p", namespace: "n" };
const kubernetes: KubeObject = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata };
const calico: KubeObject = { apiVersion: "projectcalico.org/v3", kind: "NetworkPolicy", metadata };
const changed: KubeObject = { ...kubernetes, spec: { podSelector: {} } };
const step = (id: string, rest: Partial<Lab["steps"][number]>): Lab["steps"][number] => ({
  id,
  title: id,
  aim: id,
  expect: () => [],
  ...rest,
});

const lab: Lab = {
  id: "l",
  title: "l",
  summary: "l",
  namespaces: {},
  clusterWide: false,
  needs: {},
  workloads: () => [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } }],
  steps: [
    step("start", {}),
    step("both", { add: () => [kubernetes, calico] }),
    step("changed", { add: () => [changed] }),
    step("calico-gone", {
      remove: () => [{ kind: "NetworkPolicy", group: "projectcalico.org", ...metadata }],
    }),
    step("all-gone", { remove: () => [{ kind: "NetworkPolicy", ...metadata }] }),
  ],
};

const at = (n: number): KubeObject[] => {
  const selection: LabSelection = {
    instance: "l",
    lab,
    step: n,
    context: { instance: "l", namespaces: {}, facts },
  };
  return labAt(selection).objects.filter((o) => o.kind === "NetworkPolicy");
};

test("policies of Kubernetes and of Calico under one name are two objects, in the lab and for the engine", () => {
  expect(at(1)).toEqual([kubernetes, calico]);
  expect(logicalName("l", kubernetes)).not.toBe(logicalName("l", calico));
});

test("an object added again replaces the one before; removal means the group that it names, or all", () => {
  expect(at(0)).toEqual([]);
  expect(at(2)).toEqual([changed, calico]);
  expect(at(3)).toEqual([changed]);
  expect(at(4)).toEqual([]);
});
