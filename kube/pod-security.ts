/**
 * Kubernetes' Pod Security Standards, as far as a pod's spec decides: the strictest level that it meets.
 * Source: kubernetes.io/docs/concepts/security/pod-security-standards; held against the API server's own admission.
 */
export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

export interface PodSecurity {
  level: PodSecurityLevel;
  /** What keeps it from the next level, a phrase each. */
  because: string[];
}

interface SecurityContext {
  privileged?: boolean;
  allowPrivilegeEscalation?: boolean;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  capabilities?: { add?: string[]; drop?: string[] };
  seccompProfile?: { type?: string };
  appArmorProfile?: { type?: string };
  procMount?: string;
  sysctls?: { name: string }[];
}

interface PodSpec {
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: SecurityContext;
  volumes?: Record<string, unknown>[];
  containers?: Container[];
  initContainers?: Container[];
  ephemeralContainers?: Container[];
}

interface Container {
  securityContext?: SecurityContext;
  ports?: { hostPort?: number }[];
}

/** Those of the runtime's default set. */
const USUAL = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);
const VOLUMES = new Set([
  "name",
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const PROFILES = new Set(["RuntimeDefault", "Localhost"]);

export function podSecurity(given: unknown): PodSecurity {
  const spec = given as PodSpec;
  const baseline = aboveBaseline(spec);
  if (baseline.length > 0) return { level: "privileged", because: baseline };
  const restricted = aboveRestricted(spec);
  return restricted.length > 0
    ? { level: "baseline", because: restricted }
    : { level: "restricted", because: [] };
}

const containersOf = (spec: PodSpec): Container[] => [
  ...(spec.containers ?? []),
  ...(spec.initContainers ?? []),
  ...(spec.ephemeralContainers ?? []),
];

const found = (checks: readonly [boolean, string][]): string[] =>
  checks.flatMap(([wrong, why]) => (wrong ? [why] : []));

function aboveBaseline(spec: PodSpec): string[] {
  const containers = containersOf(spec);
  const contexts = [spec.securityContext ?? {}, ...containers.map((c) => c.securityContext ?? {})];
  const added = contexts.flatMap((c) => c.capabilities?.add ?? []).filter((c) => !USUAL.has(c));
  return found([
    [spec.hostNetwork === true, "uses the node's network"],
    [spec.hostPID === true, "sees the node's processes"],
    [spec.hostIPC === true, "uses the node's IPC"],
    [contexts.some((c) => c.privileged === true), "is privileged"],
    [added.length > 0, `has the capabilities ${added.join(", ")}`],
    [(spec.volumes ?? []).some((v) => "hostPath" in v), "mounts a path of the node"],
    [containers.some((c) => c.ports?.some((p) => (p.hostPort ?? 0) !== 0)), "takes a port of the node"],
    [contexts.some((c) => c.appArmorProfile?.type === "Unconfined"), "runs without AppArmor"],
    [contexts.some((c) => c.seccompProfile?.type === "Unconfined"), "runs without seccomp"],
    [contexts.some((c) => (c.procMount ?? "Default") !== "Default"), "sees all of /proc"],
    [
      (spec.securityContext?.sysctls ?? []).some((s) => !SAFE_SYSCTLS.has(s.name)),
      "sets sysctls that are not safe",
    ],
  ] as [boolean, string][]);
}

function aboveRestricted(spec: PodSpec): string[] {
  const pod = spec.securityContext ?? {};
  const contexts = containersOf(spec).map((c) => c.securityContext ?? {});
  const everywhere = <T>(of: (c: SecurityContext) => T | undefined): (T | undefined)[] =>
    contexts.map((c) => of(c) ?? of(pod));
  return found([
    [
      everywhere((c) => c.runAsNonRoot).some((v) => v !== true) ||
        everywhere((c) => c.runAsUser).some((v) => v === 0),
      "may run as root",
    ],
    [
      contexts.some((c) => c.allowPrivilegeEscalation !== false),
      "may gain rights (allowPrivilegeEscalation)",
    ],
    [
      contexts.some(
        ({ capabilities: c }) =>
          c?.drop?.includes("ALL") !== true || (c.add ?? []).some((a) => a !== "NET_BIND_SERVICE"),
      ),
      "keeps capabilities",
    ],
    [
      everywhere((c) => c.seccompProfile?.type).some((t) => t === undefined || !PROFILES.has(t)),
      "names no seccomp profile",
    ],
    [
      (spec.volumes ?? []).some((v) => Object.keys(v).some((kind) => !VOLUMES.has(kind))),
      "mounts a volume of another kind",
    ],
  ]);
}
