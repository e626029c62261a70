import { podSecurity } from "../../kube/pod-security";

const locked = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const pod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const right = { securityContext: pod, containers: [{ securityContext: locked }] };

test.each<[string, object, string, string[]]>([
  ["all that is asked", right, "restricted", []],
  [
    "a port below 1024",
    {
      ...right,
      securityContext: { ...pod, sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] },
    },
    "restricted",
    [],
  ],
  [
    "nothing said",
    { containers: [{}] },
    "baseline",
    [
      "may run as root",
      "may gain rights (allowPrivilegeEscalation)",
      "keeps capabilities",
      "names no seccomp profile",
    ],
  ],
  [
    "one container of two as root",
    {
      ...right,
      containers: [{ securityContext: locked }, { securityContext: { ...locked, runAsNonRoot: false } }],
    },
    "baseline",
    ["may run as root"],
  ],
  ["user 0", { ...right, securityContext: { ...pod, runAsUser: 0 } }, "baseline", ["may run as root"]],
  [
    "an init container",
    { ...right, initContainers: [{}] },
    "baseline",
    ["may gain rights (allowPrivilegeEscalation)", "keeps capabilities"],
  ],
  [
    "a raw volume",
    { ...right, volumes: [{ name: "v", nfs: {} }] },
    "baseline",
    ["mounts a volume of another kind"],
  ],
  ["the node's network", { ...right, hostNetwork: true }, "privileged", ["uses the node's network"]],
  [
    "a capability of its own",
    {
      ...right,
      containers: [{ securityContext: { ...locked, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } } }],
    },
    "privileged",
    ["has the capabilities NET_ADMIN"],
  ],
  [
    "a path of the node",
    { ...right, volumes: [{ name: "v", hostPath: { path: "/" } }] },
    "privileged",
    ["mounts a path of the node"],
  ],
  [
    "a port of the node",
    { ...right, containers: [{ securityContext: locked, ports: [{ hostPort: 80 }] }] },
    "privileged",
    ["takes a port of the node"],
  ],
])("%s", (_, spec, level, because) => {
  expect(podSecurity(spec)).toEqual({ level, because });
});
