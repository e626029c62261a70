/** apiVersions of kinds whose absence or wrong version is reported with a fix. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  NetworkPolicy: "networking.k8s.io/v1, or projectcalico.org/v3 for Calico's",
  GlobalNetworkPolicy: "projectcalico.org/v3",
  ClusterNetworkPolicy: "policy.networking.k8s.io/v1beta1",
  AdminNetworkPolicy: "policy.networking.k8s.io/v1alpha1",
  BaselineAdminNetworkPolicy: "policy.networking.k8s.io/v1alpha1",
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  ReplicaSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
  EndpointSlice: "discovery.k8s.io/v1",
  Ingress: "networking.k8s.io/v1",
};

/** The apiVersion that an object of a kind would have, in words. */
export function apiVersionOf(kind: string): string {
  return API_VERSIONS[kind] ?? "v1, or that of the kind";
}
