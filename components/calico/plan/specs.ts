import type { KubeObject } from "../../../kube/objects";
import type { CalicoPlan } from "./calico-plan";
import { OWNER_LABEL } from "../../owner-label";
import { charts } from "../../versions";
import type { Mirrors } from "../../mirrors";

/**
 * Helm values of the tigera-operator chart: the operator alone; its resources are ours, so that order and deletion are.
 * @param direct where nodes reach the API server, for a Calico that takes kube-proxy's place
 */
export function operatorValues(
  plan: CalicoPlan,
  mirrors: Mirrors,
  direct?: { host: unknown; port: number },
): Record<string, unknown> {
  const registry = mirrors.images["quay.io"];
  return {
    installation: { enabled: false },
    apiServer: { enabled: false },
    goldmane: { enabled: false },
    whisker: { enabled: false },
    defaultFelixConfiguration: { enabled: false },
    manageCRDs: true,
    tigeraOperator: {
      ...(registry === undefined ? {} : { registry: registry.replace(/\/$/, "") }),
      // Said, not detected: what we then wait for is what the operator makes (tigera/operator pkg/apis/version.go).
      env: [
        {
          name: "CALICO_API_GROUP",
          value: plan.api === "v3" ? "projectcalico.org/v3" : "crd.projectcalico.org/v1",
        },
      ],
    },
    resources: { requests: { cpu: "50m", memory: "128Mi" } },
    // The chart makes the ConfigMap kubernetes-services-endpoint of it, before the operator, which reads it and hands it
    // on. Names are then asked of the node's own DNS: CoreDNS is behind a Service too. calico-node takes this from the
    // operator (tigera/operator core_controller.go, defaultDNSPolicy).
    ...(direct === undefined
      ? {}
      : {
          kubernetesServiceEndpoint: { host: direct.host, port: String(direct.port) },
          dnsPolicy: "Default",
        }),
  };
}

/** Namespace of the operator; created by us, as upstream's own manifest has it. */
export function operatorNamespace(cluster: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "tigera-operator",
      labels: { "pod-security.kubernetes.io/enforce": "privileged", [OWNER_LABEL]: cluster },
    },
  };
}

/** The Installation: what the operator is to run. */
export function installation(plan: CalicoPlan, mirrors: Mirrors): KubeObject {
  const calico = plan.cni.type === "calico";
  const registry = mirrors.images["quay.io"];
  return {
    apiVersion: "operator.tigera.io/v1",
    kind: "Installation",
    metadata: { name: "default" },
    spec: {
      ...(plan.provider === undefined ? {} : { kubernetesProvider: plan.provider }),
      ...(registry === undefined ? {} : { registry: `${registry.replace(/\/$/, "")}/` }),
      // Set always: on EKS the operator would take AmazonVPC by default.
      cni: calico ? { type: "Calico", ipam: { type: "Calico" } } : { type: "AmazonVPC" },
      calicoNetwork: {
        bgp: plan.bgp ? "Enabled" : "Disabled",
        linuxDataplane: plan.dataplane,
        ...(calico && plan.containerIpForwarding ? { containerIPForwarding: "Enabled" } : {}),
        ...(calico
          ? {
              ipPools: plan.pools.map((p) => ({
                name: p.name,
                cidr: p.cidr,
                encapsulation: p.encapsulation,
                blockSize: p.blockSize,
                natOutgoing: p.natOutgoing ? "Enabled" : "Disabled",
                nodeSelector: p.nodeSelector,
              })),
            }
          : {}),
      },
      controlPlaneReplicas: plan.controlPlaneReplicas,
      // No CSI driver: no lab mounts volumes from Calico (the chart's own default since 3.31).
      kubeletVolumePluginPath: "None",
      // Nor the driver before it: its usual folder cannot be written on Bottlerocket (Calico 3.33 docs, operations/ebpf).
      ...(plan.dataplane === "BPF" && plan.provider === "EKS" ? { flexVolumePath: "None" } : {}),
    },
  };
}

/** Calico's API: with v1 CRDs an aggregated server, with v3 CRDs the webhook that checks tiers. Needed in both. */
export function apiServer(): KubeObject {
  return { apiVersion: "operator.tigera.io/v1", kind: "APIServer", metadata: { name: "default" }, spec: {} };
}

/** Flow logs, and the page that shows them. Each is one resource of the operator, with nothing to set. */
export const observability: readonly KubeObject[] = ["Goldmane", "Whisker"].map((kind) => ({
  apiVersion: "operator.tigera.io/v1",
  kind,
  metadata: { name: "default" },
  spec: {},
}));

/**
 * Settings on Felix's own `default` object. What a lab sets there is left to the lab: two managers would take the
 * field from each other.
 */
export function felixConfiguration(plan: CalicoPlan, leftToLabs: readonly string[] = []): KubeObject {
  const spec = {
    logSeverityScreen: "Info",
    wireguardEnabled: plan.wireguard,
    // The nodes' role has the right to.
    ...(plan.sourceDestCheck === "felix" ? { awsSrcDstCheck: "Disable" } : {}),
    // Load balancers ask kube-proxy's health port. The operator turns Felix's own off where kube-proxy is not its to manage
    // (core_controller.go, disableBPFKubeProxyHealthz), and here there is none.
    ...(plan.dataplane === "BPF" ? { bpfKubeProxyHealthzPort: 10256 } : {}),
  };
  return {
    apiVersion: "projectcalico.org/v3",
    kind: "FelixConfiguration",
    metadata: { name: "default" },
    spec: Object.fromEntries(Object.entries(spec).filter(([field]) => !leftToLabs.includes(field))),
  };
}

/** CRDs that our own resources need; the operator makes all of them in one go. */
export function crdNames(plan: CalicoPlan): string[] {
  const policies = [
    "globalnetworkpolicies",
    "networkpolicies",
    "felixconfigurations",
    "ippools",
    "tiers",
    "hostendpoints",
  ];
  const group = plan.api === "v3" ? "projectcalico.org" : "crd.projectcalico.org";
  return [
    "installations.operator.tigera.io",
    "apiservers.operator.tigera.io",
    ...(plan.observability ? ["goldmanes.operator.tigera.io", "whiskers.operator.tigera.io"] : []),
    ...policies.map((p) => `${p}.${group}`),
  ];
}

/** Values of the chart that matter to a reader of the plan. */
export function operatorSummary(plan: CalicoPlan): string[] {
  return [
    `chart ${charts["tigera-operator"].chart} ${plan.version}`,
    `CRDs: native ${plan.api === "v3" ? "projectcalico.org/v3" : "crd.projectcalico.org/v1 with API server"}, ${plan.crds.by === "operator" ? "made by the operator" : `applied once from ${plan.crds.source}`}`,
    plan.cni.type === "calico"
      ? `CNI Calico, BGP ${plan.bgp ? "on" : "off"}, dataplane ${plan.dataplane}`
      : `policy only, CNI ${plan.cni.type}, dataplane ${plan.dataplane}`,
    ...plan.pools.map(
      (p) =>
        `pool ${p.name} ${p.cidr}, ${p.encapsulation}, blocks of /${p.blockSize}, NAT ${p.natOutgoing ? "on" : "off"}`,
    ),
    ...(plan.wireguard ? ["WireGuard on"] : []),
    ...(plan.observability ? ["Goldmane and Whisker: flow logs and their page"] : []),
  ];
}
