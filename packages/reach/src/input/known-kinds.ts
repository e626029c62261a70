import type { KubeObject } from "../../../../kube/objects";
import { apiVersionOf } from "./api-versions";

/** `policy.networking.k8s.io`: ClusterNetworkPolicy, and the two kinds that it replaced. */
export type ClusterKind = "ClusterNetworkPolicy" | "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy";

/** What is read of an object; `ignored` ones are counted, `staged` policies too: they enforce nothing. */
export type Role =
  | "workload"
  | "namespace"
  | "node"
  | "service"
  | "endpointSlice"
  | "endpoints"
  | "serviceAccount"
  | "kubernetesPolicy"
  | "calicoPolicy"
  | "clusterPolicy"
  | "tier"
  | "networkSet"
  | "hostEndpoint"
  | "profile"
  | "pool"
  | "felix"
  | "controllers"
  | "installation"
  | "staged"
  | "authorization"
  | "peerAuthentication"
  | "ignored";

const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  "": ["Pod", "ReplicationController"],
  apps: ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"],
  batch: ["Job", "CronJob"],
  // Served no more, and still in many files.
  extensions: ["Deployment", "DaemonSet", "ReplicaSet"],
  // OpenShift and Argo: they make pods of a template as a Deployment does.
  "apps.openshift.io": ["DeploymentConfig"],
  "argoproj.io": ["Rollout"],
};
const CORE: Readonly<Record<string, Role>> = {
  Namespace: "namespace",
  Node: "node",
  Service: "service",
  Endpoints: "endpoints",
  ServiceAccount: "serviceAccount",
};
const CORE_OTHERS = [
  "Binding",
  "ComponentStatus",
  // A kubeconfig.
  "Config",
  "ConfigMap",
  "Event",
  "LimitRange",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "PodTemplate",
  "ResourceQuota",
  "Secret",
];
/** Kubernetes' own groups, in which a kind that is read here cannot be another one of the same name. */
const OWN_GROUPS = [
  "",
  "apps",
  "batch",
  "extensions",
  "policy",
  "autoscaling",
  "networking.k8s.io",
  "discovery.k8s.io",
];

const CALICO: Readonly<Record<string, Role>> = {
  NetworkPolicy: "calicoPolicy",
  GlobalNetworkPolicy: "calicoPolicy",
  StagedNetworkPolicy: "staged",
  StagedGlobalNetworkPolicy: "staged",
  StagedKubernetesNetworkPolicy: "staged",
  Tier: "tier",
  NetworkSet: "networkSet",
  GlobalNetworkSet: "networkSet",
  HostEndpoint: "hostEndpoint",
  Profile: "profile",
  IPPool: "pool",
  FelixConfiguration: "felix",
  KubeControllersConfiguration: "controllers",
};
const CALICO_OTHERS = [
  "BGPConfiguration",
  "BGPFilter",
  "BGPPeer",
  "BlockAffinity",
  "CalicoNodeStatus",
  "ClusterInformation",
  "IPAMBlock",
  "IPAMConfig",
  "IPAMConfiguration",
  "IPAMHandle",
  "IPReservation",
  "RemoteClusterConfiguration",
  // What calicoctl exports beside them.
  "Node",
  "WorkloadEndpoint",
];
/** Calico's groups with their version. */
const CALICO_GROUPS: Readonly<Record<string, string>> = {
  "projectcalico.org": "v3",
  "crd.projectcalico.org": "v1",
};
const NETWORKING_OTHERS = ["Ingress", "IngressClass", "IPAddress", "ServiceCIDR"];
/** Kinds of policy.networking.k8s.io by version. */
const CLUSTER_POLICIES: Readonly<Record<string, readonly string[]>> = {
  v1alpha1: ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"],
  v1alpha2: ["ClusterNetworkPolicy"],
  // The same schema (release notes of network-policy-api 0.3.0).
  v1beta1: ["ClusterNetworkPolicy"],
};
/** Groups whose kinds decide who reaches whom and are not evaluated here, with these kinds or all. */
const FOREIGN_POLICIES: Readonly<Record<string, readonly string[] | "all">> = {
  "cilium.io": "all",
  "crd.antrea.io": "all",
  "policy.linkerd.io": "all",
  "consul.hashicorp.com": ["ServiceIntentions"],
  "kuma.io": ["MeshTrafficPermission", "TrafficPermission"],
  "crd.nsx.vmware.com": ["SecurityPolicy"],
  "vpcresources.k8s.aws": ["SecurityGroupPolicy"],
  "kubeovn.io": ["SecurityGroup", "Subnet", "Vpc"],
  // Networks whose pods do not reach those of others, whatever policies say.
  "k8s.ovn.org": ["UserDefinedNetwork", "ClusterUserDefinedNetwork", "EgressFirewall"],
};

/** What an object is to the evaluator, or why it cannot be read. */
export function roleOf(
  object: Pick<KubeObject, "apiVersion" | "kind">,
): Role | { problem: string; fix: string } {
  const { apiVersion, kind } = object;
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  if (group !== undefined && WORKLOADS[group]?.includes(kind) === true) return "workload";
  if (group === "") {
    const role = CORE[kind];
    if (role !== undefined) return role;
    return CORE_OTHERS.includes(kind) ? "ignored" : elsewhere(apiVersion, kind);
  }
  if (group === "discovery.k8s.io" && kind === "EndpointSlice") return "endpointSlice";
  if (group === "networking.k8s.io") {
    if (kind === "NetworkPolicy" && version === "v1") return "kubernetesPolicy";
    if (kind === "NetworkPolicy") return elsewhere(apiVersion, kind);
    return NETWORKING_OTHERS.includes(kind) ? "ignored" : unknownKind(apiVersion, kind, "NetworkPolicy");
  }
  if (group === "policy.networking.k8s.io") {
    if (CLUSTER_POLICIES[version ?? ""]?.includes(kind) === true) return "clusterPolicy";
    const known = Object.entries(CLUSTER_POLICIES).flatMap(([v, kinds]) => kinds.map((k) => `${k} (${v})`));
    return unknownKind(apiVersion, kind, ...known);
  }
  const calico = CALICO_GROUPS[group ?? ""];
  if (calico !== undefined) {
    if (version !== calico)
      return {
        problem: `is of a version that ${group ?? ""} does not have`,
        fix: `write apiVersion: ${group ?? ""}/${calico}`,
      };
    const role = CALICO[kind];
    if (role !== undefined) return role;
    return CALICO_OTHERS.includes(kind) ? "ignored" : unknownKind(apiVersion, kind, ...Object.keys(CALICO));
  }
  if (group === "security.istio.io" && (version === "v1" || version === "v1beta1")) {
    if (kind === "AuthorizationPolicy") return "authorization";
    if (kind === "PeerAuthentication") return "peerAuthentication";
    // It refuses tokens that are wrong; a request without one passes.
    return kind === "RequestAuthentication"
      ? "ignored"
      : unknownKind(apiVersion, kind, "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication");
  }
  if (group === "security.istio.io")
    return { problem: `is of a version that ${group} does not have`, fix: `write apiVersion: ${group}/v1` };
  if (group === "operator.tigera.io" && kind === "Installation") return "installation";
  if (kind === "Template" && group === "template.openshift.io")
    return {
      problem: "is a template: its objects are not there yet",
      fix: "process it, and read the result: oc process --local -f <file> > processed.yaml",
    };
  if (kind === "NetworkPolicy" && group === "extensions")
    return {
      problem: "is of a version that no API server serves any more",
      fix: "write apiVersion: networking.k8s.io/v1",
    };
  const foreign = FOREIGN_POLICIES[group ?? ""] ?? [];
  if (foreign === "all" || foreign.includes(kind) || /NetworkPolic(y|ies)$/.test(kind))
    return {
      problem: `${kind} of ${apiVersion} decides about flows but is not evaluated here`,
      fix: "leave the object out, or write it as a Kubernetes or Calico policy",
    };
  return group !== undefined && OWN_GROUPS.includes(group) && isRead(kind)
    ? elsewhere(apiVersion, kind)
    : "ignored";
}

/** Kinds that decide, under whatever group. */
function isRead(kind: string): boolean {
  return (
    kind in CORE ||
    kind in CALICO ||
    Object.values(WORKLOADS).some((kinds) => kinds.includes(kind)) ||
    kind === "EndpointSlice"
  );
}

function elsewhere(apiVersion: string, kind: string): { problem: string; fix: string } {
  return {
    problem: `${kind} is not a kind of ${apiVersion}`,
    fix: `write apiVersion: ${apiVersionOf(kind)}`,
  };
}

function unknownKind(apiVersion: string, kind: string, ...known: string[]): { problem: string; fix: string } {
  return {
    problem: `${kind} is not a kind of ${apiVersion} that is known here`,
    fix: `kinds are ${known.join(", ")}`,
  };
}
