import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubeObject } from "../../../kube/objects";
import { parseAllDocuments } from "yaml";
import { Api, ApiError } from "./api";

/**
 * Reads a manifest from a URL, a file, or every YAML file of a folder.
 * @param digest `sha256:…` of it @throws Error where it is another
 */
export async function readManifest(source: string, digest?: string): Promise<KubeObject[]> {
  const texts = /^https?:\/\//.test(source)
    ? [await download(source)]
    : filesOf(source).map((f) => readFileSync(f, "utf8"));
  const seen = `sha256:${createHash("sha256").update(texts.join("")).digest("hex")}`;
  if (digest !== undefined && seen !== digest)
    throw new Error(
      `${source} is not what mirrors.calicoCrdsDigest names: it has ${seen}. Nothing was applied; look at what changed`,
    );
  return texts.flatMap((text) =>
    parseAllDocuments(text)
      .map((d) => d.toJS() as KubeObject | null)
      .filter((o): o is KubeObject => o?.kind !== undefined),
  );
}

async function download(url: string): Promise<string> {
  const hint = "Set mirrors.calicoCrds to a file";
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(
      `cannot download ${url}: ${error instanceof Error ? error.message : String(error)}. ${hint}`,
    );
  });
  if (!response.ok) throw new Error(`cannot download ${url}: HTTP ${response.status}. ${hint}`);
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
  objects: readonly KubeObject[],
  until: number,
): Promise<void> {
  const isCrd = (o: KubeObject): boolean => o.kind === "CustomResourceDefinition";
  const api = new Api(kubeconfig);
  for (const o of [...objects.filter(isCrd), ...objects.filter((x) => !isCrd(x))])
    await applyOne(api, o, until);
}

async function applyOne(api: Api, o: KubeObject, until: number): Promise<void> {
  for (;;) {
    try {
      await api.apply(o);
      return;
    } catch (error) {
      // No answer, too busy, broken for a moment: all of them may pass. A refusal does not.
      const passing = !(error instanceof ApiError) || error.code === 429 || error.code >= 500;
      if (!passing || Date.now() > until) {
        throw new Error(
          `cannot apply ${o.kind} ${o.metadata.name}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
