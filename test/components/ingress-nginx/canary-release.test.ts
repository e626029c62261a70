import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CanaryRelease } from "../../../components/ingress-nginx/canary";
import { byWeight, type Canary } from "../../../routing/canary/canary";
import type { Routes } from "../../../routing/routes/routes";
import { runOffline } from "../../../stacks/offline/run";
import { Graph } from "../../support/graph";
import { facts } from "../../support/facts";

const routes: Routes = {
  name: "shop",
  namespace: "shop",
  hosts: [{ host: "a.org", paths: [{ path: "/", backend: { service: "web", port: 80 } }] }],
};
const canary: Canary = {
  name: "shop-canary",
  namespace: "shop",
  host: "a.org",
  path: "/",
  primary: { service: "web", port: 80 },
  canary: { service: "web-v2", port: 80 },
  strategy: byWeight(5),
};

async function release(
  canaries: readonly Canary[],
  preview: boolean,
  failed: (error: unknown) => void = (error) => {
    throw error;
  },
): Promise<Graph> {
  const run = await runOffline({ stack: "test", raw: {}, preview }, () => {
    const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
    const cluster = {
      name: "c",
      provider,
      local: new command.Provider("local"),
      kubeconfig: pulumi.secret("{}"),
      facts,
      identity: "c",
      nodes: [],
    };
    const shared = { cluster, className: "labs", mirrors: { charts: {}, images: {} }, wait: true, after: [] };
    try {
      new CanaryRelease("shop", { ...shared, routes, canaries });
    } catch (error) {
      failed(error);
    }
    return Promise.resolve({});
  });
  return new Graph(run.resources, run.outputs);
}

test.each([true, false])(
  "the canary comes after its primary, on the cluster's provider (preview: %s)",
  async (preview) => {
    const graph = await release([canary], preview);
    const name = "shop-ingress-shop-shop-canary";
    expect(graph.waitsFor(name, "shop-ingress-shop-shop")).toBe(true);
    expect(graph.named(name).provider).toContain("cluster");
    expect(graph.named(name).inputs["metadata"]).toMatchObject({
      annotations: {
        "nginx.ingress.kubernetes.io/canary": "true",
        "nginx.ingress.kubernetes.io/canary-weight": "5",
      },
    });
  },
);

test("what cannot work is refused before anything is registered", async () => {
  const errors: unknown[] = [];
  const bad = [
    { ...canary, strategy: byWeight(200) },
    { ...canary, name: "two" },
  ];
  const graph = await release(bad, true, (error) => errors.push(error));
  expect(String(errors[0])).toMatch(/outside its range: 0 to 100[\s\S]*canary on this host and path already/);
  expect(graph.resources.filter((r) => r.type.startsWith("kubernetes:"))).toEqual([]);
  expect(graph.has("shop")).toBe(false);
});
