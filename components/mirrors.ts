import { z } from "zod";
import { imageDigest, registry, registryPath, urlOrPath } from "../kube/reference-fields";
import { charts } from "./versions";

/** Config of where charts and images come from instead of upstream. */
export const mirrorsSchema = z.strictObject({
  charts: z
    .record(z.string(), urlOrPath("https", "http", "oci"))
    .default({})
    .meta({
      description: "Chart → repository URL, `oci://` reference, or path of a local chart folder or .tgz.",
    }),
  images: z.record(registry, registryPath).default({}).meta({
    description: "Registry → registry to pull from instead, as `docker.io: mirror.local:5000/hub`.",
  }),
  calicoCrds: urlOrPath("https", "http")
    .exactOptional()
    .meta({ description: "URL or path of Calico's CRD manifest, used where `calico.crds` is `apply`." }),
  calicoCrdsDigest: imageDigest.exactOptional().meta({
    description:
      "Digest of that manifest (`sha256:…`), or of the released one: what is downloaded is then applied only if it is that.",
  }),
});

export type Mirrors = z.output<typeof mirrorsSchema>;

/** A chart as helm.v3.Release takes it. */
export interface ChartRef {
  chart: string;
  version?: string;
  repositoryOpts?: { repo: string };
}

/** Where a chart comes from, after the mirrors: an `https://` repository, an `oci://` reference, or a local folder. */
export function chartRef(
  source: { chart: string; version: string; repository: string },
  mirrors: Mirrors,
): ChartRef {
  const mirror = mirrors.charts[source.chart];
  if (mirror === undefined && source.repository.startsWith("oci://"))
    return { chart: `${source.repository}/${source.chart}`, version: source.version };
  if (mirror === undefined)
    return { chart: source.chart, version: source.version, repositoryOpts: { repo: source.repository } };
  if (/^https?:\/\//.test(mirror))
    return { chart: source.chart, version: source.version, repositoryOpts: { repo: mirror } };
  if (mirror.startsWith("oci://")) {
    return {
      chart: mirror.endsWith(`/${source.chart}`) ? mirror : `${mirror.replace(/\/$/, "")}/${source.chart}`,
      version: source.version,
    };
  }
  // A local folder or archive is what it is: its own version counts.
  return { chart: mirror };
}

/** Names of the charts that config may mirror. */
export const mirrorableCharts = (): string[] => Object.keys(charts);

/** The registry of an image reference; references without one are Docker Hub's. */
export const registryOf = (image: string): string => ownRegistry(image) ?? "docker.io";

function ownRegistry(image: string): string | undefined {
  const slash = image.indexOf("/");
  const first = slash === -1 ? "" : image.slice(0, slash);
  return first.includes(".") || first.includes(":") || first === "localhost" ? first : undefined;
}

/** An image reference with its registry replaced. */
export function mirroredImage(image: string, mirrors: Mirrors): string {
  const own = ownRegistry(image);
  const registry = own ?? "docker.io";
  const rest =
    own !== undefined ? image.slice(own.length + 1) : image.includes("/") ? image : `library/${image}`;
  const mirror = mirrors.images[registry];
  return mirror === undefined ? image : `${mirror.replace(/\/$/, "")}/${rest}`;
}
