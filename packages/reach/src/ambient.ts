import type { KubeObject } from "../../../kube/objects";

/** A workload that a chart or the cluster itself brings, as far as policies can tell. */
export interface AmbientWorkload {
  readonly namespace: string;
  readonly name: string;
  /** @default "Deployment" */
  readonly kind?: "Deployment" | "DaemonSet" | "StatefulSet" | "Pod";
  readonly labels: Readonly<Record<string, string>>;
  /** @default "default" */
  readonly serviceAccount?: string;
  /** Shares the network of the nodes: policies do not select it. @default false */
  readonly hostNetwork?: boolean;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    /** @default "TCP" */
    readonly protocol?: "TCP" | "UDP" | "SCTP";
  }[];
}

/** The object that `load` reads for it. */
export function ambientWorkload(workload: AmbientWorkload): KubeObject {
  const { namespace, name, kind = "Deployment", labels, serviceAccount, hostNetwork, ports = [] } = workload;
  const pod = {
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
    ...(hostNetwork === undefined ? {} : { hostNetwork }),
    containers: [
      {
        name: "ambient",
        ports: ports.map((p) => ({
          ...(p.name === undefined ? {} : { name: p.name }),
          containerPort: p.port,
          protocol: p.protocol ?? "TCP",
        })),
      },
    ],
  };
  if (kind === "Pod")
    return { apiVersion: "v1", kind, metadata: { name, namespace, labels: { ...labels } }, spec: pod };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace, labels: { ...labels } },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
}

/** A namespace with its labels. */
export function ambientNamespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { ...labels } } };
}

/** A node by name, address and labels. */
export function ambientNode(
  name: string,
  address?: string,
  labels: Readonly<Record<string, string>> = {},
): KubeObject {
  const addresses = address === undefined ? [] : [{ type: "InternalIP", address }];
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels: { ...labels } }, status: { addresses } };
}

/** CoreDNS and its Service, as kubeadm, kind and EKS install it: label `k8s-app=kube-dns`, ports 53 UDP and TCP. */
export const CORE_DNS: readonly KubeObject[] = [
  ambientNamespace("kube-system"),
  ambientWorkload({
    namespace: "kube-system",
    name: "coredns",
    labels: { "k8s-app": "kube-dns" },
    serviceAccount: "coredns",
    ports: [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53, protocol: "TCP" },
      { name: "metrics", port: 9153 },
    ],
  }),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
    spec: {
      selector: { "k8s-app": "kube-dns" },
      ports: [
        { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
        { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
      ],
    },
  },
];

/** The API server of a kubeadm or kind cluster: a static pod in the control-plane node's network. */
export const API_SERVER: readonly KubeObject[] = [
  ambientWorkload({
    namespace: "kube-system",
    name: "kube-apiserver",
    kind: "Pod",
    labels: { component: "kube-apiserver", tier: "control-plane" },
    hostNetwork: true,
    ports: [{ name: "https", port: 6443 }],
  }),
];
