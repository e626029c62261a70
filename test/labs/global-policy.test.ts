import { globalPolicy as lab } from "../../labs/global-policy/lab";
import { excluded } from "../../labs/global-policy/policies";
import { facts } from "../support/facts";
import { ask, stateAt, unproved } from "./proof";

const stepOf = (id: string): number => lab.steps.findIndex((s) => s.id === id);

describe.each(lab.steps.map((s, i) => [i, s.id] as const))("step %i %s", (i) => {
  test("claims hold", () => {
    expect(unproved(lab, i, facts)).toEqual([]);
  });
});

test("no step selects a namespace in which the cluster lives", () => {
  expect(excluded).toEqual(
    expect.arrayContaining(["kube-system", "calico-system", "calico-apiserver", "tigera-operator"]),
  );
});

test("what decides a visitor's call moves: nothing, the default, order, then the tier", () => {
  const decided = (id: string): string | null => {
    const [flow] = ask(stateAt(lab, stepOf(id), facts), {
      from: "visitors/visitor",
      to: "yaobank/customer",
      port: 80,
    });
    return flow?.ingress.verdict === "deny" ? flow.ingress.policy : null;
  };
  expect(["open", "default-deny", "developers", "order", "tiers"].map(decided)).toEqual([
    null,
    "default-app-policy",
    null,
    "block-visitors",
    "platform.guard-bank",
  ]);
});

test("a label alone opens the database while Kubernetes policies guard it, an account's label does not lie", () => {
  const impostor = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "impostor", namespace: "yaobank", labels: { app: "summary" } },
    spec: { serviceAccountName: "default", containers: [{ name: "c" }] },
  };
  const verdicts = ["tiers", "service-accounts"].map((id) => {
    const state = stateAt(lab, stepOf(id), facts, [impostor]);
    return ask(state, { from: "yaobank/impostor", to: "yaobank/database", port: 2379 })[0]?.ingress.verdict;
  });
  expect(verdicts).toEqual(["allow", "deny"]);
});
