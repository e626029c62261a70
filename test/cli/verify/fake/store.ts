import type { KubeObject } from "../../../../kube/objects";

/** Kinds that the server knows, by the plural in their path. */
const KINDS: Readonly<Record<string, string>> = {
  pods: "Pod",
  configmaps: "ConfigMap",
  services: "Service",
  serviceaccounts: "ServiceAccount",
  namespaces: "Namespace",
  nodes: "Node",
  deployments: "Deployment",
  daemonsets: "DaemonSet",
  statefulsets: "StatefulSet",
  networkpolicies: "NetworkPolicy",
  globalnetworkpolicies: "GlobalNetworkPolicy",
};

export interface Place {
  root: string;
  namespace?: string;
  plural: string;
  name?: string;
}

/** `/api/v1/namespaces/a/pods/b` in its parts; undefined for other paths. */
export function placeOf(path: string): Place | undefined {
  const m = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([a-z]+)(?:\/([^/]+))?$/.exec(
    path,
  );
  if (m === null) return undefined;
  const [, root = "", namespace, plural = "", name] = m;
  return {
    root,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Objects as the API server keeps them. */
export class Store {
  readonly objects: KubeObject[] = [];
  private count = 0;

  add(object: KubeObject): KubeObject {
    const uid = `uid-${this.count++}`;
    const stored = structuredClone(object);
    stored.metadata = { uid, creationTimestamp: new Date().toISOString(), ...stored.metadata };
    this.objects.push(stored);
    return stored;
  }

  find({ root, namespace, plural, name }: Place): KubeObject | undefined {
    return this.all(root, plural).find((o) => o.metadata.name === name && o.metadata.namespace === namespace);
  }

  list({ root, namespace, plural }: Place, selector: string): KubeObject[] {
    return this.all(root, plural)
      .filter((o) => namespace === undefined || o.metadata.namespace === namespace)
      .filter((o) => matches(o.metadata.labels ?? {}, selector));
  }

  /** Also what it owns, as the garbage collector does. */
  remove(object: KubeObject): void {
    this.objects.splice(this.objects.indexOf(object), 1);
    const uid = object.metadata["uid"];
    for (const o of [...this.objects]) {
      const owners = (o.metadata["ownerReferences"] ?? []) as { uid: string }[];
      if (owners.some((r) => r.uid === uid)) this.remove(o);
    }
  }

  kindOf(plural: string): string | undefined {
    return KINDS[plural];
  }

  private all(root: string, plural: string): KubeObject[] {
    const apiVersion = root.replace(/^\/apis?\//, "");
    return this.objects.filter((o) => o.kind === KINDS[plural] && o.apiVersion === apiVersion);
  }
}

function matches(labels: Record<string, string>, selector: string): boolean {
  return selector
    .split(/,(?![^(]*\))/)
    .filter((part) => part !== "")
    .every((part) => {
      const [key = "", value] = part.split("=");
      if (/ in /.test(part)) {
        const [k = "", list = ""] = part.split(" in ");
        return list
          .replace(/[()]/g, "")
          .split(",")
          .includes(labels[k] ?? "");
      }
      return value === undefined ? key in labels : labels[key] === value;
    });
}
