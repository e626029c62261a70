import { objectTitle, type KubeObject } from "../../../../kube/objects";
import { policyName, type Policy, type Rule } from "../reach-model";
import type { Truth } from "../selector";
import { roleOf } from "./known-kinds";
import type { SourceObject } from "./source-object";

/**
 * What is to be known where Weave Net's policy controller enforces policies: its DaemonSet is among the objects. What it does otherwise than
 * Calico was read in npc/ and net/bridge.go of its maintained fork (github.com/rajch/weave, 2.9.0).
 */
export function readWeave(sources: readonly SourceObject[]): Weave | undefined {
  if (!sources.some(({ object }) => isWeave(object))) return undefined;
  const clashes = clashing(sources);
  return { clashes, notes: [...rangeNotes(sources), ...clashNotes(clashes)] };
}

export interface Weave {
  /** Policies of which it is not known what comes into force, by their titles. */
  readonly clashes: ReadonlySet<string>;
  readonly notes: readonly string[];
}

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
export function weavePolicies(
  policies: readonly Policy[],
  { clashes }: Weave,
): { applied: Policy[]; notes: string[] } {
  const own = policies.filter((p) => p.kind === "KubernetesNetworkPolicy" && !namesPorts(p));
  const applied = own.map((p) => (clashes.has(`NetworkPolicy ${policyName(p)}`) ? doubtful(p) : p));
  const left = policies.filter((p) => !own.includes(p));
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

const doubtful = (policy: Policy): Policy => {
  const rules = (of: readonly Rule[]): Rule[] => of.map((rule) => ({ ...rule, unknown: true }));
  // Which part fails decides whether its pods are isolated at all.
  const governs = (of: Truth): Truth => (of === false ? false : "unknown");
  return {
    ...policy,
    governs: { ingress: governs(policy.governs.ingress), egress: governs(policy.governs.egress) },
    ingress: rules(policy.ingress),
    egress: rules(policy.egress),
  };
};

const namesPorts = ({ ingress, egress }: Policy): boolean =>
  [...ingress, ...egress].some(({ destination }: Rule) => (destination.ports?.names.length ?? 0) > 0);

/**
 * Policies of which it is not known what comes into force. It names the set of all pods of some namespaces as it names the set of
 * pods by an empty selector there (selector.go, newSelectorSpec), and makes whichever comes second in vain: seen with its
 * controller 2.9.0, where the rules of that policy were left out, and of those that came later.
 */
function clashing(sources: readonly SourceObject[]): ReadonlySet<string> {
  const uses = sources
    .filter(({ object }) => roleOf(object) === "kubernetesPolicy")
    .flatMap(({ object }) =>
      namespacePeers(object).map((peer) => ({ ...peer, policy: objectTitle(object) })),
    );
  const clash = uses.filter((a) =>
    uses.some((b) => a.namespaces === b.namespaces && a.withPods !== b.withPods),
  );
  return new Set(clash.map(({ policy }) => policy));
}

const clashNotes = (clashes: ReadonlySet<string>): string[] =>
  clashes.size === 0
    ? []
    : [
        `Weave Net makes one set for namespaceSelector alone and for the same with podSelector: {}, and fails at the second: what comes into force of ${[...clashes].join(" and ")} is not known`,
      ];

/** Of a range of ports it reads the first alone (analyser.go, port). */
function rangeNotes(sources: readonly SourceObject[]): string[] {
  return sources
    .filter(({ object }) => roleOf(object) === "kubernetesPolicy" && hasRange(object))
    .map(
      ({ object }) =>
        `Weave Net does not know endPort: of each range in ${objectTitle(object)} it takes the first port alone`,
    );
}

/** As a file may have it, before anything is checked. */
type Unchecked<T> = T | null | undefined;
interface WrittenRule {
  ports?: Unchecked<Unchecked<{ endPort?: unknown }>[]>;
  from?: Unchecked<Unchecked<WrittenPeer>[]>;
  to?: Unchecked<Unchecked<WrittenPeer>[]>;
}
interface WrittenPeer {
  namespaceSelector?: Unchecked<object>;
  podSelector?: Unchecked<object>;
}

const list = <T>(value: Unchecked<T[]>): T[] => (Array.isArray(value) ? value : []);

function rulesOf(object: KubeObject): Unchecked<WrittenRule>[] {
  const { ingress, egress } = (object["spec"] ?? {}) as Record<string, Unchecked<Unchecked<WrittenRule>[]>>;
  return [...list(ingress), ...list(egress)];
}

const hasRange = (object: KubeObject): boolean =>
  rulesOf(object).some((rule) => list(rule?.ports).some((p) => p?.endPort !== undefined));

/** All pods of some namespaces, by either way to write it. */
function namespacePeers(object: KubeObject): { namespaces: string; withPods: boolean }[] {
  return rulesOf(object)
    .flatMap((rule) => [...list(rule?.from), ...list(rule?.to)])
    .flatMap((peer) => {
      const namespaces = peer?.namespaceSelector ?? undefined;
      const pods = peer?.podSelector ?? undefined;
      if (namespaces === undefined || (pods !== undefined && !isEmpty(pods))) return [];
      return [{ namespaces: canonical(namespaces), withPods: pods !== undefined }];
    });
}

const isEmpty = (selector: object): boolean =>
  Object.values(selector).every((part: unknown) =>
    typeof part === "object" && part !== null ? Object.keys(part).length === 0 : part === undefined,
  );

/** One text for selectors that say the same in another order. */
function canonical(selector: object): string {
  const { matchLabels, matchExpressions } = selector as {
    matchLabels?: object;
    matchExpressions?: unknown[];
  };
  const labels = Object.entries(matchLabels ?? {}).map((pair) => JSON.stringify(pair));
  const expressions = list(matchExpressions).map((e) => JSON.stringify(e));
  return [...labels, ...expressions].sort().join();
}
