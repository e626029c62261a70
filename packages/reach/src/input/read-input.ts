import { objectTitle, type KubeObject } from "../../../../kube/objects";
import { failOn, type Problem } from "../../../../kube/problems";
import type { Facts } from "../facts";
import type { Policy, Profile } from "../reach-model";
import { calicoPolicy, calicoProfile } from "./calico-policy";
import type { Input } from "./cluster-input";
import { clusterPolicy } from "./cluster-policy";
import { failsafePorts } from "./failsafe";
import { Fields } from "./object-fields";
import { automaticHostEndpoints, hostEndpointSource, type HostEndpointSource } from "./host-endpoints";
import { nodeSource, type NodeSource } from "./nodes";
import { kubernetesPolicy } from "./kubernetes-policy";
import type { Authorization, PeerAuthentication } from "../mesh/mesh-model";
import { authorization, peerAuthentication } from "../mesh/read-mesh";
import { roleOf, type ClusterKind, type Role } from "./known-kinds";
import { service, type Service } from "./services";
import { networkSet, networkSetSource, type SetSource } from "./network-sets";
import { policyId, type PolicyId } from "./policy-id";
import { podCidrs, readPool, type Pool } from "./ip-pools";
import { runsEbpf } from "./ebpf";
import { endpointSlice, endpointsObject, type Slice } from "./endpoint-slices";
import { scoped } from "./object-scope";
import { sourceTitle, type SourceObject } from "./source-object";
import { asEnforced } from "./staged-policies";
import { BUILT_IN_TIERS, readTier } from "./tiers";
import { unfolded } from "./unfold-lists";
import { readWeave, weavePolicies, type Weave } from "./weave";
import { podSource, type PodSource } from "./workloads";

const TOP_LEVEL = ["apiVersion", "kind", "metadata", "spec", "status"] as const;
/** Fields that some kinds have beside `spec`. */
const MORE_AT_TOP: Partial<Record<Role, readonly string[]>> = {
  serviceAccount: ["secrets", "imagePullSecrets", "automountServiceAccountToken"],
  endpointSlice: ["addressType", "endpoints", "ports"],
  endpoints: ["subsets"],
};

/** Reads and checks all objects. @throws ProblemsError with everything that is wrong */
export function readInput(sources: readonly SourceObject[], facts: Facts): Input {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const single = [...unfolded(sources, problems)];
  const weave = readWeave(single);
  const reader = new Reader(problems, weave);
  for (const source of facts.staged === true ? asEnforced(single, notes) : single) reader.add(source);
  const input = reader.finish(facts);
  failOn("The objects cannot be evaluated:", problems);
  return { ...input, notes: [...notes, ...input.notes, ...(weave?.notes ?? [])] };
}

/**
 * What was read before, with policies taken away and others added; undefined where other objects that are read change
 * too. @throws ProblemsError with everything that is wrong with what is added
 */
export function withPolicies(
  input: Input,
  gone: readonly KubeObject[],
  come: readonly SourceObject[],
): Input | undefined {
  // There one policy may take another's effect.
  if (input.weave) return undefined;
  const roles = [...gone, ...come.map(({ object }) => object)].map(roleOf);
  if (!roles.every((role) => role === "kubernetesPolicy" || role === "calicoPolicy" || role === "ignored"))
    return undefined;
  const problems: Problem[] = [];
  const reader = new Reader(problems);
  for (const source of unfolded(come, problems)) reader.add(source);
  const added = reader.policiesIn(input.tiers);
  failOn("The objects cannot be evaluated:", problems);
  const same = (a: PolicyId, b: PolicyId): boolean =>
    a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
  const left = gone.filter((o) => roleOf(o) !== "ignored").map(policyId);
  return {
    ...input,
    policies: [...input.policies.filter((p) => !left.some((id) => same(id, p))), ...added],
  };
}

class Reader {
  private readonly seen = new Map<string, SourceObject>();
  private readonly pods: PodSource[] = [];
  private readonly namespaces = new Map<string, Record<string, string>>();
  private readonly serviceAccounts = new Map<string, Record<string, string>>();
  private readonly nodes: NodeSource[] = [];
  private readonly hostEndpoints: HostEndpointSource[] = [];
  private readonly services: Service[] = [];
  private readonly slices: Slice[] = [];
  private readonly policies: { policy: Policy; fields: Fields }[] = [];
  private readonly clusterPolicies: { kind: ClusterKind; name: string; spec: Fields }[] = [];
  private readonly tiers = new Map(BUILT_IN_TIERS.map((tier) => [tier.name, tier]));
  private readonly networkSets: SetSource[] = [];
  private readonly profiles = new Map<string, Profile & { labels: Record<string, string> }>();
  private readonly profileUses: { name: string; fields: Fields }[] = [];
  private readonly pools: Pool[] = [];
  private controllers: Fields | undefined;
  private felix: Fields | undefined;
  private network: Fields | undefined;
  private readonly ignored = new Map<string, number>();
  private readonly staged: string[] = [];
  private readonly authorizations: Authorization[] = [];
  private readonly peers: PeerAuthentication[] = [];
  private meshed = false;
  private readonly notes: string[] = [];

  constructor(
    private readonly problems: Problem[],
    /** Weave Net's controller enforces policies, in its own way. */
    private readonly weave?: Weave,
  ) {}

  add(source: SourceObject): void {
    const role = roleOf(source.object);
    if (typeof role === "object") {
      this.problems.push({ path: sourceTitle(source), message: role.problem, fix: role.fix });
      return;
    }
    const { object } = source;
    if (role === "ignored") {
      this.ignored.set(object.kind, (this.ignored.get(object.kind) ?? 0) + 1);
      return;
    }
    const named = scoped(source, role);
    if (!this.duplicate(named)) this.read(role, named);
  }

  /** The same object twice is nothing; two different ones of one name are a problem. */
  private duplicate(source: SourceObject): boolean {
    const { object } = source;
    const [group = ""] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : [""];
    const key = `${group.replace(/^crd\./, "")} ${objectTitle(object)}`;
    const before = this.seen.get(key);
    if (before === undefined) {
      this.seen.set(key, source);
      return false;
    }
    // Services do not decide about flows: as with `kubectl apply -f`, the last one counts.
    if (object.kind === "Service") {
      this.notes.push(`${sourceTitle(source)} replaces that of ${before.origin ?? "before"}`);
      return false;
    }
    const text = (o: KubeObject): string => JSON.stringify({ ...o, apiVersion: "" });
    if (text(before.object) !== text(object))
      this.problems.push({
        path: sourceTitle(source),
        message: `is defined twice and differently, the first time as ${sourceTitle(before)}`,
        fix: "keep one of them",
      });
    return true;
  }

  private read(role: Exclude<Role, "ignored">, source: SourceObject): void {
    const { object } = source;
    const { name, namespace = "default" } = object.metadata;
    const root = new Fields(object, `${sourceTitle(source)}: `, this.problems);
    root.only(...TOP_LEVEL, ...(MORE_AT_TOP[role] ?? []));
    const spec = root.object("spec");
    const metadata = root.object("metadata");
    switch (role) {
      case "workload":
        // A Rollout of another workload makes no pods of its own.
        if (object.kind === "Rollout" && spec.has("workloadRef")) return;
        this.pods.push(podSource({ kind: object.kind, name, namespace }, root));
        return;
      case "namespace":
        this.namespaces.set(name, metadata.map("labels"));
        return;
      case "serviceAccount":
        this.serviceAccounts.set(`${namespace}/${name}`, metadata.map("labels"));
        return;
      case "node":
        this.nodes.push(nodeSource(name, root));
        return;
      case "service":
        this.services.push(service(name, namespace, root));
        return;
      case "endpointSlice":
        this.slices.push(...endpointSlice(namespace, root));
        return;
      case "endpoints":
        this.slices.push(...endpointsObject(name, namespace, root));
        return;
      case "kubernetesPolicy":
        this.policies.push({
          policy: kubernetesPolicy(name, namespace, spec, this.weave !== undefined),
          fields: spec,
        });
        return;
      case "calicoPolicy": {
        const scope = object.kind === "NetworkPolicy" ? namespace : undefined;
        this.policies.push({
          policy: calicoPolicy(name, scope, spec, object.apiVersion.startsWith("crd.")),
          fields: spec,
        });
        return;
      }
      case "clusterPolicy":
        this.clusterPolicies.push({ kind: object.kind as ClusterKind, name, spec });
        return;
      case "tier":
        this.tiers.set(name, readTier(name, spec));
        return;
      case "networkSet":
        this.networkSets.push(
          networkSetSource(name, object.kind === "NetworkSet" ? namespace : undefined, root),
        );
        return;
      case "hostEndpoint": {
        const read = hostEndpointSource(name, root);
        if (read === undefined) return;
        this.hostEndpoints.push(read);
        for (const profile of read.profiles) this.profileUses.push({ name: profile, fields: spec });
        return;
      }
      case "profile":
        this.profiles.set(name, { ...calicoProfile(name, spec), labels: spec.map("labelsToApply") });
        if (/^k(ns|sa)\./.test(name) && (spec.has("ingress") || spec.has("egress")))
          this.notes.push(
            `${sourceTitle(source)}: Calico makes this profile itself, so its rules here are without effect`,
          );
        return;
      case "pool":
        this.addPool(readPool(spec, "IPPool"));
        return;
      case "felix":
        if (name === "default") this.felix = spec;
        return;
      case "controllers":
        this.controllers = spec;
        return;
      case "installation":
        this.network = spec.object("calicoNetwork");
        for (const pool of this.network.objects("ipPools")) this.addPool(readPool(pool, "Installation"));
        return;
      case "authorization": {
        this.meshed = true;
        const read = authorization(name, namespace, root);
        if (read !== undefined) this.authorizations.push(read);
        return;
      }
      case "peerAuthentication":
        this.meshed = true;
        this.peers.push(peerAuthentication(name, namespace, spec));
        return;
      case "staged":
        this.staged.push(objectTitle(object));
        return;
    }
  }

  private addPool(pool: Pool | undefined): void {
    if (pool !== undefined) this.pools.push(pool);
  }

  /** The policies that are enforced, checked to stand in one of these tiers. */
  policiesIn(tiers: readonly { name: string }[]): Policy[] {
    const names = tiers.map(({ name }) => name);
    const policies = this.policies.map(({ policy, fields }) => {
      if (!names.includes(policy.tier) && !fields.unknown("tier"))
        fields.report(
          "tier",
          policy.tier,
          "is a tier that does not exist",
          `add the Tier, or name one of ${names.join(", ")}`,
        );
      return policy;
    });
    if (this.weave === undefined) return policies;
    const { applied, notes } = weavePolicies(policies, this.weave);
    this.notes.push(...notes);
    return applied;
  }

  finish(facts: Facts): Input {
    for (const { kind, name, spec } of this.clusterPolicies)
      this.policies.push({ policy: clusterPolicy(kind, name, spec, this.nodes), fields: spec });
    const policies = this.policiesIn([...this.tiers.values()]);
    for (const { name, fields } of this.profileUses) {
      if (name === "projectcalico-default-allow" || /^k(ns|sa)\./.test(name) || this.profiles.has(name))
        continue;
      fields.report("profiles", name, "is a profile that does not exist", "add the Profile, or name another");
    }
    const automatic =
      this.controllers === undefined ? [] : automaticHostEndpoints(this.controllers, this.nodes);
    const named = new Set(this.hostEndpoints.map((e) => e.name));
    return {
      pods: this.pods,
      namespaces: this.namespaces,
      serviceAccounts: this.serviceAccounts,
      nodes: this.nodes,
      hostEndpoints: [...this.hostEndpoints, ...automatic.filter((e) => !named.has(e.name))],
      services: this.services,
      slices: this.slices,
      policies,
      tiers: [...this.tiers.values()],
      networkSets: this.networkSets.map((set) => networkSet(set, this.namespaces)),
      profiles: this.profiles,
      mesh: this.meshed ? { authorizations: this.authorizations, peers: this.peers } : undefined,
      podCidrs: podCidrs(facts, { pools: this.pools, nodes: this.nodes }, this.problems),
      pools: this.pools,
      weave: this.weave !== undefined,
      ebpf: runsEbpf(facts, this.felix, this.network),
      endpointToHost:
        facts.endpointToHost ??
        this.felix?.choice("defaultEndpointToHostAction", "Drop", "Return", "Accept") ??
        "Accept",
      failsafe: {
        inbound: failsafePorts(this.felix, "failsafeInboundHostPorts"),
        outbound: failsafePorts(this.felix, "failsafeOutboundHostPorts"),
      },
      ignored: this.ignored,
      staged: this.staged,
      notes: this.notes,
    };
  }
}
