import { openApi } from "../../cli/cluster/api-client";
import { core } from "../../cli/cluster/api-paths";
import { lookUpInCluster } from "../../cli/engine/cluster-leftovers";
import type { PendingOperation } from "../../cli/engine/engine";
import { encoded, newestRelease } from "../../cli/engine/helm-releases";
import type { KubeObject } from "../../kube/objects";
import { running } from "../support/apiserver/running";
import { kubeconfigOf } from "../support/apiserver/server";
import { removeAll } from "../support/apiserver/stand-ins";
import { since, standing, type Standing } from "../support/apiserver/standing";

const NAMESPACE = "leftovers";

const begun = (o: object, type: string): PendingOperation => ({
  urn: `urn:pulumi:mine::p::${type}::it`,
  type,
  operation: "creating",
  inputs: o as Record<string, unknown>,
});
const service = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: NAMESPACE, annotations: { "pulumi.com/skipAwait": "true" } },
  spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
});
const policy: KubeObject = {
  apiVersion: "projectcalico.org/v3",
  kind: "GlobalNetworkPolicy",
  metadata: { name: "leftover" },
  spec: { selector: "app == 'none'", types: ["Ingress"], ingress: [{ action: "Allow" }] },
};

describe.each(running().map((r) => [r.set.kubernetes, r] as const))(
  "Kubernetes %s",
  (_, { address, client }) => {
    const api = openApi(kubeconfigOf(address));
    let before: Standing;
    const began = Date.now();
    beforeAll(async () => {
      before = await standing(client);
      await api.create("/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: NAMESPACE },
      });
    });
    afterAll(async () => {
      await removeAll(client, since(before, await standing(client)));
    });
    const fate = async (op: PendingOperation, since: number | undefined) =>
      (await lookUpInCluster(api, [op], since)).get(op);

    test("objects that the provider creates are known as ours, by their age and by what was asked for", async () => {
      const by = "?fieldManager=pulumi-kubernetes";
      await api.create(`${core(NAMESPACE, "services")}${by}`, service("ours"));
      await api.create(`/apis/projectcalico.org/v3/globalnetworkpolicies${by}`, policy);
      for (const since of [began, undefined]) {
        expect(await fate(begun(service("ours"), "kubernetes:core/v1:Service"), since)).toMatchObject({
          kind: "adopt",
          adoption: { id: `${NAMESPACE}/ours` },
        });
        const custom = begun(policy, "kubernetes:projectcalico.org/v3:GlobalNetworkPolicy");
        expect(await fate(custom, since)).toMatchObject({ kind: "adopt", adoption: { id: "leftover" } });
      }
      expect(await fate(begun(service("ours"), "t"), began + 3_600_000)).toMatchObject({ kind: "foreign" });
    });

    test("what somebody else made is not, and what is not there is made", async () => {
      await api.create(`${core(NAMESPACE, "services")}?fieldManager=kubectl-create`, service("theirs"));
      expect(await fate(begun(service("theirs"), "t"), began)).toEqual({
        kind: "foreign",
        name: `Service ${NAMESPACE}/theirs`,
      });
      expect(await fate(begun(service("none"), "t"), began)).toEqual({ kind: "repeat" });
      const unserved = { ...policy, apiVersion: "example.org/v1", kind: "Nothing" };
      expect(await fate(begun(unserved, "t"), began)).toEqual({ kind: "repeat" });
    });

    test("a release whose installation was cut off is adopted, and marked so that Helm goes on with it", async () => {
      const info = { status: "pending-install", first_deployed: new Date().toISOString() };
      await api.create(core(NAMESPACE, "secrets"), {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name: "sh.helm.release.v1.web.v1",
          namespace: NAMESPACE,
          labels: { owner: "helm", name: "web", status: "pending-install", version: "1" },
        },
        type: "helm.sh/release.v1",
        data: { release: encoded({ info, config: { replicas: 2 }, manifest: "---" }) },
      });
      const inputs = { name: "web", namespace: NAMESPACE, values: { replicas: 2 } };
      expect(await fate(begun(inputs, "kubernetes:helm.sh/v3:Release"), began)).toMatchObject({
        kind: "adopt",
        adoption: { id: `${NAMESPACE}/web` },
      });
      const release = await newestRelease(api, NAMESPACE, "web");
      expect(release).toMatchObject({ status: "failed", values: { replicas: 2 } });
      expect(release?.secret.metadata.labels).toMatchObject({ status: "failed", version: "1" });
    });
  },
);
