import type { KubeObject } from "../../../kube/objects";
import { load, UNKNOWN, type Facts } from "../../../packages/reach/src";
import { ask, globalPolicy, kubernetesPolicy, pod, told } from "./support";

const web = pod("x/web", { app: "web" });
const db = pod("x/db", { app: "db" });

describe("what is read", () => {
  test("lists are unfolded, other kinds are counted and ignored", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [web, db, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }],
    };
    const state = load([list as unknown as KubeObject]);
    expect(state.workloads.map((w) => w.name)).toEqual(["x/db", "x/web"]);
    expect([...state.ignored]).toEqual([["ConfigMap", 1]]);
  });

  test("each kind of controller is a workload by its template", () => {
    const template = { metadata: { labels: { app: "t" } }, spec: { containers: [] } };
    const apps = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => ({
      apiVersion: "apps/v1",
      kind,
      metadata: { name: kind.toLowerCase(), namespace: "x" },
      spec: { template },
    }));
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "job", namespace: "x" },
      spec: { template },
    };
    const cron = {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "cron", namespace: "x" },
      spec: { jobTemplate: { spec: { template } } },
    };
    const state = load([...apps, job, cron]);
    expect(state.workloads.map((w) => [w.name, w.kind, w.labels])).toEqual(
      [
        ["x/cron", "CronJob"],
        ["x/daemonset", "DaemonSet"],
        ["x/deployment", "Deployment"],
        ["x/job", "Job"],
        ["x/replicaset", "ReplicaSet"],
        ["x/statefulset", "StatefulSet"],
      ].map(([n, k]) => [n, k, { app: "t" }]),
    );
  });

  test("two kinds with one name are told apart by kind", () => {
    const template = { metadata: { labels: {} }, spec: {} };
    const both = ["Deployment", "DaemonSet"].map((kind) => ({
      apiVersion: "apps/v1",
      kind,
      metadata: { name: "a", namespace: "x" },
      spec: { template },
    }));
    const state = load([...both, web]);
    expect(state.workloads.map((w) => w.name)).toEqual(["x/a[DaemonSet]", "x/a[Deployment]", "x/web"]);
    expect(ask(state, "deployment/x/a → x/web TCP 1").from).toBe("x/a[Deployment]");
    expect(() => ask(state, "x/a → x/web TCP 1")).toThrow(/x\/a\[DaemonSet\] or x\/a\[Deployment\]/);
  });

  test("pods of a controller are one workload, in the input or not", () => {
    const owned = (name: string, owner: object): KubeObject => {
      const p = pod(`x/${name}`, { app: "web" });
      return { ...p, metadata: { ...p.metadata, ownerReferences: [owner] } };
    };
    const daemon = {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "d", namespace: "x" },
      spec: { template: { metadata: { labels: { app: "web" } }, spec: {} } },
    };
    const pods = ["a", "b"].map((n) => owned(`d-${n}`, { kind: "DaemonSet", name: "d", controller: true }));
    for (const objects of [[daemon, ...pods], pods]) {
      const state = load([...objects, db]);
      expect(state.workloads.map((w) => [w.name, w.kind])).toEqual([
        ["x/d", "DaemonSet"],
        ["x/db", "Pod"],
      ]);
      expect(ask(state, "x/d-a → x/db TCP 1").from).toBe("x/d");
    }
  });

  test("a pod always reaches itself", () => {
    const shut = kubernetesPolicy("x/p", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(told(ask([web, db, shut], "x/web → x/web TCP 80").ingress)).toBe(
      "allow: a pod always reaches itself",
    );
    expect(ask([web, db, shut], "x/web → x/db TCP 80").verdict).toBe("deny");
  });
});

describe("addresses of pods that are not known", () => {
  const to = (cidr: string, except: string[] = []): KubeObject =>
    kubernetesPolicy("x/p", {
      podSelector: { matchLabels: { app: "web" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr, except } }] }],
    });
  const verdict = (policy: KubeObject, facts: Facts = {}): string =>
    ask([web, db, policy], "x/web → x/db TCP 80", facts).verdict;

  test("a block holds them where it holds the pod CIDR, not where they are apart", () => {
    const facts = { podCidrs: ["10.244.0.0/16"] };
    expect(verdict(to("10.0.0.0/8"), facts)).toBe("allow");
    expect(verdict(to("192.168.0.0/16"), facts)).toBe("deny");
    expect(verdict(to("10.244.3.0/24"), facts)).toBe("unknown");
    expect(verdict(to("0.0.0.0/0", ["10.0.0.0/8"]), facts)).toBe("deny");
  });

  test("without a pod CIDR they lie in the private ranges", () => {
    expect(verdict(to("0.0.0.0/0"))).toBe("allow");
    expect(verdict(to("203.0.113.0/24"))).toBe("deny");
    expect(verdict(to("0.0.0.0/0", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]))).toBe("deny");
    // ipBlock only allows, so a part of the private ranges is taken not to hold them; Calico's nets do not guess.
    expect(verdict(to("10.0.0.0/8"))).toBe("deny");
    const calico = (nets: object): KubeObject =>
      globalPolicy("p", {
        selector: "app == 'web'",
        egress: [{ action: "Deny", destination: nets }, { action: "Allow" }],
      });
    expect(verdict(calico({ notNets: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] }))).toBe("allow");
    expect(verdict(calico({ nets: ["10.0.0.0/8"] }))).toBe("unknown");
  });

  test("pools and nodes of the input say where pods are", () => {
    const pool = {
      apiVersion: "projectcalico.org/v3",
      kind: "IPPool",
      metadata: { name: "p" },
      spec: { cidr: "10.244.0.0/16" },
    };
    const node = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n" },
      spec: { podCIDR: "10.244.0.0/24" },
    };
    expect(ask([web, db, pool, to("10.0.0.0/8")], "x/web → x/db TCP 80").verdict).toBe("allow");
    expect(ask([web, db, node, to("10.0.0.0/8")], "x/web → x/db TCP 80").verdict).toBe("allow");
  });
});

describe("values that are not known before deployment", () => {
  const question = "x/web → x/db TCP 80";
  test.each<[string, KubeObject, string]>([
    [
      "a label of the peer",
      kubernetesPolicy("x/p", {
        podSelector: { matchLabels: { app: "db" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: UNKNOWN } } }] }],
      }),
      "unknown",
    ],
    [
      "whom the policy selects",
      kubernetesPolicy("x/p", { podSelector: { matchLabels: { app: UNKNOWN } } }),
      "unknown",
    ],
    [
      "a port",
      kubernetesPolicy("x/p", { podSelector: {}, ingress: [{ ports: [{ port: UNKNOWN }] }] }),
      "unknown",
    ],
    [
      "a port beside one that allows",
      kubernetesPolicy("x/p", { podSelector: {}, ingress: [{ ports: [{ port: UNKNOWN }, { port: 80 }] }] }),
      "allow",
    ],
    [
      "a block",
      kubernetesPolicy("x/p", { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: UNKNOWN } }] }] }),
      "unknown",
    ],
    ["all rules", kubernetesPolicy("x/p", { podSelector: {}, ingress: UNKNOWN }), "unknown"],
    ["policyTypes", kubernetesPolicy("x/p", { podSelector: {}, policyTypes: UNKNOWN }), "unknown"],
    ["a Calico selector", globalPolicy("p", { selector: UNKNOWN }), "unknown"],
    [
      "a Calico rule's action",
      globalPolicy("p", { selector: "all()", types: ["Ingress"], ingress: [{ action: UNKNOWN }] }),
      "unknown",
    ],
    [
      "a rule that does not matter",
      globalPolicy("p", {
        selector: "all()",
        types: ["Ingress"],
        ingress: [{ action: "Deny", protocol: "UDP", source: { selector: UNKNOWN } }, { action: "Allow" }],
      }),
      "allow",
    ],
    [
      "a rule that agrees with what follows",
      globalPolicy("p", {
        selector: "all()",
        types: ["Ingress"],
        ingress: [{ action: "Deny", source: { nets: [UNKNOWN] } }],
      }),
      "deny",
    ],
    [
      "nets",
      globalPolicy("p", {
        selector: "all()",
        types: ["Ingress"],
        ingress: [{ action: "Allow", source: { nets: [UNKNOWN] } }],
      }),
      "unknown",
    ],
  ])("%s", (_title, policy, expected) => {
    expect(ask([web, db, policy], question).verdict).toBe(expected);
  });

  test("a pod's label", () => {
    const policy = kubernetesPolicy("x/p", { podSelector: { matchLabels: { app: "db" } } });
    expect(ask([web, pod("x/db", { app: UNKNOWN }), policy], question).verdict).toBe("unknown");
    expect(ask([web, pod("x/db", { app: "other", tier: UNKNOWN }), policy], question).verdict).toBe("allow");
  });
});
