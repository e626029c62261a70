import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseAllDocuments } from "yaml";
import { calicoCrdManifest, charts, type VersionSet } from "../../../components/versions";
import type { KubeObject } from "../../../kube/objects";
import { cacheFolder } from "../cache-folder";
import { moduleFolder } from "./go-modules";
import { CannotRun } from "../cannot-run";

/**
 * Digests of Calico's two manifests as they stand beside the project: branch release-v3.33 of projectcalico/calico,
 * 21 August 2026. A released manifest that differs is refused: look at what changed, then set its digest here.
 */
const CALICO_SHA256 = {
  v3: "e1db47669488b300ed9d98d4b8c519936fe86fdc2d0208bab5d85ea26ac5c047",
  v1: "edf494204e16f35a03fe5602c87c14a83411bdd9e3033cb3818d545fc985e2e7",
};

/** What others than Calico publish in their Go modules: version, folder or files in it. */
const MODULES = {
  "cert-manager": {
    module: "github.com/cert-manager/cert-manager",
    version: charts["cert-manager"].version,
    paths: ["deploy/crds"],
  },
  "Gateway API": { module: "sigs.k8s.io/gateway-api", version: "v1.6.1", paths: ["config/crd/standard"] },
  "Envoy Gateway": {
    module: "github.com/envoyproxy/gateway",
    version: charts["gateway-helm"].version,
    paths: ["charts/gateway-helm/charts/crds/crds/generated"],
  },
  // As Calico's operator brings them (pkg/imports/crds).
  "Network Policy API": {
    module: "sigs.k8s.io/network-policy-api",
    version: "v0.2.0",
    paths: ["config/crd/standard"],
  },
  "AWS VPC CNI": {
    module: "github.com/aws/amazon-vpc-cni-k8s",
    version: "v1.23.2",
    paths: ["charts/aws-vpc-cni/crds"],
  },
  // The newest that is published as a module (chart 3.2.2, April 2026); the releases after v1 are none.
  "AWS load balancer controller": {
    module: "github.com/kubernetes-sigs/aws-load-balancer-controller",
    version: "v0.0.0-20260423195125-93ff3b5fdaad",
    paths: ["config/crd/bases", "config/crd/gateway", "config/crd/aga"],
  },
} as const;

export type CrdSource = "Calico" | keyof typeof MODULES;
export const crdSources: readonly CrdSource[] = [
  "Calico",
  ...(Object.keys(MODULES) as (keyof typeof MODULES)[]),
];

/**
 * The CRDs that clusters of a version set have, with the admission policies that belong to them, as their projects
 * publish them. None of these manifests registers a webhook.
 * @throws CannotRun where one cannot be had
 */
export async function crdsOf(
  set: Pick<VersionSet, "calico" | "calicoApi">,
  sources: readonly CrdSource[] = crdSources,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  for (const source of sources)
    found.push(...(source === "Calico" ? await calicoObjects(set) : moduleObjects(source)));
  return found.map(withoutConversion);
}

/**
 * Where Calico's API is `v1`, its own API server answers for projectcalico.org/v3. Here there is none, so the CRDs of
 * the native mode stand for it: the same schemas, without the admission policies that only that mode has.
 */
async function calicoObjects(set: Pick<VersionSet, "calico" | "calicoApi">): Promise<KubeObject[]> {
  const native = documents(await calicoManifest({ ...set, calicoApi: "v3" }));
  if (set.calicoApi === "v3") return native;
  const served = native.filter((o) => o.metadata.name.endsWith(".projectcalico.org") && isCrd(o));
  return [...documents(await calicoManifest(set)), ...served];
}

async function calicoManifest(set: Pick<VersionSet, "calico" | "calicoApi">): Promise<string> {
  const beside = resolve(__dirname, `../../../../shared/crds/calico-${set.calicoApi}.yaml.gz`);
  if (existsSync(beside)) return gunzipSync(readFileSync(beside)).toString("utf8");
  const url = calicoCrdManifest(set);
  const digest = CALICO_SHA256[set.calicoApi];
  const kept = join(cacheFolder(), `calico-${set.calicoApi}-${digest.slice(0, 12)}.yaml`);
  if (existsSync(kept)) return readFileSync(kept, "utf8");
  const text = await download(url);
  const seen = createHash("sha256").update(text).digest("hex");
  if (seen !== digest)
    throw new Error(
      `${url} is not what was tested: sha256 ${seen}, not ${digest}; fix: review the change and set CALICO_SHA256`,
    );
  writeFileSync(`${kept}.part`, text);
  renameSync(`${kept}.part`, kept);
  return text;
}

async function download(url: string): Promise<string> {
  const why = await fetch(url, { signal: AbortSignal.timeout(60_000) }).then(
    async (answer) => (answer.ok ? { text: await answer.text() } : `HTTP ${answer.status}`),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (typeof why !== "string") return why.text;
  throw new CannotRun(
    `Calico's CRDs cannot be downloaded: ${url}: ${why}; fix: reach that address, or put calico-v3.yaml.gz and calico-v1.yaml.gz into ../shared/crds`,
  );
}

function moduleObjects(source: keyof typeof MODULES): KubeObject[] {
  const { module, version, paths } = MODULES[source];
  const folder = moduleFolder(module, version, `the CRDs of ${source}`);
  return paths.flatMap((path) =>
    readdirSync(join(folder, path))
      .filter((f) => f.endsWith(".yaml") && !/^(kustomiz|aga-crds|gateway-crds)/.test(f))
      .sort()
      .flatMap((f) => documents(readFileSync(join(folder, path, f), "utf8"))),
  );
}

const isCrd = (o: KubeObject): boolean => o.kind === "CustomResourceDefinition";

/** Objects alone; templates and comments between them are none. */
function documents(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((d) => d.toJS() as KubeObject | null)
    .filter((o): o is KubeObject => typeof o?.kind === "string");
}

/** A conversion by webhook would be asked of a controller that is not there. */
function withoutConversion(o: KubeObject): KubeObject {
  const spec = o["spec"] as { conversion?: { strategy?: string } } | undefined;
  if (spec?.conversion?.strategy !== "Webhook") return o;
  const { conversion: _, ...rest } = spec;
  return { ...o, spec: rest };
}
