import type { KubeObject } from "../../kube/objects";
import { lookups, open } from "../flow";
import { NETSHOOT } from "../images";
import { web } from "../ip-pools/pools";
import type { Claim, Lab, LabContext } from "../model";
import { privilegedNamespace, toolbox } from "../toolbox";
import { deployment, namespace, NOBODY } from "../workload";

const ns = (ctx: LabContext) => ({
  apps: ctx.namespaces["apps"] ?? "bring-up",
  tools: ctx.namespaces["tools"] ?? "bring-up-tools",
});

/** A range that kubeadm was not told. */
export const WRONG_RANGE = "10.20.0.0/16";

/**
 * What the operator is to run. It writes its defaults and what it detects into the same fields: the next step takes
 * them over, or the API server would call that a conflict.
 */
function installation(ctx: LabContext, mistake: { provider?: string; range?: string } = {}): KubeObject {
  const ranges = [...ctx.facts.podCidrs, ...[mistake.range ?? []].flat()];
  return {
    apiVersion: "operator.tigera.io/v1",
    kind: "Installation",
    metadata: { name: "default", annotations: { "pulumi.com/patchForce": "true" } },
    spec: {
      ...(mistake.provider === undefined ? {} : { kubernetesProvider: mistake.provider }),
      cni: { type: "Calico", ipam: { type: "Calico" } },
      calicoNetwork: {
        ipPools: ranges.map((cidr, i) => ({
          name: i === 0 ? "default-ipv4-ippool" : `pool-${i + 1}`,
          cidr,
          encapsulation: "VXLANCrossSubnet",
          natOutgoing: "Enabled",
        })),
      },
      controlPlaneReplicas: 1,
    },
  };
}

const apiServer: KubeObject = {
  apiVersion: "operator.tigera.io/v1",
  kind: "APIServer",
  metadata: { name: "default" },
  spec: {},
};

/** Its pods wait for nodes, and these for images of some hundred megabytes. */
const patient = (o: KubeObject): KubeObject =>
  o.kind === "Deployment"
    ? { ...o, metadata: { ...o.metadata, annotations: { "pulumi.com/timeoutSeconds": "1200" } } }
    : o;

/** To the API server, where it is known to be a pod of the cluster's own. */
const withoutCni = (ctx: LabContext): Claim[] => {
  const known = ctx.facts.nodes?.some((n) => n.controlPlane) === true;
  return [
    open(
      `${ns(ctx).tools}/toolbox`,
      known ? "kube-system/kube-apiserver" : "internet",
      known ? 6443 : 443,
      "a pod in its node's own network needs no CNI: so the operator runs before there is one",
    ),
  ];
};

const networked = (ctx: LabContext): Claim[] => [
  ...withoutCni(ctx),
  open(
    `${ns(ctx).apps}/client`,
    `${ns(ctx).apps}/web`,
    80,
    "pods have addresses, and no policy isolates them",
  ),
  ...lookups("allow", `${ns(ctx).apps}/client`, "CoreDNS was waiting for an address too"),
];

export const bringUp: Lab = {
  id: "bring-up",
  title: "Bring-up: from NotReady nodes to a network",
  summary:
    "Start with nodes that nothing networks; install Calico's operator with Helm, tell it two things that it cannot do and read its refusals, then bring all nodes up and say what each pod is for.",
  namespaces: { apps: "bring-up", tools: "bring-up-tools" },
  clusterWide: true,
  needs: {
    calicoCni: true,
    ownCluster: true,
    bare: true,
    other: (facts) =>
      facts.cni.pools === undefined
        ? undefined
        : {
            reason: "the stack installs Calico, and here that is what you do",
            fix: "use a kind stack with calico.install false, as Pulumi.bring-up.yaml",
          },
  },
  workloads: (ctx) => [privilegedNamespace(ns(ctx).tools), toolbox(ns(ctx).tools)],
  steps: [
    {
      id: "not-ready",
      title: "Nobody networks the nodes",
      aim: "Find out from the nodes what is missing, which pods run all the same and which wait; then install the operator with Helm.",
      expect: withoutCni,
    },
    {
      id: "wrong-provider",
      title: "A second opinion about the platform",
      aim: "Tell the operator that this is EKS, and read in the status what it found instead.",
      add: (ctx) => [installation(ctx, { provider: "EKS" })],
      expect: withoutCni,
    },
    {
      id: "wrong-pool",
      title: "A pool outside the pods' range",
      aim: "Give it a second pool that kubeadm knows nothing of, and find the status of another controller degraded.",
      add: (ctx) => [installation(ctx, { range: WRONG_RANGE })],
      expect: withoutCni,
    },
    {
      id: "installed",
      title: "Calico runs",
      aim: "Correct it, watch the nodes become Ready, and say of each pod what it is for.",
      add: (ctx) => {
        const { apps } = ns(ctx);
        return [
          installation(ctx),
          namespace(apps, "restricted"),
          ...[
            ...web("web", apps, 2),
            deployment({
              name: "client",
              namespace: apps,
              image: NETSHOOT,
              user: NOBODY,
              labels: { app: "client" },
              command: ["sleep", "infinity"],
            }),
          ].map(patient),
        ];
      },
      expect: networked,
    },
    {
      id: "api-server",
      title: "Calico's API, checked",
      aim: "Add the APIServer resource, see what it brings, and use kubectl and calicoctl side by side.",
      add: () => [apiServer],
      expect: networked,
    },
  ],
};
