import { globalPolicy } from "../../policies/calico/policy";
import { CALICO_API_VERSION } from "../../policies/calico/resource";
import type { KubeControllersConfiguration } from "../../policies/calico/cluster-types";
import type { GlobalNetworkPolicy, Rule } from "../../policies/calico/policy-types";

/** Said in both directions, so that going back is a change and not only a field given up. */
export const automaticHostEndpoints = (autoCreate: "Enabled" | "Disabled"): KubeControllersConfiguration => ({
  apiVersion: CALICO_API_VERSION,
  kind: "KubeControllersConfiguration",
  metadata: { name: "default" },
  spec: { controllers: { node: { hostEndpoint: { autoCreate } } } },
});

/** Automatic host endpoints carry their node's labels; pods do not have this one. */
const NODES = "has(kubernetes.io/hostname)";

const fromLocalhost = (protocol: "TCP" | "UDP"): Rule => ({
  action: "Allow",
  protocol,
  source: { nets: ["127.0.0.1/32"] },
});

/**
 * Failsafe ports keep API server, etcd, BGP, Typha and ssh open whatever it says
 * (felix/config/config_params.go); kubelet's is not among them, and without it there are no logs, no exec, no
 * port-forward and no metrics.
 */
export const defaultNodePolicy: GlobalNetworkPolicy = globalPolicy({
  name: "default-node-policy",
  selector: NODES,
  ingress: [
    fromLocalhost("TCP"),
    fromLocalhost("UDP"),
    {
      action: "Allow",
      protocol: "TCP",
      source: { selector: NODES },
      destination: { ports: [10250] },
    },
  ],
});

const deny = (protocol: "TCP" | "UDP"): Rule => ({
  action: "Deny",
  protocol,
  destination: { ports: ["30000:32767"] },
});

/** Before kube-proxy replaces the destination, so that node ports can still be told apart. */
export const nodeportPolicy = (allowed: string, nodePort: number): GlobalNetworkPolicy =>
  globalPolicy({
    name: "nodeport-policy",
    order: 100,
    selector: NODES,
    applyOnForward: true,
    preDNAT: true,
    types: ["Ingress"],
    ingress: [
      {
        action: "Allow",
        protocol: "TCP",
        source: { nets: [`${allowed}/32`] },
        destination: { ports: [nodePort] },
      },
      deny("TCP"),
      deny("UDP"),
    ],
  });
