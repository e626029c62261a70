import type { KubeObject } from "../../../kube/objects";
import type { LivePod } from "./inventory";
import type { Source } from "./probes";

/**
 * The probe pod: it stands where a workload's pod stands, as far as any policy can tell. Same namespace, labels,
 * service account, node and address pools, so the same policies choose it. Made for this, because most lab images have
 * neither shell nor client, and an ephemeral container would stay in its pod for good.
 */

/** Marks everything that verify makes; the value is the run. */
export const RUN_LABEL = "k8s-network-labs/verify";
/** Which machine and process it belongs to, as `host pid`. */
export const OWNER = "k8s-network-labs/verify-owner";
/** A readiness gate that nobody sets: the pod is never ready, and no Service leads to it. */
export const NEVER_READY = "k8s-network-labs/never-ready";

/** Labels by which controllers know their own pods: with them a probe pod would be adopted, and then removed. */
const CONTROLLERS =
  /^(pod-template-hash|controller-revision-hash|pod-template-generation|statefulset\.kubernetes\.io\/pod-name|apps\.kubernetes\.io\/pod-index|(batch\.kubernetes\.io\/)?(job-name|controller-uid|job-completion-index))$/;
/** Annotations by which Calico gives an address: they decide what address policies see. */
const POOLS = /^cni\.projectcalico\.org\/ipv[46]pools$/;
/** Annotations that say whether and how Istio puts its proxy beside the pod; what the injector notes is not asked for. */
const MESH =
  /^(sidecar\.istio\.io\/inject|inject\.istio\.io\/templates|proxy\.istio\.io\/config|traffic\.sidecar\.istio\.io\/.*)$/;

export interface ProbePodSettings {
  run: string;
  owner: string;
  image: string;
  /** After this the pod ends by itself, whatever became of the run. */
  lifetimeSeconds: number;
  /** Name of the ConfigMap that owns the run's pods in a namespace, and its uid. */
  anchor: { name: string; uid: string };
}

export type ProbePodSource = Extract<Source, { kind: "pod" | "node" }>;

/** Where its pod goes. Nodes are probed from a pod in the system's namespace, which may use a node's network. */
export const namespaceOf = (source: ProbePodSource): string =>
  source.kind === "pod" ? source.like.namespace : "kube-system";

export function probePod(source: ProbePodSource, name: string, settings: ProbePodSettings): KubeObject {
  const like = source.kind === "pod" ? source.like : undefined;
  const node = source.kind === "pod" ? source.like.node : source.node;
  const hostNetwork = like?.hostNetwork ?? true;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: namespaceOf(source),
      labels: { ...kept(like?.labels ?? {}), [RUN_LABEL]: settings.run },
      annotations: {
        ...Object.fromEntries(
          Object.entries(like?.annotations ?? {}).filter(([k]) => POOLS.test(k) || MESH.test(k)),
        ),
        [OWNER]: settings.owner,
        "cluster-autoscaler.kubernetes.io/safe-to-evict": "true",
      },
      // A controller of its own, so that no DaemonSet or ReplicaSet adopts it; and it goes when the anchor goes.
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          name: settings.anchor.name,
          uid: settings.anchor.uid,
          controller: true,
        },
      ],
    },
    spec: {
      ...(like === undefined ? {} : { serviceAccountName: like.serviceAccount }),
      // It stands for the account in policies; it must not have its rights.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostNetwork,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      activeDeadlineSeconds: settings.lifetimeSeconds,
      readinessGates: [{ conditionType: NEVER_READY }],
      ...(like === undefined || like.imagePullSecrets.length === 0
        ? {}
        : { imagePullSecrets: like.imagePullSecrets }),
      // Also on a node that takes no new pods: the workload's own pod runs there.
      tolerations:
        like === undefined
          ? [{ operator: "Exists" }]
          : [...like.tolerations, { key: "node.kubernetes.io/unschedulable", operator: "Exists" }],
      // By affinity, not nodeName: the scheduler then says why where a node has no room.
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
          },
        },
      },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        runAsGroup: 65534,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "probe",
          image: settings.image,
          command: ["sleep", String(settings.lifetimeSeconds)],
          resources: { requests: { cpu: "5m", memory: "8Mi" }, limits: { cpu: "200m", memory: "32Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  };
}

function kept(labels: LivePod["labels"]): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([k]) => !CONTROLLERS.test(k)));
}

/** Owns the run's pods in a namespace: deleting it deletes them, also those whose creation nobody saw end. */
export function anchor(
  namespace: string,
  name: string,
  settings: Pick<ProbePodSettings, "run" | "owner">,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      labels: { [RUN_LABEL]: settings.run },
      annotations: { [OWNER]: settings.owner },
    },
    data: { about: "Made by `labs verify` while it runs; safe to delete." },
  };
}
