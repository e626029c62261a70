import type { KubeObject } from "../kube/objects";
import type { PodSecurityLevel } from "../kube/pod-security";

/** A user that owns nothing. */
export const NOBODY = 65534;

/** Small builders for what labs run. Every container asks for little, so that all labs fit a laptop. */
export interface WorkloadArgs {
  name: string;
  namespace: string;
  image: string;
  labels: Record<string, string>;
  /** Container port, with its name where a Service or policy uses it. */
  port?: number;
  portName?: string;
  command?: string[];
  args?: string[];
  env?: Record<string, string>;
  /** @default 1 */
  replicas?: number;
  serviceAccount?: string;
  /**
   * The user it runs as, with no rights beside: Pod Security `restricted`. Ports below 1024 are open to it.
   * @default as its image says, which is root for most
   */
  user?: number;
  /** @default { cpu: "10m", memory: "32Mi" } */
  requests?: { cpu: string; memory: string };
  /** @default memory: 128Mi */
  limits?: { cpu?: string; memory: string };
  /** Merged over the container. */
  container?: Record<string, unknown>;
  /** Merged over the pod's spec. */
  pod?: Record<string, unknown>;
}

/** @param level the strictest that its pods meet, at every step (docs/labs.md has the table) */
export function namespace(
  name: string,
  level: PodSecurityLevel,
  labels: Record<string, string> = {},
  annotations?: Record<string, string>,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        ...labels,
        "pod-security.kubernetes.io/enforce": level,
        // A Deployment is taken either way; this tells who applies it that its pods will not be.
        "pod-security.kubernetes.io/warn": level,
      },
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

export function serviceAccount(name: string, ns: string, labels: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: ns, ...(Object.keys(labels).length === 0 ? {} : { labels }) },
  };
}

export function deployment(args: WorkloadArgs): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: args.name, namespace: args.namespace, labels: args.labels },
    spec: {
      replicas: args.replicas ?? 1,
      selector: { matchLabels: args.labels },
      template: { metadata: { labels: args.labels }, spec: podSpec(args) },
    },
  };
}

export function podSpec(args: WorkloadArgs): Record<string, unknown> {
  return {
    ...(args.serviceAccount === undefined ? {} : { serviceAccountName: args.serviceAccount }),
    // The labs' programs do not call the API server.
    automountServiceAccountToken: false,
    containers: [
      {
        name: args.name,
        image: args.image,
        ...(args.command === undefined ? {} : { command: args.command }),
        ...(args.args === undefined ? {} : { args: args.args }),
        ...(args.env === undefined
          ? {}
          : { env: Object.entries(args.env).map(([name, value]) => ({ name, value })) }),
        ...(args.port === undefined
          ? {}
          : {
              ports: [
                {
                  containerPort: args.port,
                  protocol: "TCP",
                  ...(args.portName === undefined ? {} : { name: args.portName }),
                },
              ],
            }),
        resources: {
          requests: args.requests ?? { cpu: "10m", memory: "32Mi" },
          limits: args.limits ?? { memory: "128Mi" },
        },
        ...args.container,
        securityContext: {
          allowPrivilegeEscalation: false,
          ...(args.user === undefined ? {} : { capabilities: { drop: ["ALL"] } }),
          ...(args.container?.["securityContext"] as object | undefined),
        },
      },
    ],
    ...args.pod,
    securityContext: {
      seccompProfile: { type: "RuntimeDefault" },
      ...(args.user === undefined ? {} : asUser(args.user)),
      ...(args.pod?.["securityContext"] as object | undefined),
    },
  };
}

const asUser = (user: number): Record<string, unknown> => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  // A safe sysctl: not every runtime opens low ports to all by itself.
  sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
});

export interface ServiceArgs {
  name: string;
  namespace: string;
  selector: Record<string, string>;
  ports: { port: number; targetPort?: number; name?: string; nodePort?: number; protocol?: "TCP" | "UDP" }[];
  type?: "ClusterIP" | "NodePort" | "LoadBalancer";
  labels?: Record<string, string>;
  spec?: Record<string, unknown>;
}

export function service(args: ServiceArgs): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: args.name,
      namespace: args.namespace,
      ...(args.labels === undefined ? {} : { labels: args.labels }),
    },
    spec: {
      type: args.type ?? "ClusterIP",
      selector: args.selector,
      ports: args.ports.map((p) => ({ protocol: "TCP", targetPort: p.port, ...p })),
      ...args.spec,
    },
  };
}

/** Name for an object that lives outside namespaces: a copy of the lab must not take the original's. */
export const clusterName = (instance: string, labId: string, name: string): string =>
  instance === labId ? name : `${instance}-${name}`;
