/** Something that kind or Docker keeps on a machine, outside every Kubernetes API. */
export interface MachineObject {
  /** `load-balancer`: what serves a cluster's load balancers, and these; its name is the cluster's. */
  kind: "cluster" | "container" | "network" | "load-balancer";
  name: string;
}

/** All that the commands of a kind cluster can make on a machine; not every cluster has a network and a host of its own. */
export interface KindFootprint {
  cluster: MachineObject;
  loadBalancer: MachineObject;
  host1: MachineObject;
  network: MachineObject;
}

export function kindFootprint(cluster: string): KindFootprint {
  return {
    cluster: { kind: "cluster", name: cluster },
    loadBalancer: { kind: "load-balancer", name: cluster },
    host1: { kind: "container", name: `${cluster}-host1` },
    network: { kind: "network", name: cluster },
  };
}

/**
 * Where kind writes a cluster's kubeconfig, seen from the project: kind would put it into the user's own, and make the
 * cluster the one that every kubectl means.
 */
export const kubeconfigFile = (cluster: string): string => `.labs/kubeconfig/${cluster}`;

/** In the order in which they can be removed: Docker keeps a network while anything is on it. */
export const removable = ({ cluster, loadBalancer, host1, network }: KindFootprint): MachineObject[] => [
  cluster,
  loadBalancer,
  host1,
  network,
];

/** Label of what Docker makes beside a cluster; its value is the cluster's name. kind labels its nodes itself. */
export const MACHINE_LABEL = "k8s-network-labs.cluster";

/** Label of the container that serves a cluster's load balancers; and that of each of these, which it sets itself. */
export const BALANCER_LABEL = "k8s-network-labs.load-balancer";
export const BALANCED_LABEL = "io.x-k8s.cloud-provider-kind.cluster";

/** Commands carry this variable: by it the state of a stack says what each of them makes. */
const MAKES = "LABS_MAKES";

/** Part of the environment of the command that makes an object: only there it finds the name, never in its text. */
export const making = ({ kind, name }: MachineObject): Record<string, string> => ({
  [MAKES]: `${kind} ${name}`,
  [kind === "cluster" ? "KIND_CLUSTER_NAME" : "LABS_NAME"]: name,
});

/** Takes the load balancers' finalizer off the Services of a cluster, in its control plane. */
const LET_GO = [
  "export KUBECONFIG=/etc/kubernetes/admin.conf; kubectl get services --all-namespaces --no-headers",
  '--output "custom-columns=A:.metadata.namespace,B:.metadata.name,C:.spec.type" | while read -r space name type; do',
  'if [ "$type" = LoadBalancer ]; then kubectl --namespace "$space" patch service "$name" --type json',
  `--patch "[{\\"op\\":\\"remove\\",\\"path\\":\\"/metadata/finalizers\\"}]"; fi; done`,
].join(" ");

/** Removes the container that makes load balancers, then those. */
function removeLabelled(cluster: string): string {
  const [first, then] = [BALANCER_LABEL, BALANCED_LABEL].map(
    (label) =>
      `ids=$(docker ps --all --quiet --filter "label=${label}=${cluster}") && { [ -z "$ids" ] || docker rm --force $ids; }`,
  );
  return `${first ?? ""} && ${then ?? ""}`;
}

/** The command that removes what its environment names; kind reads the name itself (pkg/internal/cli/override.go). */
export const removal: Readonly<Record<MachineObject["kind"], string>> = {
  cluster: "kind delete cluster",
  container: 'docker rm --force "$LABS_NAME"',
  network: 'docker network rm "$LABS_NAME"',
  // What it served can be deleted without it. Where the cluster is gone or stopped, nothing is left to say.
  "load-balancer": `docker exec "$LABS_NAME-control-plane" sh -c '${LET_GO}' > /dev/null 2>&1; ${removeLabelled("$LABS_NAME")}`,
};

/** A resource or an operation in the state of a stack. */
interface Recorded {
  type: string;
  inputs: Readonly<Record<string, unknown>>;
}

/** The object that a recorded command makes; undefined for every other resource. */
export function madeBy({ type, inputs }: Recorded): MachineObject | undefined {
  if (type !== "command:local:Command") return undefined;
  const environment = inputs["environment"] as Readonly<Record<string, unknown>> | undefined;
  const made = environment?.[MAKES];
  if (typeof made !== "string") return undefined;
  const [kind = "", name = ""] = made.split(" ");
  return isKind(kind) && name !== "" ? { kind, name } : undefined;
}

const isKind = (text: string): text is MachineObject["kind"] =>
  ["cluster", "container", "network", "load-balancer"].includes(text);

/** The command that removes an object, for people to type. */
export const removeCommand = ({ kind, name }: MachineObject): string =>
  ({
    cluster: `kind delete cluster --name ${name}`,
    container: `docker rm --force ${name}`,
    network: `docker network rm ${name}`,
    "load-balancer": removeLabelled(name),
  })[kind];

/** Carried by the resource that stands for what kind cannot change in place. */
const SHAPE_OF = "LABS_SHAPE_OF";

export const shaping = (cluster: string): Record<string, string> => ({ [SHAPE_OF]: cluster });

/** The shape that a recorded resource stands for: replacing it replaces the cluster, and all that goes with it. */
export function shapeBy({ type, inputs }: Recorded): { cluster: string; fingerprint: string } | undefined {
  if (type !== "command:local:Command") return undefined;
  const environment = inputs["environment"] as Readonly<Record<string, unknown>> | undefined;
  const cluster = environment?.[SHAPE_OF];
  const [fingerprint] = (inputs["triggers"] ?? []) as unknown[];
  return typeof cluster === "string" && typeof fingerprint === "string"
    ? { cluster, fingerprint }
    : undefined;
}
