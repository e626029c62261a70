/** Ports that programs hold on a node's own network: who comes second does not start. */

/** Those of ingress-nginx on the host network, with what they are for (1.15.1, cmd/flags). */
export const NGINX_PORTS = {
  80: "HTTP",
  443: "HTTPS",
  8181: "default server",
  8443: "admission webhook",
  10245: "profiler",
  10246: "nginx status",
  10247: "nginx stream",
  10254: "health and metrics",
} as const;

/** Where a Gateway's Service listens on the nodes, if nothing else is said: apart from those of ingress-nginx. */
export const GATEWAY_NODE_PORTS = { http: 31080, https: 31443 } as const;

/** Who holds a port of a node, where the controller is on the host network. */
export const portUsers: Readonly<Record<number, string>> = {
  10250: "the kubelet",
  10248: "the kubelet",
  10249: "kube-proxy",
  10256: "kube-proxy",
  9099: "Calico (Felix)",
  5473: "Calico (Typha)",
  6443: "Calico (webhooks)",
  ...Object.fromEntries(Object.entries(NGINX_PORTS).map(([p, what]) => [p, `ingress-nginx (${what})`])),
};
