import type { KubeObject } from "../../../kube/objects";
import type { Problem } from "../../../kube/problems";
import { isOurs, OWNER_LABEL } from "../../owner-label";

/** What the API server of a cluster that is there says of ingress and certificates; undefined: it is not there. */
export interface ClusterContents {
  classes: readonly KubeObject[];
  certificateCrd: KubeObject | undefined;
  /** Deployments of cert-manager's controller. */
  certManagers: readonly KubeObject[];
  /** The namespaces that this project would install into. */
  namespaces: { certManager: KubeObject | undefined; ingress: KubeObject | undefined };
  /** What the ingress chart names for the whole cluster. */
  clusterRole: KubeObject | undefined;
  /** The Service of a controller that is there already. */
  service: KubeObject | undefined;
}

/** What a stack would use or install. */
export interface WantedContents {
  clusterName: string;
  /** Absent without ingress. */
  ingress?: { className: string; existing?: { namespace: string; name: string } };
  /** Absent where no certificates are asked for. */
  certManager?: { how: "install" | "existing"; namespace: string };
}

const NGINX_RELEASE = "ingress-nginx/ingress-nginx";
const MANAGER_RELEASE = "cert-manager/cert-manager";

/** What stands in the way, or is missing: each with what was found and the option for it. */
export function contentProblems(wanted: WantedContents, found: ClusterContents): Problem[] {
  const { ingress, certManager } = wanted;
  return [
    ...(ingress === undefined
      ? []
      : ingress.existing === undefined
        ? installIngress(wanted.clusterName, ingress.className, found)
        : useIngress(ingress.className, ingress.existing, found)),
    ...(certManager === undefined
      ? []
      : certManager.how === "install"
        ? installManager(wanted.clusterName, found)
        : useManager(certManager.namespace, found)),
  ];
}

function installIngress(cluster: string, className: string, found: ClusterContents): Problem[] {
  const there = found.namespaces.ingress;
  const role = releaseOf(found.clusterRole);
  const others = found.classes.filter((c) => c.metadata.name !== className).filter(isNginx);
  const use = `to use it: ingress.controller existing, ingress.className ${others[0]?.metadata.name ?? "<its class>"}`;
  if ((there !== undefined && !isOurs(there, cluster)) || (role !== undefined && role !== NGINX_RELEASE)) {
    const what =
      there !== undefined && !isOurs(there, cluster)
        ? `namespace ingress-nginx is in the cluster already and ${whose(there)}`
        : `Helm release ${role ?? ""} has ClusterRole ingress-nginx`;
    return [
      { path: "ingress.controller", value: "ingress-nginx", message: `${what}${classText(found)}`, fix: use },
    ];
  }
  const same = found.classes.find((c) => c.metadata.name === className);
  const release = releaseOf(same);
  if (same === undefined || release === NGINX_RELEASE) return [];
  return [
    {
      path: "ingress.className",
      value: className,
      message: `IngressClass ${className} is in the cluster already (${controllerOf(same)}${release === undefined ? "" : `, of Helm release ${release}`})`,
      fix: `another name; or ${use}`,
    },
  ];
}

function useIngress(
  className: string,
  place: { namespace: string; name: string },
  found: ClusterContents,
): Problem[] {
  const problems: Problem[] = [];
  const theClass = found.classes.find((c) => c.metadata.name === className);
  if (theClass === undefined) {
    const nginx = found.classes.filter(isNginx).map((c) => c.metadata.name);
    problems.push({
      path: "ingress.className",
      value: className,
      message: `the cluster has no such IngressClass${classText(found)}`,
      fix:
        nginx.length === 0
          ? "leave out ingress.controller: ingress-nginx is installed"
          : `use ${nginx.join(" or ")}`,
    });
  } else if (!isNginx(theClass)) {
    problems.push({
      path: "ingress.className",
      value: className,
      message: `is served by ${controllerOf(theClass)}, and the labs' Ingresses are written for ingress-nginx`,
      fix: "leave out ingress.controller: ingress-nginx is installed beside it",
    });
  }
  if (found.service === undefined) {
    problems.push({
      path: "ingress.existing",
      value: `${place.namespace}/${place.name}`,
      message: "the cluster has no such Service, so the controller is not there",
      fix: "its namespace and the name of its Service: kubectl get service -A -l app.kubernetes.io/name=ingress-nginx",
    });
  }
  return problems;
}

function installManager(cluster: string, found: ClusterContents): Problem[] {
  const running = found.certManagers.filter(
    (d) => d.metadata.namespace !== "cert-manager" || !isOurs(found.namespaces.certManager, cluster),
  );
  const crd = found.certificateCrd;
  const release = releaseOf(crd);
  const [first] = running;
  if (first === undefined && (crd === undefined || release === MANAGER_RELEASE)) return [];
  const version = (first ?? crd)?.metadata.labels?.["app.kubernetes.io/version"];
  const namespace = first?.metadata.namespace;
  const by = release === undefined ? "" : `, of Helm release ${release}`;
  if (namespace === undefined)
    return [
      {
        path: "tls.certManager",
        value: "install",
        message: `CRD certificates.cert-manager.io is in the cluster already${by}: Helm would not take it over`,
        fix: "remove cert-manager's CRDs, if no certificates are left (kubectl get certificates -A)",
      },
    ];
  return [
    {
      path: "tls.certManager",
      value: "install",
      message: `cert-manager${version === undefined ? "" : ` ${version}`} runs in namespace ${namespace} already${by}`,
      fix: `tls.certManager existing${namespace === "cert-manager" ? "" : `, tls.certManagerNamespace ${namespace}`}`,
    },
  ];
}

function useManager(namespace: string, found: ClusterContents): Problem[] {
  const versions = (
    found.certificateCrd?.["spec"] as { versions?: { name: string; served: boolean }[] } | undefined
  )?.versions;
  if (versions?.some((v) => v.name === "v1" && v.served) !== true)
    return [
      {
        path: "tls.certManager",
        value: "existing",
        message:
          versions === undefined
            ? "the cluster has no CRD certificates.cert-manager.io"
            : "its cert-manager does not serve cert-manager.io/v1",
        fix:
          versions === undefined
            ? "leave it out: cert-manager is installed"
            : "a cert-manager of 1.0 or newer",
      },
    ];
  const places = found.certManagers.map((d) => d.metadata.namespace ?? "");
  if (places.length > 0 && !places.includes(namespace))
    return [
      {
        path: "tls.certManagerNamespace",
        value: namespace,
        message: `cert-manager runs in namespace ${places.join(", ")}, where a ClusterIssuer's Secrets must be`,
        fix: places[0] ?? "",
      },
    ];
  const here = found.certManagers.find((d) => d.metadata.namespace === namespace);
  const ready = (here?.["status"] as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
  return here !== undefined && ready === 0
    ? [
        {
          path: "tls.certManager",
          value: "existing",
          message: `Deployment ${namespace}/${here.metadata.name} has no pod that is ready: no certificate would come`,
          fix: `kubectl -n ${namespace} get pods`,
        },
      ]
    : [];
}

/** `namespace/name` of the Helm release that an object belongs to. */
function releaseOf(o: KubeObject | undefined): string | undefined {
  const at = o?.metadata.annotations;
  const name = at?.["meta.helm.sh/release-name"];
  return name === undefined ? undefined : `${at?.["meta.helm.sh/release-namespace"] ?? ""}/${name}`;
}

const whose = (ns: KubeObject): string => {
  const owner = ns.metadata.labels?.[OWNER_LABEL];
  return owner === undefined ? "is not of this stack" : `is of the stack of cluster ${owner}`;
};

const controllerOf = (c: KubeObject): string =>
  (c["spec"] as { controller?: string } | undefined)?.controller ?? "no controller";

/** Also forks and copies under names of their own. */
const isNginx = (c: KubeObject): boolean => controllerOf(c).includes("ingress-nginx");

const classText = ({ classes }: ClusterContents): string =>
  classes.length === 0
    ? ""
    : `; IngressClasses: ${classes.map((c) => `${c.metadata.name} (${controllerOf(c)})`).join(", ")}`;
