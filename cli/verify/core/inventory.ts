/** What is found on the cluster, as far as probing needs it. */

export interface LivePod {
  namespace: string;
  name: string;
  ips: readonly string[];
  node: string;
  /** Runs and is ready: Services lead to it. */
  ready: boolean;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  serviceAccount: string;
  hostNetwork: boolean;
  tolerations: readonly unknown[];
  imagePullSecrets: readonly { name: string }[];
}

/** A workload by the name that claims use, `namespace/name`. */
export interface LiveWorkload {
  kind: string;
  /** Without probe pods of our own. */
  pods: readonly LivePod[];
}

export interface LiveService {
  namespace: string;
  name: string;
  type: string;
  /** One for each family that it has; none of a headless one. */
  clusterIPs: readonly string[];
  selector: Readonly<Record<string, string>>;
  ports: readonly {
    port: number;
    /** Number or name of the container's port. */
    targetPort: number | string;
    protocol: string;
    nodePort?: number;
  }[];
  /** `externalTrafficPolicy: Local`: only nodes with a pod of it answer at their addresses. */
  onlyLocal: boolean;
  /** Addresses or names of its load balancer. */
  loadBalancer: readonly string[];
}

export interface LiveNode {
  name: string;
  internal: readonly string[];
  external: readonly string[];
}

export interface Inventory {
  workloads: ReadonlyMap<string, LiveWorkload>;
  services: readonly LiveService[];
  nodes: readonly LiveNode[];
}

/** The namespace of an end that names a workload; undefined for addresses, nodes and the like. */
export function workloadNamespace(end: string): string | undefined {
  return /^(?![\d.]+\/)([a-z0-9.-]+)\/[a-z0-9.-]+$/i.exec(end)?.[1];
}
