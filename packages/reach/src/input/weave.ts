import { objectTitle, type KubeObject } from "../../../../kube/objects";
import type { Policy, Rule } from "../reach-model";
import { roleOf } from "./known-kinds";
import type { SourceObject } from "./source-object";

/**
 * Whether Weave Net's policy controller enforces policies: its DaemonSet is among the objects. What it does otherwise than
 * Calico was read in npc/ and net/bridge.go of its maintained fork (github.com/rajch/weave, 2.9.0).
 */
export const runsWeave = (sources: readonly SourceObject[]): boolean =>
  sources.some(({ object }) => isWeave(object));

function isWeave({ kind, metadata, ...rest }: KubeObject): boolean {
  if (kind !== "DaemonSet" || metadata.name !== "weave-net" || metadata.namespace !== "kube-system")
    return false;
  const { template } = (rest["spec"] ?? {}) as { template?: { spec?: { containers?: { name?: string }[] } } };
  return (template?.spec?.containers ?? []).some(({ name }) => name === "weave-npc");
}

/**
 * The policies that it applies: those of Kubernetes, but for any that names a port in a rule, which it rejects as a whole
 * (analyser.go, checkForNamedPorts). Its pods stay as open as without that policy.
 */
export function weavePolicies(policies: readonly Policy[]): { applied: Policy[]; notes: string[] } {
  const applied = policies.filter((p) => p.kind === "KubernetesNetworkPolicy" && !namesPorts(p));
  const left = policies.filter((p) => !applied.includes(p));
  const named = left.filter((p) => p.kind === "KubernetesNetworkPolicy");
  const others = left.length - named.length;
  return {
    applied,
    notes: [
      ...named.map(
        ({ namespace = "", name }) =>
          `Weave Net rejects NetworkPolicy ${namespace}/${name} as a whole, because it names a port: it isolates nothing`,
      ),
      ...(others === 0
        ? []
        : [
            `Weave Net knows Kubernetes NetworkPolicies alone: ${others} other ${others === 1 ? "policy decides" : "policies decide"} nothing here`,
          ]),
    ],
  };
}

const namesPorts = ({ ingress, egress }: Policy): boolean =>
  [...ingress, ...egress].some(({ destination }: Rule) => (destination.ports?.names.length ?? 0) > 0);

/** Of a range of ports it reads the first alone (analyser.go, port). */
export function weaveRangeNotes(sources: readonly SourceObject[]): string[] {
  return sources
    .filter(({ object }) => roleOf(object) === "kubernetesPolicy" && hasRange(object))
    .map(
      ({ object }) =>
        `Weave Net does not know endPort: of each range in ${objectTitle(object)} it takes the first port alone`,
    );
}

/** As a file may have it, before anything is checked. */
type Unchecked<T> = T | null | undefined;
type Rules = Unchecked<Unchecked<{ ports?: Unchecked<Unchecked<{ endPort?: unknown }>[]> }>[]>;

function hasRange(object: KubeObject): boolean {
  const { ingress, egress } = (object["spec"] ?? {}) as { ingress?: Rules; egress?: Rules };
  const list = <T>(value: Unchecked<T[]>): T[] => (Array.isArray(value) ? value : []);
  return [...list(ingress), ...list(egress)].some((rule) =>
    list(rule?.ports).some((p) => p?.endPort !== undefined),
  );
}
