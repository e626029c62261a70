import { CLUSTER_QUESTIONS } from "../../components/existing/plan/cluster-questions";
import type { FoundCluster } from "../../components/existing/plan/found-cluster";
import { askCluster } from "../../stacks/ask-cluster";
import type { KubeObject } from "../../kube/objects";
import { running, type Running } from "../support/apiserver/running";
import { kubeconfigOf } from "../support/apiserver/server";
import { since, standing } from "../support/apiserver/standing";
import { removeAll } from "../support/apiserver/stand-ins";
import { userWith } from "../support/apiserver/users";
import { kubeadm } from "../components/existing/recorded";

const facts = async (kubeconfig: Running["address"] | { text: string }): Promise<FoundCluster> => {
  const text = "text" in kubeconfig ? kubeconfig.text : kubeconfigOf(kubeconfig).exportConfig();
  const reading = await askCluster({ text, server: "it" }, "labs-mine");
  if (reading.kind !== "answered") throw new Error("no answer");
  return reading.found;
};

describe.each(running())("Kubernetes $set.kubernetes", (here) => {
  const { client, address } = here;

  test("a bare API server answers every question: ranges, the group of Calico, and what is not there", async () => {
    const { answers, ...found } = await facts(address);
    expect(answers.refused).toEqual({});
    expect(found.serviceCidrs?.from).toBe("ServiceCIDR kubernetes");
    expect(found.serviceCidrs?.value).toEqual(["10.96.0.0/16", "fd00:10:96::/112"]);
    expect(found.nodes?.all).toBe(0);
    expect(answers.objects.dns).toEqual([]);
  });

  test("what kubeadm leaves in a cluster is read as the server gives it back", async () => {
    const before = await standing(client);
    const made: KubeObject[] = ["kubeadm", "proxyConfig", "nodes"].flatMap(
      (q) => kubeadm().objects[q as "kubeadm"] ?? [],
    );
    try {
      for (const { metadata, ...o } of made) await client.apply({ ...o, metadata });
      const found = await facts(address);
      expect(found.podCidrs?.value).toEqual(["10.244.0.0/16"]);
      expect(found.apiServer?.value).toEqual({ host: "10.0.0.4", port: 6443 });
      expect(found.nodes).toMatchObject({ all: 3, workers: 2, controlPlane: 1 });
      expect(found.cni?.value).toBe("none");
    } finally {
      await removeAll(client, since(before, await standing(client)));
    }
  });

  test("without rights each question has the server's own reason", async () => {
    const user = await userWith(here, "facts-none", []);
    try {
      const { answers, ...found } = await facts({ text: user.kubeconfig.exportConfig() });
      // Every account may see which groups are served.
      expect(Object.keys(answers.refused).sort()).toEqual(
        Object.keys(CLUSTER_QUESTIONS)
          .filter((q) => q !== "calicoApi")
          .sort(),
      );
      expect(answers.refused.nodes).toMatch(
        /nodes is forbidden: User "system:serviceaccount:default:facts-none"/,
      );
      expect(found.cni).toBeUndefined();
      expect(found.loadBalancer).toBeUndefined();
    } finally {
      await user.remove();
    }
  });
});
