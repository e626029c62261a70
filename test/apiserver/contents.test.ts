import { checkContents } from "../../stacks/cluster-contents";
import { planStack } from "../../stacks/stack-plan";
import { rawConfig } from "../support/graph";
import { running } from "../support/apiserver/running";
import { kubeconfigOf } from "../support/apiserver/server";
import { since, standing } from "../support/apiserver/standing";
import { removeAll } from "../support/apiserver/stand-ins";

const plan = (more: object) =>
  planStack(
    "mine",
    rawConfig({
      target: "existing",
      existing: { context: "mine", installedCni: "calico" },
      calico: { install: false },
      labs: { boutique: {} },
      tls: { issuer: "self-signed" },
      ...more,
    }),
  );
const existing = {
  ingress: { controller: "existing", className: "nginx", expose: "node-ports" },
  tls: { issuer: "self-signed", certManager: "existing" },
};

describe.each(running())("Kubernetes $set.kubernetes", ({ client, address }) => {
  const access = { text: kubeconfigOf(address).exportConfig(), server: address.url };

  test("what is in a real API server is read as it answers", async () => {
    const before = await standing(client);
    try {
      // The test's server has cert-manager's CRDs, and nobody's release.
      await expect(checkContents(plan({}), access)).rejects.toThrow(/tls\.certManager: CRD certificates/);
      await expect(checkContents(plan(existing), access)).rejects.toThrow(
        /ingress\.className: the cluster has no such IngressClass[\s\S]*ingress\.existing: the cluster has no such Service/,
      );
      for (const o of [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "ingress-nginx" } },
        {
          apiVersion: "networking.k8s.io/v1",
          kind: "IngressClass",
          metadata: { name: "nginx" },
          spec: { controller: "k8s.io/ingress-nginx" },
        },
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "ingress-nginx-controller", namespace: "ingress-nginx" },
          spec: { ports: [{ port: 80 }] },
        },
      ])
        await client.apply(o);
      await expect(checkContents(plan(existing), access)).resolves.toEqual([]);
      await expect(checkContents(plan({}), access)).rejects.toThrow(
        /ingress\.controller: namespace ingress-nginx is in the cluster already and is not of this stack/,
      );
    } finally {
      await removeAll(client, since(before, await standing(client)));
    }
  });
});
