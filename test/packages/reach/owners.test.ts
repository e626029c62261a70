/** Pods whose controller is not in the input, and files as people write them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeObject } from "../../../kube/objects";
import { load, readObjects } from "../../../packages/reach/src";
import { ask, kubernetesPolicy, pod } from "./support";

const owned = (name: string, labels: Record<string, string>, ip: string): KubeObject => {
  const object = pod(name, labels, { ip });
  const metadata = { ...object.metadata, ownerReferences: [{ kind: "ReplicaSet", name: "app" }] };
  return { ...object, metadata };
};
const one = owned("x/app-1", { app: "a", zone: "north" }, "10.0.0.1");
const two = owned("x/app-2", { app: "a", zone: "south" }, "10.0.0.2");
const other = pod("x/other", {}, { ip: "10.0.0.9" });
const names = (objects: KubeObject[]): string[] => load(objects).workloads.map((w) => w.name);
const only = (podSelector: object): KubeObject => kubernetesPolicy("x/p", { podSelector, ingress: [] });

describe("pods of one controller with different labels", () => {
  test("are one workload if no selector tells them apart", () => {
    const zones = { matchExpressions: [{ key: "zone", operator: "In", values: ["north", "south"] }] };
    for (const selector of [{}, { matchLabels: { app: "a" } }, zones]) {
      const objects = [one, two, other, only(selector)];
      expect(names(objects)).toEqual(["x/app", "x/other"]);
      expect(ask(objects, "x/other → x/app TCP 80").verdict).toBe("deny");
    }
  });

  test("are separate if a policy or a Service selects one and not the other", () => {
    const north = only({ matchLabels: { zone: "north" } });
    expect(names([one, two, other, north])).toEqual(["x/app-1", "x/app-2", "x/other"]);
    expect(ask([one, two, other, north], "x/other → x/app-1 TCP 80").verdict).toBe("deny");
    expect(ask([one, two, other, north], "x/other → x/app-2 TCP 80").verdict).toBe("allow");
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "south", namespace: "x" },
      spec: { selector: { zone: "south" }, ports: [{ port: 80 }] },
    };
    expect(names([one, two, other, service])).toEqual(["x/app-1", "x/app-2", "x/other"]);
  });
});

describe("pods that have ended", () => {
  const ended = (object: KubeObject): KubeObject => ({
    ...object,
    status: { phase: "Succeeded", podIP: "10.0.0.2" },
  });

  test("are no workload, but their controller is, without their address", () => {
    expect(names([ended(pod("x/alone")), other])).toEqual(["x/other"]);
    expect(names([ended(two), other])).toEqual(["x/app", "x/other"]);
    const block = kubernetesPolicy("x/p", {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.2/32" } }] }],
    });
    expect(ask([one, two, other, block], "x/app → x/other TCP 80").verdict).toBe("unknown");
    expect(ask([one, ended(two), other, block], "x/app → x/other TCP 80").verdict).toBe("deny");
  });
});

describe("files", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "reach-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const read = (text: string): KubeObject[] => {
    writeFileSync(join(folder, "a.yaml"), text);
    return readObjects([folder]).map(({ object }) => object);
  };

  test("brackets and quotes may be indented as kubectl takes them", () => {
    const text = [
      "apiVersion: v1",
      "kind: Pod",
      "metadata:",
      "  name: a",
      "  annotations: {",
      "\tnote: 'two",
      "lines'",
      "}",
      "spec: {}",
    ].join("\n");
    expect(read(text)).toEqual([
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", annotations: { note: "two lines" } },
        spec: {},
      },
    ]);
    expect(() => read(`${text}\n bad: [`)).toThrow(/is not YAML/);
  });

  test("a Service that is defined twice is the last one, a policy is a problem", () => {
    const service = (port: number): KubeObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", namespace: "x" },
      spec: { selector: {}, ports: [{ port }] },
    });
    expect(
      load([service(80), service(81)])
        .services.get("x/s")
        ?.ports.map((p) => p.port),
    ).toEqual([81]);
    const twice = [only({}), only({ matchLabels: { app: "a" } })];
    expect(() => load(twice)).toThrow(/defined twice and differently/);
  });
});
