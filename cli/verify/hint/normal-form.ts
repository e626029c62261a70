import type {
  KubernetesPolicySpec,
  LabelSelector,
  Peer,
  PolicyPort,
} from "../../../policies/kubernetes/types";

/** A Kubernetes policy with the API server's defaults written out, so that two can be compared. */
export interface NormalPolicy {
  podSelector: string;
  types: string[];
  ingress: NormalRule[];
  egress: NormalRule[];
}

export interface NormalRule {
  /** Absent lists mean every peer and every port. */
  peers: NormalPeer[];
  ports: string[];
}

export interface NormalPeer {
  pods?: string;
  namespaces?: string;
  block?: string;
}

interface Written {
  podSelector?: LabelSelector;
  ingress?: { from?: Peer[]; ports?: Partial<PolicyPort>[] }[];
  egress?: { to?: Peer[]; ports?: Partial<PolicyPort>[] }[];
  policyTypes?: string[];
}

export function normal(spec: KubernetesPolicySpec | Written): NormalPolicy {
  const { podSelector = {}, ingress = [], egress = [], policyTypes } = spec;
  return {
    podSelector: selector(podSelector),
    // Without types: Ingress always, Egress where there are egress rules.
    types: [...(policyTypes ?? ["Ingress", ...(egress.length > 0 ? ["Egress"] : [])])].sort(),
    ingress: ingress.map((r) => ({ peers: (r.from ?? []).map(peer), ports: (r.ports ?? []).map(port) })),
    egress: egress.map((r) => ({ peers: (r.to ?? []).map(peer), ports: (r.ports ?? []).map(port) })),
  };
}

function peer({ podSelector, namespaceSelector, ipBlock }: Peer): NormalPeer {
  const except = ipBlock?.except ?? [];
  return {
    ...(podSelector === undefined ? {} : { pods: selector(podSelector) }),
    ...(namespaceSelector === undefined ? {} : { namespaces: selector(namespaceSelector) }),
    ...(ipBlock === undefined
      ? {}
      : { block: `${ipBlock.cidr}${except.length === 0 ? "" : ` except ${[...except].sort().join(", ")}`}` }),
  };
}

/** `TCP 80`, `TCP 8000-8100`, `TCP` for all. */
function port({ protocol = "TCP", port: number, endPort }: Partial<PolicyPort>): string {
  return `${protocol}${number === undefined ? "" : ` ${number}`}${endPort === undefined ? "" : `-${endPort}`}`;
}

/** As people write selectors, in one order; `all` where it is empty. */
export function selector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const parts = [
    ...Object.entries(matchLabels).map(([k, v]) => `${k}=${v}`),
    ...matchExpressions.map(({ key, operator, values = [] }) =>
      // One value in a list is the same as that value.
      operator === "In" && values.length === 1
        ? `${key}=${values[0] ?? ""}`
        : `${key} ${operator}${values.length === 0 ? "" : ` (${[...values].sort().join(", ")})`}`,
    ),
  ];
  return parts.length === 0 ? "all" : parts.sort().join(", ");
}
