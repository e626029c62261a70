import type { Net } from "../../../../kube/ip";
import type { NetworkSet, Policy, Profile, Tier } from "../reach-model";
import type { Mesh } from "../mesh/mesh-model";
import type { Slice } from "./endpoint-slices";
import type { Failsafe } from "./failsafe";
import type { HostEndpointSource } from "./host-endpoints";
import type { Pool } from "./ip-pools";
import type { NodeSource } from "./nodes";
import type { Service } from "./services";
import type { PodSource } from "./workloads";

/** Everything that the objects say, checked; before anything is evaluated. */
export interface Input {
  readonly pods: readonly PodSource[];
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly serviceAccounts: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly nodes: readonly NodeSource[];
  readonly hostEndpoints: readonly HostEndpointSource[];
  readonly services: readonly Service[];
  readonly slices: readonly Slice[];
  readonly policies: readonly Policy[];
  readonly tiers: readonly Tier[];
  readonly networkSets: readonly NetworkSet[];
  readonly profiles: ReadonlyMap<string, Profile & { labels: Readonly<Record<string, string>> }>;
  /** What Istio's policies say; undefined without any. */
  readonly mesh: Mesh | undefined;
  readonly podCidrs: readonly Net[];
  readonly pools: readonly Pool[];
  /** Whether Weave Net's controller enforces policies. */
  readonly weave: boolean;
  /** Whether Calico's eBPF dataplane runs. */
  readonly ebpf: boolean;
  readonly endpointToHost: "Drop" | "Return" | "Accept";
  readonly failsafe: { readonly inbound: readonly Failsafe[]; readonly outbound: readonly Failsafe[] };
  /** Objects that nothing here reads, and policies that are only staged, by kind. */
  readonly ignored: ReadonlyMap<string, number>;
  readonly staged: readonly string[];
  /** What was read in a way that the user should know of. */
  readonly notes: readonly string[];
}
