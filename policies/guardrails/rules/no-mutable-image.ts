import { mutableImageReason } from "../exceptions";
import {
  at,
  containers,
  isUnknown,
  unknown,
  violation,
  type Finding,
  type Rule,
  type Subject,
} from "../rule";

/** An image that can change under the same name makes yesterday's lab another one today. */
export const noMutableImage: Rule = {
  name: "no-mutable-image",
  description: "Images carry a version or a digest, charts a version; the labs' exceptions are stated.",
  check: (s) => (s.type === "kubernetes:helm.sh/v3:Release" ? chart(s) : images(s)),
};

const FIX = "name a version (app:1.2.3) or a digest (app@sha256:…)";

function images(s: Subject): Finding[] {
  return (containers(s) ?? []).flatMap(({ path, container }) => {
    const image = at(container, "image");
    if (isUnknown(image)) return [unknown(`${path}.image`, "which image runs", FIX)];
    // Without an image: a patch of something else, or an error that the API server tells.
    if (typeof image !== "string" || isPinned(image) || mutableImageReason(image) !== undefined) return [];
    return [violation(`${path}.image`, `${image} can change without a word`, FIX)];
  });
}

/** A digest, or a tag that reads as a version: `1.2`, `v1.28.0-alpine`, `2026-01-01`. */
export function isPinned(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /:([\w][\w.-]{0,127})$/.exec(image.replace(/^[^/]*:\d+\//, ""))?.[1];
  return tag !== undefined && /^v?\d+[.-]\d+/.test(tag);
}

function chart(s: Subject): Finding[] {
  const name = at(s.props, "chart");
  const version = at(s.props, "version");
  const fix = "set version to the chart's version";
  if (isUnknown(version)) return [unknown("version", "which version of the chart is installed", fix)];
  // A local chart is what it is.
  const local = typeof name === "string" && /^[./~]|\.tgz$/.test(name);
  if (local || (typeof version === "string" && /^v?\d+\.\d+\.\d+/.test(version))) return [];
  return [violation("version", `chart ${String(name)} is installed in whatever version is the newest`, fix)];
}
