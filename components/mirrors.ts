import { z } from "zod";
import { registry, registryPath, urlOrPath } from "../kube/reference-fields";
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

/** An image reference with its registry replaced; references without a registry are Docker Hub's. */
export function mirroredImage(image: string, mirrors: Mirrors): string {
  const slash = image.indexOf("/");
  const first = slash === -1 ? "" : image.slice(0, slash);
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const registry = hasRegistry ? first : "docker.io";
  const rest = hasRegistry ? image.slice(slash + 1) : slash === -1 ? `library/${image}` : image;
  const mirror = mirrors.images[registry];
  return mirror === undefined ? image : `${mirror.replace(/\/$/, "")}/${rest}`;
}
