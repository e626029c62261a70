import { objectTitle, type KubeObject } from "../../kube/objects";
import type { Direction, Endpoint, SourceObject, State } from "../../packages/reach/src";
import { siteOf } from "../../labs/ingress";
import type { LabStates } from "../../labs/prediction/lab-states";
import { siteGateways } from "../../labs/prediction/requests";
import { gatewayRemarks, isGatewayObject } from "../../routing/gateway/object-problems";
import { classesOf } from "../../routing/gateway/site-gateway";
import { ingressRemarks } from "../../routing/ingress-problems";
import { Selector, type SelectorNode } from "../../packages/reach/src/selector";

/** What a cluster would accept silently, and a learner hardly meant. */
export function warningsIn(
  states: LabStates,
  step: number,
  theirs: readonly SourceObject[],
  state: State,
  all: readonly SourceObject[],
): string[] {
  const { lab, context } = states.selection;
  const namespaces = [...new Set(Object.values(context.namespaces))];
  // Kinds that decide no flow, and belong to the lab.
  const known = new Set(
    lab.steps.flatMap((_, step) => {
      const { objects, patches } = states.at(step);
      return [...objects, ...patches].map((o) => o.kind);
    }),
  );
  return theirs.flatMap(({ object, origin = "" }) => {
    const title = `${origin}: ${objectTitle(object)}`;
    if (object.kind === "Ingress") {
      const { className } = siteOf(context);
      const others = all.map((o) => o.object);
      return ingressRemarks(object, others, { className, namespaces }).map((text) => `${title} ${text}`);
    }
    if (isGatewayObject(object)) {
      const classes = [context.ingress, context.gateway].flatMap(classesOf);
      const others = [...siteGateways(context), ...all.map((o) => o.object)];
      // What the step itself is about is not odd: a route that nobody takes.
      const right = [...siteGateways(context), ...states.at(step).objects];
      const meant = right
        .filter(isGatewayObject)
        .flatMap((o) => gatewayRemarks(o, right, { classes, namespaces }));
      return gatewayRemarks(object, others, { classes, namespaces })
        .filter((text) => !meant.includes(text))
        .map((text) => `${title} ${text}`);
    }
    const misplaced = placeOf(object, known, namespaces, state);
    const odd = misplaced === undefined ? idle(object, theirs, state, namespaces) : [misplaced];
    // One written rule may be several to the evaluator.
    return [...new Set([...odd, ...farReaching(object), ...stored(object)])].map(
      (text) => `${title} ${text}`,
    );
  });
}

/** Without a selector a global policy is about everything that there is. */
function farReaching({ kind, spec }: KubeObject): string[] {
  const given = spec as Record<string, unknown> | undefined;
  const chosen = ["selector", "namespaceSelector", "serviceAccountSelector"].some(
    (key) => ![undefined, "", "all()"].includes(given?.[key] as string | undefined),
  );
  return kind !== "GlobalNetworkPolicy" || chosen
    ? []
    : [
        "has no selector: it is about every pod of the cluster, those of kube-system too, and about nodes that have host endpoints; a namespaceSelector limits it",
      ];
}

/** How Calico keeps its objects is not how people write them. */
function stored({ apiVersion }: KubeObject): string[] {
  return apiVersion.startsWith("crd.projectcalico.org/")
    ? [
        `has apiVersion ${apiVersion}, in which Calico stores objects: a cluster with native v3 CRDs does not serve it; write projectcalico.org/v3`,
      ]
    : [];
}

function placeOf(
  { kind, metadata }: KubeObject,
  known: ReadonlySet<string>,
  namespaces: readonly string[],
  state: State,
): string | undefined {
  if (state.ignored.has(kind) && kind !== "Ingress" && !known.has(kind))
    return `changes no flow: a ${kind} decides none, or is misspelt`;
  if (kind.startsWith("Staged"))
    return known.has(kind) ? undefined : "is staged: it is not enforced, so it changes no flow";
  if (kind !== "NetworkPolicy") return undefined;
  if (metadata.namespace === undefined)
    return "has no namespace: it goes to default, where this lab has no workload";
  if (!namespaces.includes(metadata.namespace))
    return `is in namespace ${metadata.namespace}, which is none of this lab's: ${namespaces.join(", ")}`;
  return undefined;
}

type Policy = State["policies"][number];
type Rule = Policy["ingress"][number];

/** Policies that select nobody, and rules that nobody fits: a label is not what the learner thinks. */
function idle(
  object: KubeObject,
  theirs: readonly SourceObject[],
  state: State,
  namespaces: readonly string[],
): string[] {
  const policy = compiled(object, state);
  if (policy?.subject === undefined) return [];
  const ends = state.workloads;
  // A global policy may be about nodes.
  if (state.governed && policy.namespace === undefined) return [];
  if (!ends.some((e) => fits(policy.subject, e)))
    return [`selects nothing: ${labelsIn(state, policy.namespace, namespaces)}`];
  // A selector of Calico's may also mean network sets.
  if (theirs.some((t) => /NetworkSet$/.test(t.object.kind))) return [];
  return (["ingress", "egress"] as const).flatMap((direction) =>
    policy[direction].flatMap((rule) =>
      meant(rule, direction, ends)
        ? []
        : [`${direction} rule ${rule.index}: its selectors find no workload, so it matches nothing`],
    ),
  );
}

function compiled(object: KubeObject, state: State): Policy | undefined {
  const kubernetes = object.apiVersion.startsWith("networking.k8s.io/");
  return state.policies.find(
    (p) =>
      p.name === object.metadata.name &&
      p.namespace === object.metadata.namespace &&
      p.kind === (kubernetes ? `Kubernetes${object.kind}` : object.kind),
  );
}

/** Whether a rule's peer, where labels alone tell who is meant, is anybody at all. */
function meant(rule: Rule, direction: Direction, ends: readonly Endpoint[]): boolean {
  const peers = (direction === "ingress" ? rule.source : rule.destination).anyOf;
  return (
    peers === undefined ||
    peers.some((peer) => {
      const plain = Object.keys(peer).every((key) => key === "selector" || key === "peer");
      return !plain || ends.some((e) => fits(peer.selector, e));
    })
  );
}

function fits(selector: SelectorNode | undefined, { selectable }: Endpoint): boolean {
  if (selector === undefined) return true;
  return selectable !== undefined && Selector.of(selector).evaluate((l) => selectable.get(l)) !== false;
}

/** The labels that a policy of this namespace could have meant. */
function labelsIn(state: State, namespace: string | undefined, namespaces: readonly string[]): string {
  const near = state.workloads.filter(
    (w) =>
      w.namespace !== undefined && (namespace === undefined ? namespaces : [namespace]).includes(w.namespace),
  );
  const texts = near.map(
    (w) =>
      `${w.name} ${
        Object.entries(w.labels)
          .map(([k, v]) => `${k}=${v}`)
          .join(" ") || "none"
      }`,
  );
  const shown = texts.slice(0, 4).join("; ");
  return `labels there are ${shown}${texts.length > 4 ? ` and ${texts.length - 4} more` : ""}`;
}
