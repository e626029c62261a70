import type { KubeObject } from "../kube/objects";

/**
 * What bounds a student's namespaces: a slip, a loop or a copied manifest must not fill the machine or the account. A
 * student is administrator of the cluster and can take them away: they are no wall.
 */
const LIMITS = [
  {
    type: "Container",
    // For a container that asks for nothing.
    defaultRequest: { cpu: "10m", memory: "32Mi" },
    default: { memory: "256Mi" },
  },
];

const QUOTA = {
  pods: "60",
  "requests.cpu": "4",
  "requests.memory": "6Gi",
  "limits.memory": "12Gi",
  // Each is a load balancer, or a volume, that somebody pays for.
  "services.loadbalancers": "2",
  persistentvolumeclaims: "5",
  "requests.storage": "20Gi",
};

/** For each namespace among the objects. */
export const studentBounds = (objects: readonly KubeObject[]): KubeObject[] =>
  objects
    .filter((o) => o.kind === "Namespace")
    .flatMap(({ metadata: { name: namespace } }) => {
      const metadata = { name: "student", namespace };
      return [
        { apiVersion: "v1", kind: "LimitRange", metadata, spec: { limits: LIMITS } },
        { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard: QUOTA } },
      ];
    });
