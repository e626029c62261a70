import type { KubeObject } from "../../../../kube/objects";
import { sourceTitle, type SourceObject } from "./source-object";

/** What each staged kind is once it is enforced. */
const ENFORCED: Readonly<Record<string, { apiVersion: string; kind: string }>> = {
  StagedNetworkPolicy: { apiVersion: "projectcalico.org/v3", kind: "NetworkPolicy" },
  StagedGlobalNetworkPolicy: { apiVersion: "projectcalico.org/v3", kind: "GlobalNetworkPolicy" },
  StagedKubernetesNetworkPolicy: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
};

/**
 * The objects as they are once every staged policy is enforced: `stagedAction: Set` (the default) puts the policy in the
 * place of the one of its name, `Delete` takes that one away, `Ignore` and `Learn` leave all as it is (ConvertStagedPolicyToEnforced
 * in projectcalico/calico api/pkg/apis/projectcalico/v3).
 */
export function asEnforced(sources: readonly SourceObject[], notes: string[]): SourceObject[] {
  const replaced = new Set<string>();
  const made: SourceObject[] = [];
  for (const source of sources) {
    const target = ENFORCED[source.object.kind];
    if (target === undefined) continue;
    const { stagedAction = "Set", ...spec } = (source.object["spec"] ?? {}) as Record<string, unknown>;
    if (stagedAction !== "Set" && stagedAction !== "Delete") {
      notes.push(`${sourceTitle(source)}: stagedAction ${JSON.stringify(stagedAction)} changes nothing`);
      continue;
    }
    const object: KubeObject = { ...source.object, ...target, spec };
    replaced.add(identityOf(object));
    if (stagedAction === "Set") made.push({ ...source, object });
  }
  const kept = sources.filter(
    ({ object }) => !(object.kind in ENFORCED) && !replaced.has(identityOf(object)),
  );
  return [...kept, ...made];
}

function identityOf({ apiVersion, kind, metadata }: KubeObject): string {
  const group = (apiVersion.split("/")[0] ?? "").replace(/^crd\./, "");
  const { namespace, name } = metadata as Partial<KubeObject["metadata"]>;
  return `${group} ${kind} ${kind.startsWith("Global") ? "" : (namespace ?? "default")} ${name ?? ""}`;
}
