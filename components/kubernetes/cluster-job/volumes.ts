import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import { Api, ApiError } from "./api";
import { isGone } from "./gone";

interface Volume extends KubeObject {
  spec: {
    csi?: { driver: string; volumeHandle: string };
    claimRef?: { namespace: string; name: string; uid?: string };
    persistentVolumeReclaimPolicy?: string;
  };
  status?: { phase?: string; message?: string };
}

interface Claiming extends KubeObject {
  spec: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] };
}

const CLAIM = ["v1", "PersistentVolumeClaim"] as const;
const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

/**
 * Deletes the claims of every volume that a CSI driver has made, with the pods that hold them, and waits until the
 * volumes are gone: in the cloud they would outlive the cluster. What is to be kept (`Retain`) is named and left.
 * Where the cluster is gone already there is nobody to ask; that is said.
 */
export async function removeVolumes(
  kubeconfig: KubeConfig,
  driver: string,
  until: number,
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<void> {
  let left: Volume[] = [];
  for (let first = true; ; first = false) {
    try {
      left = await oneRound(new Api(kubeconfig), driver, first ? say : undefined);
      if (left.length === 0) return;
    } catch (error) {
      if (isGone(error)) {
        say(
          `the cluster's API server is not there any more: volumes of ${driver} may be left, look for their tags`,
        );
        return;
      }
      const passing = !(error instanceof ApiError) || error.code === 429 || error.code >= 500;
      if (!passing || Date.now() > until) throw error;
    }
    if (Date.now() > until) break;
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  const lines = left.map(
    ({ metadata, spec, status }) =>
      `  ${spec.csi?.volumeHandle ?? metadata.name}: ${status?.phase ?? ""} ${status?.message ?? ""}, claimed by ${keyOf(spec.claimRef?.namespace, spec.claimRef?.name ?? "nobody")}`,
  );
  throw new Error(
    ["volumes are still there:", ...lines, "  look: kubectl get pv,pvc -A; run destroy again"].join("\n"),
  );
}

/** Volumes that are still to go. */
async function oneRound(api: Api, driver: string, say?: (line: string) => void): Promise<Volume[]> {
  const all = ((await api.list("v1", "PersistentVolume")) as Volume[]).filter(
    (v) => v.spec.csi?.driver === driver,
  );
  const kept = all.filter((v) => v.spec.persistentVolumeReclaimPolicy === "Retain");
  if (kept.length > 0)
    say?.(`kept, as their reclaim policy says: ${kept.map((v) => v.spec.csi?.volumeHandle).join(", ")}`);
  const going = all.filter((v) => v.spec.persistentVolumeReclaimPolicy !== "Retain");
  if (going.length === 0) return [];
  const refs = new Set(going.map(({ spec: { claimRef: r } }) => keyOf(r?.namespace, r?.name ?? "")));
  const claims = (await api.list(...CLAIM)).filter(({ metadata: m }) => refs.has(keyOf(m.namespace, m.name)));
  for (const claim of claims) if (!("deletionTimestamp" in claim.metadata)) await api.remove(...CLAIM, claim);
  const held = new Set(claims.map(({ metadata: m }) => keyOf(m.namespace, m.name)));
  for (const pod of (await api.list("v1", "Pod")) as Claiming[]) {
    const holds = (pod.spec.volumes ?? []).some((v) =>
      held.has(keyOf(pod.metadata.namespace, v.persistentVolumeClaim?.claimName ?? "")),
    );
    if (holds && !("deletionTimestamp" in pod.metadata)) await api.remove("v1", "Pod", pod);
  }
  return going;
}
