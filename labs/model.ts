import type { ClusterFacts } from "../kube/cluster-facts";
import type { IngressSite } from "../routing/ingress-site";
import type { ClaimedRequest } from "../routing/request";
import type { HttpRequest } from "../kube/http-request";
import { groupOf, objectKey, type KubeObject } from "../kube/objects";
import { NO_MACHINE, type ContainerClaim, type LabMachine } from "./machine";

/**
 * A lab: workloads plus ordered steps, as plain data. Step 0 is the lab as it starts; each later step adds or
 * removes objects and names the flows that must then be open or closed. The stack's config says at which step
 * the cluster stands; moving there, forwards or back, is one `pulumi up`.
 */
export interface Lab {
  /** Key in the config and folder under labs/: a DNS label. */
  id: string;
  title: string;
  /** One or two sentences: what a learner gets from it. */
  summary: string;
  /** Its namespaces: role → default name. Config may give other names (another student, another copy). */
  namespaces: Readonly<Record<string, string>>;
  /** Whether it makes cluster-wide objects (GlobalNetworkPolicy, IPPool …); then only one copy fits a cluster. */
  clusterWide: boolean;
  needs: LabNeeds;
  /** What runs at every step: namespaces first. */
  workloads: (ctx: LabContext) => KubeObject[];
  /** At least one; the first is the start and usually adds nothing. */
  steps: readonly Step[];
  /** Ambient objects that claims are about, as nodes: the cluster brings them. Read by the evaluator, never created. */
  ambient?: (ctx: LabContext) => KubeObject[];
  /** Where to look on the user's machine or in the cluster. */
  links?: (ctx: LabContext) => Link[];
}

/** What a lab asks of a cluster. Where it is lacking the plan says so, and why, before anything is created. */
export interface LabNeeds {
  /** Calico enforces policy (any CNI). */
  calicoPolicy?: boolean;
  /** Calico gives pods their addresses. */
  calicoCni?: boolean;
  /** The CNI is Weave Net. A class plans it; elsewhere the config says so. */
  weave?: boolean;
  bgp?: boolean;
  /** Calico's dataplane is eBPF, in kube-proxy's place. */
  ebpf?: boolean;
  /** The guide looks at what kube-proxy makes; lacking, only a note. */
  kubeProxy?: boolean;
  /** Smallest number of worker nodes. */
  workers?: number;
  /** A cluster with no other lab on it and made by this project: the lab changes the cluster itself. */
  ownCluster?: boolean;
  /** NodePorts that must be open on the user's machine to follow the guide; lacking, only a note. */
  hostPorts?: readonly number[];
  /** Requests come in from outside: ingress-nginx, or a Gateway, serves the lab's routes. */
  ingress?: boolean;
  /** A Gateway, beside ingress-nginx where `ingressNginx` is asked as well. */
  gateway?: boolean;
  /** ingress-nginx itself: the lab is about it. */
  ingressNginx?: boolean;
  /** Whose certificates are made in the cluster: the lab has some of its own. */
  issuer?: boolean;
  /** A TLS issuer. */
  tls?: boolean;
  /** Calico's flow logs: Goldmane and Whisker. A Calico that this project installs then has them. */
  observability?: boolean;
  /** A Service of type LoadBalancer gets an address. */
  loadBalancer?: boolean;
  /** Has a Service of type LoadBalancer, and does without an address where nothing gives one: a kind stack then serves it. */
  balances?: boolean;
  /** Pods reach the internet. */
  internet?: boolean;
  /** A kind cluster has a docker network of its own (`kind.network`). A class plans it; elsewhere `other` tells. */
  kindNetwork?: boolean;
  /** Calico's pools leave the upper half of the pod range to the lab. A class plans it; elsewhere `other` tells. */
  secondPool?: boolean;
  /** Nothing networks the nodes: Calico is the learner's to install. A class plans it; elsewhere `other` tells. */
  bare?: boolean;
  /** Anything else: the reason why this cluster cannot carry the lab, and a way out; undefined where it can. */
  other?: (facts: ClusterFacts) => { reason: string; fix: string } | undefined;
}

export interface LabContext {
  /** Key in the stack's config: the lab's id, or the name of a copy. */
  instance: string;
  /** Role → actual namespace name. */
  namespaces: Readonly<Record<string, string>>;
  facts: ClusterFacts;
  /** The ingress; absent where the stack has none. */
  ingress?: IngressSite;
  /** The stack's Gateway, alone or beside nginx; absent where it has none. */
  gateway?: IngressSite;
}

export interface Step {
  /** A DNS label; config may name a step by it or by its number. */
  id: string;
  title: string;
  /** What the learner is to achieve, in one or two sentences. */
  aim: string;
  /** Objects added; one with the kind, namespace and name of an earlier one replaces it. */
  add?: (ctx: LabContext) => KubeObject[];
  /**
   * Fields set on objects that something else owns (`FelixConfiguration default`): applied server-side with a
   * field manager of their own, and given back when the step no longer holds.
   */
  patch?: (ctx: LabContext) => KubeObject[];
  /** Objects of earlier steps taken away. */
  remove?: (ctx: LabContext) => ObjectRef[];
  /** All that Docker has beside the nodes at this step; nothing of earlier steps stays that is not in it. */
  machine?: LabMachine;
  /** What must hold at this step; flows and requests not listed here are not claimed. */
  expect: (ctx: LabContext) => Claim[];
}

export interface ObjectRef {
  /** API group, where kinds of two groups have the same name. */
  group?: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** The reference that takes an object away. */
export const refTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  group: groupOf(apiVersion),
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
});

export type Claim = FlowClaim | RequestClaim | ContainerClaim;

/** A flow that must be open or closed at this step. */
export interface FlowClaim {
  kind: "flow";
  /** `namespace/workload`, a CIDR, an address, `internet`, a node, or an ambient workload. */
  from: string;
  to: string;
  protocol: "TCP" | "UDP" | "SCTP" | "ICMP";
  /** Port at the destination pod (after the Service's translation). */
  port: number;
  /** The request that is sent, where rules look at it; then a 403 of a proxy is closed too. */
  http?: HttpRequest;
  verdict: "allow" | "deny";
  /** Judged as if staged policies were enforced: what Whisker shows as pending. No packet can tell, so `verify` does not probe it. */
  staged?: true;
  /** What a learner should see as the cause, in one sentence. */
  reason: string;
}

/** A claimed flow beside what the evaluator finds. */
export interface AnsweredClaim extends FlowClaim {
  holds: boolean;
  /** `none`: there is no such flow. */
  found: "allow" | "deny" | "unknown" | "none";
  /** Where it does not hold: what decided instead. */
  instead?: string;
  /** Where it does not hold: facts beside the deciding rule, a sentence each without a full stop. */
  remarks?: string[];
}

/** A request through the ingress that must be answered so at this step. */
export interface RequestClaim extends ClaimedRequest {
  kind: "request";
  /** `namespace/name` of the Gateway that is asked. @default the stack's ingress */
  gateway?: string;
  /** What a learner should see as the cause, in one sentence. */
  reason: string;
}

export interface Link {
  title: string;
  url: string;
}

/** A lab as the config asks for it: which copy, which step. */
export interface LabSelection {
  instance: string;
  lab: Lab;
  /** 0 … steps.length - 1 */
  step: number;
  context: LabContext;
}

/** Takes away what a reference means: the objects of that kind, namespace and name, of any group if none is said. */
function removeFrom(objects: Map<string, KubeObject>, ref: ObjectRef): void {
  for (const [key, o] of objects) {
    const same =
      o.kind === ref.kind && o.metadata.name === ref.name && o.metadata.namespace === ref.namespace;
    if (same && (ref.group === undefined || ref.group === groupOf(o.apiVersion))) objects.delete(key);
  }
}

export interface LabState {
  /** Objects that stand at the step, in order of creation. */
  objects: KubeObject[];
  /** Patches of objects owned elsewhere. */
  patches: KubeObject[];
}

/** The whole of a lab at a step: workloads, then what the steps up to it added, less what they removed. */
export function labAt(selection: LabSelection): LabState {
  const { lab, context, step } = selection;
  const objects = new Map<string, KubeObject>();
  const patches = new Map<string, KubeObject>();
  for (const o of lab.workloads(context)) objects.set(objectKey(o), o);
  for (const s of lab.steps.slice(0, step + 1)) {
    for (const ref of s.remove?.(context) ?? []) {
      removeFrom(objects, ref);
      removeFrom(patches, ref);
    }
    for (const o of s.add?.(context) ?? []) objects.set(objectKey(o), o);
    for (const o of s.patch?.(context) ?? []) patches.set(objectKey(o), o);
  }
  return { objects: [...objects.values()], patches: [...patches.values()] };
}

/** What Docker has beside the nodes at the step. */
export const machineAt = ({ lab, step }: Pick<LabSelection, "lab" | "step">): LabMachine =>
  lab.steps[step]?.machine ?? NO_MACHINE;

/** Fields under `spec` that any step of these labs sets on an object owned elsewhere. */
export function patchedFields(selections: readonly LabSelection[], kind: string, name: string): string[] {
  const patches = selections.flatMap((s) => s.lab.steps.flatMap((step) => step.patch?.(s.context) ?? []));
  const hits = patches.filter((p) => p.kind === kind && p.metadata.name === name);
  return [...new Set(hits.flatMap((p) => Object.keys((p["spec"] as object | undefined) ?? {})))];
}
