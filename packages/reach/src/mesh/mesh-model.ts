/** What Istio's policies say, as far as they are followed. */
export interface Mesh {
  readonly authorizations: readonly Authorization[];
  readonly peers: readonly PeerAuthentication[];
}

/** A list of values of which one must hold, and of which none may. */
export interface Test {
  /** Istio's attribute; `method`, `path` and `host` of a request. */
  readonly key: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
  /** Something in it is not known before deployment. */
  readonly unknown?: boolean;
}

export interface AuthorizationRule {
  /** One of these sources, each with all its tests; empty: every source. */
  readonly from: readonly (readonly Test[])[];
  readonly to: readonly (readonly Test[])[];
  readonly when: readonly Test[];
  readonly unknown?: boolean;
}

export interface Selected {
  readonly name: string;
  readonly namespace: string;
  /** Labels of pods; undefined: all of its namespace, or of the mesh in the root namespace. */
  readonly selector: Readonly<Record<string, string>> | undefined;
}

export interface Authorization extends Selected {
  readonly action: "ALLOW" | "DENY" | "CUSTOM";
  readonly rules: readonly AuthorizationRule[];
  /** Something in it is not known before deployment. */
  readonly unknown?: boolean;
}

export type PeerMode = "STRICT" | "PERMISSIVE" | "DISABLE" | "UNSET";

export interface PeerAuthentication extends Selected {
  readonly mode: PeerMode;
  readonly ports: ReadonlyMap<number, PeerMode>;
  readonly unknown?: boolean;
}

/** Where policies hold for the whole mesh, unless MeshConfig names another. */
export const ROOT_NAMESPACE = "istio-system";

/** Who a workload's certificate says it is. */
export interface Identity {
  readonly namespace: string;
  readonly serviceAccount: string;
}
