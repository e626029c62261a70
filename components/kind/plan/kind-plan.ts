import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { ClusterFacts, OutsideHost } from "../../../kube/cluster-facts";
import type { Problem } from "../../../kube/problems";
import type { KindConfig, PortMapping } from "../kind-config";
import type { KindLoadBalancerPlan } from "./load-balancer-plan";
import { kindRanges, rangeProblems } from "./address-families";
import { weaveProblems } from "./weave-checks";
import { planKindNetwork, type KindNetworkPlan } from "./kind-network-plan";

export interface KindPlan {
  name: string;
  /** kind's config, given by stdin; nodes have their image in it. */
  config: string;
  /** Names that kind gives the nodes. */
  nodes: readonly { name: string; controlPlane: boolean }[];
  /** A docker network of its own; absent: kind's shared one. */
  network?: KindNetworkPlan;
  /** What serves load balancers; absent where nothing does. */
  loadBalancer?: KindLoadBalancerPlan;
  /** Changes whenever kind could not make the change in place: the cluster is then replaced. */
  fingerprint: string;
}

/** The config, the ports that are open on the machine, and what serves Services. */
export type KindSpec = Omit<KindConfig, "portMappings" | "kubeProxyMode"> & {
  portMappings: readonly PortMapping[];
  kubeProxyMode: ClusterFacts["kubeProxyMode"];
};

/** kind's config for a cluster without a CNI of kind's own. kind changes nothing in place, so every part is in the fingerprint. */
export function planKind(
  name: string,
  config: KindSpec,
  image: string,
  routerImage?: string,
): { plan: KindPlan; outside?: OutsideHost; problems: Problem[] } {
  const { pods, services } = kindRanges(config);
  const kindFile = {
    kind: "Cluster",
    apiVersion: "kind.x-k8s.io/v1alpha4",
    networking: {
      // Calico or Weave Net is the CNI; nodes stay NotReady until it runs.
      disableDefaultCNI: true,
      // Said only where it is not kind's default: what kind is given decides whether a cluster is replaced.
      ...(config.ipFamily === "ipv4" ? {} : { ipFamily: config.ipFamily }),
      // The default of an IPv6 cluster is [::1], which a VM's port forwarding does not know.
      ...(config.ipFamily === "ipv6" ? { apiServerAddress: "127.0.0.1" } : {}),
      podSubnet: pods.map((r) => r.cidr).join(","),
      serviceSubnet: services.map((r) => r.cidr).join(","),
      kubeProxyMode: config.kubeProxyMode,
      ...(config.apiServerPort === undefined ? {} : { apiServerPort: config.apiServerPort }),
    },
    nodes: [
      {
        role: "control-plane",
        // kubeadm's taint stays: only what tolerates it runs here, as an ingress controller on the mapped ports does.
        labels: { "ingress-ready": "true" },
        extraPortMappings: config.portMappings.map((m) => ({
          containerPort: m.nodePort,
          hostPort: m.hostPort,
          listenAddress: m.listenAddress,
          protocol: m.protocol,
        })),
      },
      ...Array.from({ length: config.workers }, () => ({ role: "worker" })),
    ],
  };
  const text = stringify(kindFile);
  const nodeImage = config.nodeImage ?? image;
  const own =
    config.network === undefined
      ? undefined
      : planKindNetwork(
          name,
          config.network,
          [
            ...pods.map(({ cidr }) => ({ what: "the pod range", cidr })),
            ...services.map(({ cidr }) => ({ what: "the Service range", cidr })),
          ],
          routerImage,
        );
  const fingerprint = createHash("sha256")
    .update(
      [
        name,
        nodeImage,
        text,
        ...(own === undefined ? [] : [own.plan.subnet]),
        // One CNI leaves its plugins, links and rules on the nodes to the other.
        ...(config.cni === "calico" ? [] : [config.cni]),
      ].join("\n"),
    )
    .digest("hex")
    .slice(0, 16);
  return {
    plan: {
      name,
      config: stringify({
        ...kindFile,
        nodes: kindFile.nodes.map((node) => ({ ...node, image: nodeImage })),
      }),
      fingerprint,
      nodes: nodeNames(name, config.workers),
      ...(own === undefined ? {} : { network: own.plan }),
    },
    ...(own?.outside === undefined ? {} : { outside: own.outside }),
    problems: [...check(config), ...(own?.problems ?? [])],
  };
}

/** kind's own names: `<cluster>-control-plane`, `<cluster>-worker`, `<cluster>-worker2` … */
function nodeNames(cluster: string, workers: number): { name: string; controlPlane: boolean }[] {
  const worker = (i: number): string => `${cluster}-worker${i === 0 ? "" : i + 1}`;
  return [
    { name: `${cluster}-control-plane`, controlPlane: true },
    ...Array.from({ length: workers }, (_, i) => ({ name: worker(i), controlPlane: false })),
  ];
}

function check(config: KindSpec): Problem[] {
  const problems = [...rangeProblems(config, config.workers + 1), ...weaveProblems(config)];
  if (config.network !== undefined && config.ipFamily !== "ipv4")
    problems.push({
      path: "kind.network",
      message: `is a network of IPv4, and kind.ipFamily is ${config.ipFamily}`,
      fix: "remove kind.network: kind's shared network has both families",
    });
  if (config.nodeImage !== undefined && !/@sha256:[0-9a-f]{64}$/.test(config.nodeImage)) {
    problems.push({
      path: "kind.nodeImage",
      value: config.nodeImage,
      message: "has no digest, so it could change without notice",
      fix: "append @sha256:…",
    });
  }
  const seen = new Map<string, number>();
  config.portMappings.forEach((m, i) => {
    for (const [what, key] of [
      ["hostPort", `${m.listenAddress}:${m.hostPort}/${m.protocol}`],
      ["nodePort", `node ${m.nodePort}/${m.protocol}`],
    ] as const) {
      const first = seen.get(key);
      if (first !== undefined)
        problems.push({
          path: `kind.portMappings.${i}.${what}`,
          value: m[what],
          message: `is already mapped by portMappings.${first}`,
          fix: "give each mapping a port of its own",
        });
      else seen.set(key, i);
    }
    if (m.hostPort === config.apiServerPort)
      problems.push({
        path: `kind.portMappings.${i}.hostPort`,
        value: m.hostPort,
        message: "is the API server's port",
        fix: "choose another",
      });
  });
  return problems;
}
