import { gunzipSync, gzipSync } from "node:zlib";
import type { KubeObject } from "../../kube/objects";
import { ApiError, type ClusterApi } from "../cluster/api-client";
import { core } from "../cluster/api-paths";

/** The newest revision of a Helm release, as Helm keeps it in a Secret. */
export interface StoredRelease {
  status: string;
  /** Moment of the first installation in milliseconds, by the clock of the machine that made it. */
  firstDeployed: number;
  /** The values that were given. */
  values: Record<string, unknown>;
  secret: KubeObject;
}

interface Payload {
  info: { status: string; description?: string; first_deployed: string };
  config?: Record<string, unknown>;
}

/** @returns undefined where there is no such release */
export async function newestRelease(
  api: ClusterApi,
  namespace: string,
  name: string,
): Promise<StoredRelease | undefined> {
  const secrets = await api.list(core(namespace, "secrets"), { labelSelector: `owner=helm,name=${name}` });
  const revision = (s: KubeObject): number => Number(s.metadata.labels?.["version"] ?? 0);
  const [secret] = secrets.sort((a, b) => revision(b) - revision(a));
  if (secret === undefined) return undefined;
  const { info, config = {} } = payloadOf(secret);
  return { status: info.status, firstDeployed: Date.parse(info.first_deployed), values: config, secret };
}

/**
 * Marks an installation or upgrade that was cut off as failed, as Helm does with one that is interrupted in order. As it
 * is, Helm refuses every further operation: "another operation (install/upgrade/rollback) is in progress".
 */
export async function endPending(
  api: ClusterApi,
  release: StoredRelease,
  namespace: string,
): Promise<boolean> {
  if (!release.status.startsWith("pending-")) return false;
  const { secret } = release;
  const payload = payloadOf(secret);
  payload.info = { ...payload.info, status: "failed", description: "The operation was cut off" };
  const failed: KubeObject = {
    ...secret,
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...secret.metadata, labels: { ...secret.metadata.labels, status: "failed" } },
    data: { ...(secret["data"] as object), release: encoded(payload) },
  };
  try {
    await api.replace(core(namespace, "secrets", secret.metadata.name), failed);
  } catch (error) {
    // Written already, by an attempt whose answer was lost; or by somebody else, who then knows better.
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
  return true;
}

/** Helm: JSON, gzip, base64; and base64 once more as a Secret's data. */
function payloadOf(secret: KubeObject): Payload {
  const data = (secret["data"] as { release?: string } | undefined)?.release ?? "";
  const zipped = Buffer.from(Buffer.from(data, "base64").toString("utf8"), "base64");
  return JSON.parse(gunzipSync(zipped).toString("utf8")) as Payload;
}

export function encoded(payload: object): string {
  const text = gzipSync(JSON.stringify(payload)).toString("base64");
  return Buffer.from(text, "utf8").toString("base64");
}
