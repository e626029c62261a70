/**
 * Versions that go together, each with its source. A set is chosen by its Kubernetes minor version; anything
 * outside the sets is refused, and pairs that upstream has not tested are marked and printed by the plan.
 */
export interface VersionSet {
  /** Kubernetes minor version, the set's name in the config. */
  kubernetes: string;
  /**
   * Where a new cluster of it can be had, as of November 2026; a cluster that is there may have any. AWS itself is asked
   * before anything is made on EKS.
   */
  where: readonly ("kind" | "EKS" | "EC2")[];
  /** Node image of kind, by digest. Source: kind v0.33.0 release page. */
  kindNode: string;
  /** First kind release that makes nodes of this minor version. Source: the release's default image and kubeadm templates. */
  kindSince: string;
  /** Calico release and tigera-operator chart. Source: projectcalico/calico release v3.33.1. */
  calico: string;
  /**
   * `v3`: native projectcalico.org/v3 CRDs, needs MutatingAdmissionPolicy (GA in 1.36, KEP-3962).
   * `v1`: crd.projectcalico.org/v1 behind Calico's own API server.
   */
  calicoApi: "v3" | "v1";
  /** Pairs that upstream has not tested, with why that matters. */
  untested: readonly string[];
}

const CALICO = "v3.33.1";

/** The kind release whose node images the sets have. */
export const KIND_RELEASE = "0.33.0";

/** The sets, the default first. Calico 3.33 is tested with Kubernetes 1.35, 1.36 and 1.37 (its system requirements page). */
export const versionSets: readonly [VersionSet, ...VersionSet[]] = [
  {
    kubernetes: "1.36",
    where: ["kind", "EKS", "EC2"],
    kindNode: "kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed",
    kindSince: "0.32.0",
    calico: CALICO,
    calicoApi: "v3",
    untested: ["ingress-nginx 1.15.1 was tested by upstream up to Kubernetes 1.35, not with 1.36"],
  },
  {
    kubernetes: "1.35",
    where: ["kind", "EKS", "EC2"],
    kindNode: "kindest/node:v1.35.8@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0",
    kindSince: "0.31.0",
    calico: CALICO,
    calicoApi: "v1",
    untested: [],
  },
  {
    // The default of kind v0.33.0. EKS had nothing newer than 1.36 in October 2026 (endoflife.date, amazon-eks).
    kubernetes: "1.37",
    where: ["kind", "EC2"],
    kindNode: "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5",
    kindSince: "0.33.0",
    calico: CALICO,
    calicoApi: "v3",
    untested: ["ingress-nginx 1.15.1 was tested by upstream up to Kubernetes 1.35, not with 1.37"],
  },
];

/** Charts that come from outside, with the repository of each; config can replace the repository or give a local path. */
export const charts = {
  "tigera-operator": {
    chart: "tigera-operator",
    version: CALICO,
    repository: "https://docs.tigera.io/calico/charts",
  },
  // The final release: controller 1.15.1, images by digest in the chart. Source: kubernetes/ingress-nginx, Chart.yaml
  // at tag helm-chart-4.15.1 (March 2026). The project is archived.
  "ingress-nginx": {
    chart: "ingress-nginx",
    version: "4.15.1",
    repository: "https://kubernetes.github.io/ingress-nginx",
  },
  // Source: cert-manager releases, v1.21.1 (August 2026).
  "cert-manager": {
    chart: "cert-manager",
    version: "v1.21.1",
    repository: "https://charts.jetstack.io",
  },
  // Source: kubernetes-sigs/aws-load-balancer-controller, helm/…/Chart.yaml (August 2026).
  "aws-load-balancer-controller": {
    chart: "aws-load-balancer-controller",
    version: "3.5.0",
    repository: "https://aws.github.io/eks-charts",
  },
  // Source: envoyproxy/gateway releases, v1.9.1, and its installation by Helm; for clusters where Calico's operator does
  // not install Envoy Gateway (the operator 1.43 of Calico 3.33 brings 1.8.2).
  "gateway-helm": {
    chart: "gateway-helm",
    version: "v1.9.1",
    repository: "oci://docker.io/envoyproxy",
  },
} as const;

/**
 * Calico's CRDs as one manifest (operator.tigera.io included), for clusters where no node can run the operator first.
 * Source: 3.33 docs, eks.mdx and kubernetes-upgrade.mdx.
 */
export function calicoCrdManifest(set: Pick<VersionSet, "calico" | "calicoApi">): string {
  const file = set.calicoApi === "v3" ? "v3_projectcalico_org.yaml" : "v1_crd_projectcalico_org.yaml";
  return `https://raw.githubusercontent.com/projectcalico/calico/${set.calico}/manifests/${file}`;
}

/** The patch of a set's node image, which is a release of Kubernetes: `1.36.4`. */
export const patchOf = ({ kindNode, kubernetes }: VersionSet): string =>
  /:v([0-9.]+)@/.exec(kindNode)?.[1] ?? `${kubernetes}.0`;

/** `1.37 (kind)`: a set and where it can be had. */
export const setText = ({ kubernetes, where }: VersionSet): string => `${kubernetes} (${where.join(", ")})`;

/** The set of a Kubernetes minor version, or undefined. */
export function versionSet(kubernetes: string): VersionSet | undefined {
  return versionSets.find((s) => s.kubernetes === kubernetes);
}

/**
 * cloud-provider-kind, by tag and digest. Source of both: public repositories that keep them together, as its project
 * publishes no digests; it fetches its proxy, Envoy, by a tag of its own.
 */
export const CLOUD_PROVIDER_IMAGE =
  "registry.k8s.io/cloud-provider-kind/cloud-controller-manager:v0.12.0@sha256:1b97632e5dfec8f83c7e970cf18cedb9e6b707e272011d712cabf6ab59d323c9";

/**
 * FRRouting, for the router outside a kind cluster, by tag and digest. Source of both: the connectivity tests of
 * cilium/cilium (cilium-cli), which keep them together.
 */
export const ROUTER_IMAGE =
  "quay.io/frrouting/frr:10.6.1@sha256:813497af103e972600f6161012b3bf2a2a1c5ea10d09cd1eacd74f1dc510a57b";

/**
 * Weave Net's maintained fork, two images of one version. Source: github.com/rajch/weave, release v2.9.0 (December 2024) and its
 * DaemonSet; no public source names their digests, so these are tags alone.
 */
export const WEAVE = {
  version: "2.9.0",
  router: "rajchaudhuri/weave-kube:2.9.0",
  policies: "rajchaudhuri/weave-npc:2.9.0",
} as const;
