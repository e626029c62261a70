import type { KubeObject } from "../kube/objects";
import { labAt, type LabSelection } from "../labs/model";

/** What the labs have at any of their steps, an object as often as it differs. */
export const objectsOfAllSteps = (selections: readonly LabSelection[]): KubeObject[] =>
  selections.flatMap((s) => s.lab.steps.flatMap((_, step) => labAt({ ...s, step }).objects));

/** Names that the labs take at any of their steps. */
export function hostsOfLabs(selections: readonly LabSelection[]): string[] {
  const hosts = objectsOfAllSteps(selections).flatMap((o) => {
    const spec = o["spec"] as { rules?: { host?: string }[]; hostnames?: string[] } | undefined;
    if (o.kind === "HTTPRoute") return spec?.hostnames ?? [];
    return o.kind === "Ingress" ? (spec?.rules ?? []).flatMap((r) => r.host ?? []) : [];
  });
  return [...new Set(hosts)];
}
