import { Selector, type Truth } from "../selector";
import type { Endpoint, Policy } from "../reach-model";
import { policyName } from "../reach-model";
import type { Fields } from "./object-fields";

/** What a pod or template says of Istio's sidecar and of Dikastes, Calico's own beside it. */
export interface Sidecar {
  /** Dikastes is a container of it, or a template that its annotation names. */
  readonly dikastes: Truth;
  /** Istio's proxy is a container of it. */
  readonly proxy: boolean;
  /** Of `sidecar.istio.io/inject`; undefined where it says nothing. */
  readonly inject: boolean | undefined;
  /** It runs: what was not injected will not be. */
  readonly runs: boolean;
  /** `sidecar.istio.io/inject` is a label: that asks for the proxy in any namespace. */
  readonly byLabel: boolean;
}

/** Templates of Calico's values for istiod: `dikastes`, and `dikastes-gateway`. */
const TEMPLATE = /^dikastes(-gateway)?$/;

export function sidecarOf(metadata: Fields, spec: Fields, runs: boolean): Sidecar {
  const [labels, annotations] = [metadata.map("labels"), metadata.map("annotations")];
  const names = [...spec.objects("containers"), ...spec.objects("initContainers")].map((c) =>
    c.string("name"),
  );
  const templates = annotations["inject.istio.io/templates"];
  const named = templates?.split(",").some((name) => TEMPLATE.test(name.trim()));
  const asked = labels["sidecar.istio.io/inject"] ?? annotations["sidecar.istio.io/inject"];
  const inject = asked === "true" ? true : asked === "false" ? false : undefined;
  const byLabel = labels["sidecar.istio.io/inject"] !== undefined;
  return {
    inject,
    runs,
    byLabel,
    proxy: names.includes("istio-proxy"),
    dikastes: names.includes("dikastes") ? true : (named ?? "unknown"),
  };
}

/**
 * Whether Dikastes stands before a pod. Without a template of its own a pod in a namespace of the mesh gets istiod's default
 * templates, which no object here tells.
 */
export function dikastesAt(
  { dikastes, inject }: Sidecar,
  namespace: Readonly<Record<string, string>>,
): Truth {
  if (dikastes !== "unknown") return dikastes;
  if (inject === false) return false;
  const meshed = namespace["istio-injection"] === "enabled" || namespace["istio.io/rev"] !== undefined;
  return inject === true || meshed ? "unknown" : false;
}

/** Namespaces that Istio's injector never looks at (pkg/kube/inject, IgnoredNamespaces). */
const IGNORED = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

/** How a pod is in a mesh: by what runs beside it, else by what its labels and its namespace's ask for. */
export function meshOf(
  { proxy, inject, runs, byLabel }: Sidecar,
  labels: Readonly<Record<string, string>>,
  namespace: string,
  ofNamespace: Readonly<Record<string, string>>,
): Pick<Endpoint, "mesh" | "waypoint"> {
  const rev = labels["istio.io/rev"] ?? ofNamespace["istio.io/rev"];
  const injection = ofNamespace["istio-injection"];
  const asks = injection === "enabled" || (injection === undefined && (rev !== undefined || byLabel));
  const injected =
    !runs && !IGNORED.includes(namespace) && injection !== "disabled" && asks && inject !== false;
  if (proxy || injected) return { mesh: "sidecar" };
  const mode = labels["istio.io/dataplane-mode"] ?? ofNamespace["istio.io/dataplane-mode"];
  if (mode !== "ambient") return {};
  const waypoint = labels["istio.io/use-waypoint"] ?? ofNamespace["istio.io/use-waypoint"] ?? "none";
  return { mesh: "ambient", ...(waypoint === "none" ? {} : { waypoint: true }) };
}

/** Rules with `http` that are none to somebody they select. */
export function httpNotes(policies: readonly Policy[], workloads: readonly Endpoint[]): string[] {
  return policies.flatMap((policy) => {
    if (policy.subject === undefined || !policy.ingress.some(({ http }) => http !== undefined)) return [];
    const subject = Selector.of(policy.subject);
    const bare = workloads.filter(
      ({ selectable, dikastes }) =>
        selectable !== undefined &&
        dikastes === false &&
        subject.evaluate((label) => selectable.get(label)) === true,
    );
    const [first] = bare;
    if (first === undefined) return [];
    const more = bare.length === 1 ? "" : ` and ${bare.length - 1} more`;
    return [
      `${policy.kind} ${policyName(policy)} has rules with http, and no Dikastes stands before ${first.name}${more}: Felix does not look at http, so there every request passes by them`,
    ];
  });
}
