/** On namespaces that hold what only one stack can install in a cluster: the name of the cluster whose stack it was. */
export const OWNER_LABEL = "k8s-network-labs/cluster";
