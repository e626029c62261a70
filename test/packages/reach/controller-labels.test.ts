import type { KubeObject } from "../../../kube/objects";
import { ask, kubernetesPolicy, pod, yaml } from "./support";

const db = pod("x/db", { role: "db" });
const open = (...labels: Record<string, string>[]): KubeObject =>
  kubernetesPolicy("x/db", {
    podSelector: { matchLabels: { role: "db" } },
    ingress: [{ from: labels.map((matchLabels) => ({ podSelector: { matchLabels } })) }],
  });
const controller = (kind: string, spec: string, api = "apps/v1"): KubeObject[] =>
  yaml(`{ apiVersion: ${api}, kind: ${kind}, metadata: { name: a, namespace: x }, spec: ${spec} }`);
const template = "template: { metadata: { labels: { app: a } }, spec: { containers: [] } }";

test.each([
  ["Job", "job-name", "a", "allow"],
  ["Job", "batch.kubernetes.io/job-name", "a", "allow"],
  ["Job", "job-name", "b", "deny"],
  ["Job", "batch.kubernetes.io/controller-uid", "7", "unknown"],
])("%s: %s=%s is %s", (kind, label, value, verdict) => {
  const objects = [...controller(kind, `{ ${template} }`, "batch/v1"), db, open({ [label]: value })];
  expect(ask(objects, "x/a → x/db TCP 5432").verdict).toBe(verdict);
});

test("a CronJob's Jobs have names that only the cluster knows", () => {
  const objects = controller("CronJob", `{ jobTemplate: { spec: { ${template} } } }`, "batch/v1");
  expect(ask([...objects, db, open({ "job-name": "a-1" })], "x/a → x/db TCP 5432").verdict).toBe("unknown");
  expect(ask([...objects, db, open({ app: "a" })], "x/a → x/db TCP 5432").verdict).toBe("allow");
});

test("the hash of a Deployment's template is there, and its value is not known", () => {
  const objects = controller("Deployment", `{ ${template} }`);
  expect(ask([...objects, db, open({ "pod-template-hash": "5d4" })], "x/a → x/db TCP 1").verdict).toBe(
    "unknown",
  );
});

test("pods of a StatefulSet are told apart by name and number where a selector asks", () => {
  const set = controller("StatefulSet", `{ replicas: 3, ${template} }`);
  const objects = [
    ...set,
    db,
    open({ "statefulset.kubernetes.io/pod-name": "a-0" }, { "apps.kubernetes.io/pod-index": "2" }),
  ];
  const verdict = (from: string): string => ask(objects, `${from} → x/db TCP 1`).verdict;
  expect(["x/a-0", "x/a-1", "x/a-2"].map(verdict)).toEqual(["allow", "deny", "allow"]);
});

describe("pods whose labels differ from their controller's template", () => {
  const set = controller("StatefulSet", `{ replicas: 2, ${template} }`);
  const owned = (name: string, role: string, ip: string): KubeObject => {
    const made = pod(`x/${name}`, { app: "a", role }, { ip });
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "a" }];
    return { ...made, metadata: { ...made.metadata, ownerReferences } };
  };

  test("are told apart, also with the controller there", () => {
    const objects = [
      ...set,
      owned("a-0", "primary", "10.0.0.1"),
      owned("a-1", "replica", "10.0.0.2"),
      db,
      open({ role: "primary" }),
    ];
    expect(ask(objects, "x/a-0 → x/db TCP 1").verdict).toBe("allow");
    expect(ask(objects, "x/a-1 → x/db TCP 1").verdict).toBe("deny");
  });

  test("count before the template where all agree", () => {
    const objects = [...set, owned("a-0", "primary", "10.0.0.1"), owned("a-1", "primary", "10.0.0.2"), db];
    expect(ask([...objects, open({ role: "primary" })], "x/a → x/db TCP 1").verdict).toBe("allow");
  });
});

test("an empty namespace is the default one", () => {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "", labels: { role: "db" } },
    spec: {},
  };
  const policy = kubernetesPolicy("default/shut", { podSelector: {}, policyTypes: ["Ingress"] });
  expect(ask([object, policy, pod("x/cli")], "x/cli → default/p TCP 1").verdict).toBe("deny");
});

test("rules that together cover every port of the client decide", () => {
  const rule = (ports: (number | string)[]): object => ({
    action: "Allow",
    protocol: "TCP",
    source: { ports },
  });
  const policy = (...rules: object[]): KubeObject => ({
    apiVersion: "projectcalico.org/v3",
    kind: "NetworkPolicy",
    metadata: { name: "p", namespace: "x" },
    spec: { selector: "role == 'db'", ingress: rules },
  });
  const verdict = (...rules: object[]): ReturnType<typeof ask> =>
    ask([db, pod("x/cli"), policy(...rules)], "x/cli → x/db TCP 1");
  expect(verdict(rule(["1:1023"]), rule(["1024:65535"])).verdict).toBe("allow");
  expect(verdict(rule(["1:1022"]), rule(["1024:65535"]))).toMatchObject({
    verdict: "unknown",
    ingress: { reason: expect.stringMatching(/--source-port/) as string },
  });
});
