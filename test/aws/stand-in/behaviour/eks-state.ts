/** What the stand-in knows of EKS clusters beside what moto does. */
export interface ClusterState {
  /** Zones of the subnets given at creation. */
  zones: readonly string[];
  /** Whether AWS refuses to delete it. */
  protected: boolean;
  /** Add-on → version. */
  addons: Map<string, string>;
  /** Principal → policies. */
  access: Map<string, string[]>;
  /** Namespace and ServiceAccount → association. */
  identities: Map<string, string>;
}

export class EksState {
  readonly clusters = new Map<string, ClusterState>();
  /** Names of clusters that were deleted. */
  readonly gone = new Set<string>();

  /** @throws where there is no such cluster, which moto says too */
  cluster(name: unknown): ClusterState {
    const found = this.clusters.get(String(name));
    if (found === undefined) throw new Error(`No cluster found for name: ${String(name)}.`);
    return found;
  }
}
