import type { Problem } from "../../../kube/problems";
import { versionSets } from "../../versions";

/**
 * Regions of AWS, as @pulumi/aws 7.48 names them (November 2026), without the isolated partitions. A region that is
 * missing here is only refused offline; at deploy time AWS is asked.
 */
export const regions: readonly string[] = (
  "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 " +
  "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 " +
  "ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 " +
  "eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 " +
  "us-gov-east-1 us-gov-west-1 us-west-1 us-west-2"
).split(" ");

/** Zones, by id, in which EKS does not place control-plane interfaces (EKS guide, network requirements). */
export const zonesWithoutControlPlane: readonly string[] = ["use1-az3", "usw1-az2", "cac1-az3"];

/** A Kubernetes version on EKS, with the end of its standard support; after it an hour costs six times as much. */
export interface EksVersion {
  version: string;
  endOfStandard: string;
  endOfExtended: string;
}

/** Source: endoflife.date amazon-eks (August 2026), EKS release calendar. */
export const eksVersions: readonly EksVersion[] = [
  { version: "1.36", endOfStandard: "2027-08-02", endOfExtended: "2028-08-02" },
  { version: "1.35", endOfStandard: "2027-03-27", endOfExtended: "2028-03-27" },
  { version: "1.34", endOfStandard: "2026-12-02", endOfExtended: "2027-12-02" },
  { version: "1.33", endOfStandard: "2026-07-29", endOfExtended: "2027-07-29" },
];

/** What AWS says of a region and its zones, or, offline, what the tables say. */
export interface ZoneFacts {
  /** Zone name → zone id, for zones that are available; absent offline, where only names can be checked. */
  available?: Readonly<Record<string, string>>;
}

export function regionProblems(region: string, path: string): Problem[] {
  if (regions.includes(region)) return [];
  const near = regions.filter((r) => r.startsWith(region.slice(0, 2)));
  return [
    {
      path,
      value: region,
      message: "is not a region of AWS that is known here",
      fix: `use one of: ${(near.length > 0 ? near : regions).join(", ")}`,
    },
  ];
}

/** Zones: two to four, different, of the region, and such that EKS can use them. */
export function zoneProblems(
  region: string,
  zones: readonly string[],
  facts: ZoneFacts,
  path: string,
  cluster: "EKS" | "EC2" = "EKS",
): Problem[] {
  const problems: Problem[] = [];
  const least = cluster === "EKS" ? 2 : 1;
  if (zones.length < least || zones.length > 4) {
    problems.push({
      path,
      value: zones,
      message:
        cluster === "EKS"
          ? "EKS needs subnets in two zones at least, and this network has room for four"
          : "nodes need a zone, and this network has room for four",
      fix: cluster === "EKS" ? "2, 3 or 4 zones" : "1 to 4 zones",
    });
  }
  zones.forEach((zone, i) => {
    const at = `${path}[${i}]`;
    if (zones.indexOf(zone) !== i) {
      problems.push({ path: at, value: zone, message: "is named twice", fix: "name each zone once" });
    } else if (facts.available !== undefined) {
      const id = facts.available[zone];
      const usableZones = Object.entries(facts.available).flatMap(([name, zoneId]) =>
        zonesWithoutControlPlane.includes(zoneId) ? [] : [name],
      );
      if (id === undefined) {
        problems.push({
          path: at,
          value: zone,
          message: `is not an available zone of ${region}`,
          fix: `use: ${usableZones.join(", ")}`,
        });
      } else if (zonesWithoutControlPlane.includes(id)) {
        problems.push({
          path: at,
          value: zone,
          message: `is ${id}, where EKS places no control plane`,
          fix: `use: ${usableZones.join(", ")}`,
        });
      }
    } else if (!new RegExp(`^${region}[a-f]$`).test(zone)) {
      problems.push({
        path: at,
        value: zone,
        message: `is not the name of a zone of ${region}`,
        fix: `as ${region}a, ${region}b (local zones carry no control plane)`,
      });
    }
  });
  return problems;
}

/**
 * The zones to use where only their number is given: first those of a control plane that stands, then the first that EKS
 * can use; offline the first letters.
 */
export function chooseZones(
  region: string,
  count: number,
  facts: ZoneFacts,
  standing: readonly string[] = [],
): string[] {
  if (facts.available === undefined)
    return ["a", "b", "c", "d"].slice(0, count).map((letter) => `${region}${letter}`);
  const usable = Object.entries(facts.available)
    .filter(([, id]) => !zonesWithoutControlPlane.includes(id))
    .map(([name]) => name)
    .sort();
  return [...new Set([...standing, ...usable])].slice(0, count).sort();
}

export interface VersionCheck {
  problems: Problem[];
  warnings: string[];
}

/**
 * A Kubernetes version on EKS. `offered`: what AWS says it offers, at deploy time; offline the table decides.
 * Extended support is a warning: it works, and costs.
 */
export function checkEksVersion(
  version: string,
  today: Date,
  path: string,
  offered: readonly string[] = eksVersions.map((v) => v.version),
): VersionCheck {
  if (!offered.includes(version)) {
    const message = "is not a Kubernetes version that EKS offers";
    const both = versionSets.map((s) => s.kubernetes).filter((v) => offered.includes(v));
    return {
      problems: [{ path, value: version, message, fix: `use one of: ${both.join(", ")}` }],
      warnings: [],
    };
  }
  const known = eksVersions.find((v) => v.version === version);
  if (known === undefined) return { problems: [], warnings: [] };
  const days = Math.floor((Date.parse(known.endOfStandard) - today.getTime()) / 86_400_000);
  if (days > 60) return { problems: [], warnings: [] };
  const when = days < 0 ? `ended on ${known.endOfStandard}` : `ends on ${known.endOfStandard}`;
  return {
    problems: [],
    warnings: [
      `Kubernetes ${version}: standard support on EKS ${when}; then the control plane costs 0.60 USD an hour instead of 0.10`,
    ],
  };
}
