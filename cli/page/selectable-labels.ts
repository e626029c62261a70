import type { KubeObject } from "../../kube/objects";
import type { PageLabels } from "./page-data";

/** What selectors can find: namespaces, service accounts and workloads with their labels, as the objects have them. */
export function labelsOf(objects: readonly KubeObject[]): PageLabels[] {
  return objects.flatMap((o) => {
    const found = labelled(o);
    if (found === undefined) return [];
    const { name, namespace } = o.metadata;
    return [{ kind: o.kind, name: namespace === undefined ? name : `${namespace}/${name}`, ...found }];
  });
}

interface Pod {
  metadata?: { labels?: Record<string, string> };
  spec?: { serviceAccountName?: string };
}

function labelled(o: KubeObject): Pick<PageLabels, "labels" | "account"> | undefined {
  if (o.kind === "Namespace")
    // The API server gives every namespace this one.
    return { labels: { "kubernetes.io/metadata.name": o.metadata.name, ...o.metadata.labels } };
  if (o.kind === "ServiceAccount") return { labels: o.metadata.labels ?? {} };
  const template = (o["spec"] as { template?: Pod } | undefined)?.template;
  const pod = o.kind === "Pod" ? (o as unknown as Pod) : template;
  if (pod === undefined || !/^(Deployment|DaemonSet|StatefulSet|ReplicaSet|Pod|Job)$/.test(o.kind))
    return undefined;
  const account = pod.spec?.serviceAccountName;
  return { labels: pod.metadata?.labels ?? {}, ...(account === undefined ? {} : { account }) };
}
