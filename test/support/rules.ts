import { objectTitle, type KubeObject } from "../../kube/objects";
import type { Graph } from "./graph";

/** Rules over all resources of any stack. Each gives what breaks it, as text; a test expects none. */

/** Every resource names its provider: default providers are disabled in Pulumi.yaml. */
export function onDefaultProvider(graph: Graph): string[] {
  return graph.resources
    .filter(
      (r) =>
        (r.custom || r.remote) &&
        !r.type.startsWith("pulumi:") &&
        r.provider === "" &&
        Object.keys(r.providers).length === 0,
    )
    .map((r) => `${r.name} (${r.type})`);
}

export function duplicateUrns(graph: Graph): string[] {
  const urns = graph.resources.map((r) => r.urn);
  return urns.filter((u, i) => urns.indexOf(u) !== i);
}

const clusterScoped = new Set([
  "Namespace",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "StorageClass",
  "IngressClass",
  "GlobalNetworkPolicy",
  "GlobalNetworkSet",
  "StagedGlobalNetworkPolicy",
  "HostEndpoint",
  "Tier",
  "IPPool",
  "BGPPeer",
  "BGPConfiguration",
  "FelixConfiguration",
  "KubeControllersConfiguration",
  "Installation",
  "APIServer",
  "ClusterIssuer",
  "ENIConfig",
]);

/** Namespaced objects are in a namespace of the stack (or a system one that is there); others in none. */
export function inWrongNamespace(graph: Graph, alsoThere: readonly string[] = ["kube-system"]): string[] {
  const objects = graph.objects();
  const made = new Set([
    ...objects.filter((o) => o.kind === "Namespace").map((o) => o.metadata.name),
    ...alsoThere,
  ]);
  return objects
    .filter((o) =>
      clusterScoped.has(o.kind) ? o.metadata.namespace !== undefined : !made.has(o.metadata.namespace ?? ""),
    )
    .map(objectTitle);
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Names that the API server would refuse. */
export function invalidNames(graph: Pick<Graph, "objects">): string[] {
  const strict = new Set(["Namespace", "Service"]);
  return graph
    .objects()
    .filter((o) => !(strict.has(o.kind) ? label : subdomain).test(o.metadata.name))
    .map(objectTitle);
}

/** Objects without a fixed name, or two of one kind with the same. */
export function sameObjects(graph: Graph): string[] {
  const keys = graph.objects().map((o) => `${o.apiVersion} ${objectTitle(o)}`);
  return keys.filter((k, i) => keys.indexOf(k) !== i);
}

interface Container {
  name: string;
  image?: string;
  resources?: { requests?: Record<string, string> };
}

export function containers(o: KubeObject): Container[] {
  const spec = o["spec"] as PodTemplate | undefined;
  const pod =
    spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec ?? (o.kind === "Pod" ? spec : undefined);
  return [
    ...((pod?.initContainers as Container[] | undefined) ?? []),
    ...((pod?.containers as Container[] | undefined) ?? []),
  ];
}

interface PodTemplate {
  containers?: unknown;
  initContainers?: unknown;
  template?: { spec?: PodTemplate };
  jobTemplate?: { spec?: PodTemplate };
}

/** Images without tag or digest, or tagged `latest`; upstream gives nothing better for those stated. */
export function unpinnedImages(graph: Pick<Graph, "objects">, stated: readonly string[] = []): string[] {
  return graph.objects().flatMap((o) =>
    containers(o)
      .map((c) => c.image ?? "")
      .filter(
        (image) =>
          !image.includes("@sha256:") &&
          !/:[^/]+$/.test(image.replace(/:latest$/, "")) &&
          !stated.includes(image),
      )
      .map((image) => `${objectTitle(o)}: ${image}`),
  );
}

/** Charts without version that are no local folder. */
export function unpinnedCharts(graph: Graph): string[] {
  return graph
    .ofType("kubernetes:helm.sh/v3:Release")
    .filter((r) => r.inputs["version"] === undefined && /^(https?|oci):/.test(String(r.inputs["chart"])))
    .map((r) => r.name);
}

/** Containers that ask for nothing: they would be scheduled anywhere and evicted first. */
export function withoutRequests(graph: Pick<Graph, "objects">): string[] {
  return graph.objects().flatMap((o) =>
    containers(o)
      .filter(
        (c) => c.resources?.requests?.["cpu"] === undefined || c.resources.requests["memory"] === undefined,
      )
      .map((c) => `${objectTitle(o)}: ${c.name}`),
  );
}

/** Secrets that would be readable in the state: kubeconfigs, keys, passwords. */
export function readableSecrets(graph: Graph): string[] {
  return graph.resources.flatMap((r) => {
    const open = ["kubeconfig"].filter(
      (p) => p in r.inputs && isText(r.unmasked[p]) && !r.secrets.includes(p),
    );
    const stdin = typeof r.unmasked["stdin"] === "string" ? r.unmasked["stdin"] : "";
    if (/kind: Config|client-key|token:/.test(stdin) && !r.secrets.includes("stdin")) open.push("stdin");
    return open.map((p) => `${r.name}.${p}`);
  });
}

/** An unknown value is no text yet; whether it is secret cannot be seen on the wire. */
const isText = (value: unknown): boolean =>
  typeof value === "string" && value !== "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
