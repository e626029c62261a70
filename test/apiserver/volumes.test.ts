import { removeVolumes } from "../../components/kubernetes/cluster-job/volumes";
import { gp3Class } from "../../components/eks/plan/storage-plan";
import type { KubeObject } from "../../kube/objects";
import { running } from "../support/apiserver/running";
import { kubeconfigOf } from "../support/apiserver/server";
import { defaultAccount, removeAll } from "../support/apiserver/stand-ins";
import { since, standing } from "../support/apiserver/standing";

const inShop = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "volumes" },
  spec,
});
const size = { storage: "1Gi" };
const claim = inShop("PersistentVolumeClaim", "data", {
  accessModes: ["ReadWriteOnce"],
  resources: { requests: size },
  storageClassName: "gp3",
  volumeName: "pv-data",
});
const volume = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "pv-data" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    capacity: size,
    csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" },
    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "volumes", name: "data" },
    persistentVolumeReclaimPolicy: "Delete",
    storageClassName: "gp3",
  },
};
const pod = (name: string, more: object) =>
  inShop("Pod", name, { containers: [{ name: "c", image: "busybox" }], ...more });
const holder = pod("holder", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] });
const other = pod("other", {});

describe.each(running())("Kubernetes $set.kubernetes", ({ client, address }) => {
  test("at destroy a real API server gives up claims, the pods that hold them, and nothing else", async () => {
    const before = await standing(client);
    /** Where kube-controller-manager and the driver would be: protection ends with the last pod, the volume with the claim. */
    const unprotected = async (o: KubeObject): Promise<void> => {
      const stored = await client.get(o);
      if (stored !== undefined)
        await client.put({ ...stored, metadata: { ...stored.metadata, finalizers: [] } });
    };
    const controllers = setInterval(() => {
      void (async () => {
        const stored = await client.get(claim);
        if (stored === undefined) {
          await client.remove(volume);
          await unprotected(volume);
        } else if (
          stored.metadata["deletionTimestamp"] !== undefined &&
          (await client.get(holder)) === undefined
        )
          await unprotected(claim);
      })().catch(() => undefined);
    }, 200);
    try {
      await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "volumes" } });
      await defaultAccount(client, "volumes");
      for (const o of [gp3Class, volume, claim, holder, other]) await client.apply(o);
      const said: string[] = [];
      await removeVolumes(kubeconfigOf(address), "ebs.csi.aws.com", Date.now() + 30_000, (line) =>
        said.push(line),
      );
      expect(said).toEqual([]);
      expect(await Promise.all([volume, claim, holder].map((o) => client.get(o)))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(await client.get(other)).toBeDefined();
    } finally {
      clearInterval(controllers);
      await removeAll(client, since(before, await standing(client)));
    }
  });
});
