import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  ApiException,
  KubernetesObjectApi,
  PatchStrategy,
  type KubeConfig,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";

/** Reads a manifest from a URL, a file, or every YAML file of a folder. */
export async function readManifest(source: string): Promise<KubernetesObject[]> {
  const texts = /^https?:\/\//.test(source)
    ? [await download(source)]
    : filesOf(source).map((f) => readFileSync(f, "utf8"));
  return texts.flatMap((text) =>
    parseAllDocuments(text)
      .map((d) => d.toJS() as KubernetesObject | null)
      .filter((o): o is KubernetesObject => o?.kind !== undefined),
  );
}

async function download(url: string): Promise<string> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(
      `cannot download ${url}: ${error instanceof Error ? error.message : String(error)}. Set mirrors.calicoCrds to a file`,
    );
  });
  if (!response.ok)
    throw new Error(`cannot download ${url}: HTTP ${response.status}. Set mirrors.calicoCrds to a file`);
  return response.text();
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((f) => /\.ya?ml$/.test(f))
    .sort()
    .map((f) => join(path, f));
}

/** Applies objects server-side: CRDs are too large for the annotation of a client-side apply. Kinds first, users after. */
export async function applyManifest(
  kubeconfig: KubeConfig,
  objects: readonly KubernetesObject[],
  until: number,
): Promise<void> {
  const crdsFirst = [...objects].sort(
    (a, b) => Number(a.kind !== "CustomResourceDefinition") - Number(b.kind !== "CustomResourceDefinition"),
  );
  const api = KubernetesObjectApi.makeApiClient(kubeconfig);
  for (const o of crdsFirst) await applyOne(api, o, until);
}

async function applyOne(api: KubernetesObjectApi, o: KubernetesObject, until: number): Promise<void> {
  for (;;) {
    try {
      await api.patch(o, undefined, undefined, "k8s-network-labs", true, PatchStrategy.ServerSideApply);
      return;
    } catch (error) {
      const code = error instanceof ApiException ? error.code : undefined;
      const passing = code === undefined || code === 429 || code >= 500;
      if (!passing || Date.now() > until) {
        const body =
          error instanceof ApiException
            ? String(error.body)
            : error instanceof Error
              ? error.message
              : String(error);
        throw new Error(`cannot apply ${o.kind ?? ""} ${o.metadata?.name ?? ""}: ${body}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
