import type { KubeObject } from "../../../kube/objects";
import { ApiError, type ClusterApi } from "../../cluster/api-client";
import { tolerant } from "./find-inventory";
import { path } from "../../cluster/api-paths";

const CALICO = ["networkpolicies", "networksets"];
const CALICO_GLOBAL = ["globalnetworkpolicies", "globalnetworksets", "tiers"];
/** Calico's own API, and the CRDs below it where only these are served. */
const CALICO_ROOTS = ["/apis/projectcalico.org/v3", "/apis/crd.projectcalico.org/v1"];

/** What decides who reaches whom, as the cluster has it. Read only; what may not be read is left out. */
export async function livePolicies(
  api: ClusterApi,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const inside = (root: string, plural: string) => everywhere(api, root, plural, namespaces, signal);
  const lists = await Promise.all([
    tolerant(api.list("/api/v1/namespaces", {}, signal)),
    inside("/apis/networking.k8s.io/v1", "networkpolicies"),
    ...["serviceaccounts"].map((p) => inside("/api/v1", p)),
    ...["deployments", "daemonsets", "statefulsets"].map((p) => inside("/apis/apps/v1", p)),
    calico(api, namespaces, signal),
  ]);
  return lists.flat();
}

const ROUTES: readonly (readonly [string, readonly string[]])[] = [
  ["/apis/networking.k8s.io/v1", ["ingresses"]],
  [
    "/apis/gateway.networking.k8s.io/v1",
    ["gateways", "httproutes", "grpcroutes", "tlsroutes", "backendtlspolicies"],
  ],
  ["/apis/gateway.networking.k8s.io/v1beta1", ["referencegrants"]],
];

/** What leads requests into these namespaces' labs, as the cluster has it. Read only. */
export async function liveRoutes(
  api: ClusterApi,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const lists = await Promise.all(
    ROUTES.flatMap(([root, plurals]) => plurals.map((p) => everywhere(api, root, p, namespaces, signal))),
  );
  return lists.flat();
}

async function calico(
  api: ClusterApi,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  for (const root of CALICO_ROOTS) {
    if (!(await served(api, root, signal))) continue;
    const lists = await Promise.all([
      ...CALICO.map((p) => everywhere(api, root, p, namespaces, signal)),
      ...CALICO_GLOBAL.map((p) => tolerant(api.list(`${root}/${p}`, {}, signal))),
    ]);
    // Calico shows Kubernetes' policies under names of its own.
    return lists
      .flat()
      .filter((o) => !/^(knp|kanp|kbanp)\./.test(o.metadata.name))
      .map(asWritten);
  }
  return [];
}

/** By the name and version that people write: the CRDs put the tier before the name. */
function asWritten(o: KubeObject): KubeObject {
  const name = o.kind.endsWith("NetworkPolicy") ? o.metadata.name.replace(/^default\./, "") : o.metadata.name;
  return { ...o, apiVersion: "projectcalico.org/v3", metadata: { ...o.metadata, name } };
}

async function served(api: ClusterApi, root: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await api.get(root, signal);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** In all namespaces; where that may not be read, in these. */
async function everywhere(
  api: ClusterApi,
  root: string,
  plural: string,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  try {
    return await api.list(`${root}/${plural}`, {}, signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === 404) return [];
    if (error.code !== 403) throw error;
    const each = await Promise.all(
      namespaces.map((ns) => tolerant(api.list(path(root, ns, plural), {}, signal))),
    );
    return each.flat();
  }
}
