import type { KubeObject } from "../../../kube/objects";
import { WEAVE } from "../../versions";

export const WEAVE_NAMESPACE = "kube-system";
const NAME = "weave-net";
const RBAC = "rbac.authorization.k8s.io";

const metadata = (namespaced = true): KubeObject["metadata"] => ({
  name: NAME,
  labels: { name: NAME },
  ...(namespaced ? { namespace: WEAVE_NAMESPACE } : {}),
});

/**
 * What runs Weave Net on every node: its router, which makes the bridge and gives out addresses, and beside it its policy
 * controller. Rights, paths and variables: kube-utils and launch.sh of the version above. The list of peers is a ConfigMap
 * that it makes itself.
 * @param podCidr range that the peers share out
 */
export const weaveObjects = (podCidr: string): KubeObject[] => [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata() },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRole",
    metadata: metadata(false),
    rules: [
      { apiGroups: [""], resources: ["pods", "namespaces", "nodes"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["get", "list", "watch"] },
      // It says of its node that the network is there.
      { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch", "update"] },
    ],
  },
  binding("ClusterRole"),
  {
    apiVersion: `${RBAC}/v1`,
    kind: "Role",
    metadata: metadata(),
    rules: [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: [NAME], verbs: ["get", "update"] },
      // A name cannot be asked for when something is made.
      { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
    ],
  },
  binding("Role"),
  daemonSet(podCidr),
];

const binding = (kind: "Role" | "ClusterRole"): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: `${kind}Binding`,
  metadata: metadata(kind === "Role"),
  roleRef: { apiGroup: RBAC, kind, name: NAME },
  subjects: [{ kind: "ServiceAccount", name: NAME, namespace: WEAVE_NAMESPACE }],
});

/** On the host: name, path there, path in the container. */
const HOST = {
  plugins: ["/opt/cni/bin", "/host/opt/cni/bin"],
  settings: ["/etc/cni/net.d", "/host/etc/cni/net.d"],
  // The peer's name is made of it.
  "machine-id": ["/etc/machine-id", "/host/etc/machine-id"],
  modules: ["/lib/modules", "/lib/modules"],
  addresses: ["/var/lib/weave", "/weavedb"],
  lock: ["/run/xtables.lock", "/run/xtables.lock"],
} as const;
type Mount = keyof typeof HOST;

const mounts = (...names: Mount[]): object[] =>
  names.map((name) => ({
    name,
    mountPath: HOST[name][1],
    ...(name === "machine-id" || name === "modules" ? { readOnly: true } : {}),
  }));

const nodeName = { name: "HOSTNAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } };
const privileged = { privileged: true };
const resources = { requests: { cpu: "50m", memory: "100Mi" } };

function daemonSet(podCidr: string): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: {
      ...metadata(),
      // Two images of some hundred megabytes on every node.
      annotations: { "pulumi.com/timeoutSeconds": "900" },
    },
    spec: {
      selector: { matchLabels: { name: NAME } },
      minReadySeconds: 5,
      template: {
        metadata: { labels: { name: NAME } },
        spec: {
          hostNetwork: true,
          dnsPolicy: "ClusterFirstWithHostNet",
          serviceAccountName: NAME,
          priorityClassName: "system-node-critical",
          tolerations: [{ operator: "Exists" }],
          initContainers: [
            {
              name: "weave-init",
              image: WEAVE.router,
              command: ["/home/weave/init.sh"],
              securityContext: privileged,
              resources,
              volumeMounts: mounts("plugins", "settings", "modules", "lock"),
            },
          ],
          containers: [
            {
              name: "weave",
              image: WEAVE.router,
              command: ["/home/weave/launch.sh"],
              env: [
                nodeName,
                { name: "IPALLOC_RANGE", value: podCidr },
                // An init container has done that part.
                { name: "INIT_CONTAINER", value: "true" },
                // Nothing is asked of its makers' server for new versions.
                { name: "CHECKPOINT_DISABLE", value: "1" },
              ],
              readinessProbe: { httpGet: { host: "127.0.0.1", path: "/status", port: 6784 } },
              securityContext: privileged,
              resources,
              volumeMounts: mounts("addresses", "machine-id", "lock"),
            },
            {
              name: "weave-npc",
              image: WEAVE.policies,
              env: [nodeName],
              securityContext: privileged,
              resources,
              volumeMounts: mounts("lock"),
            },
          ],
          volumes: Object.entries(HOST).map(([name, [path]]) => ({
            name,
            hostPath: { path, ...(name === "lock" ? { type: "FileOrCreate" } : {}) },
          })),
        },
      },
    },
  };
}
