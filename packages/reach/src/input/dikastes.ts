import { Selector, type Truth } from "../selector";
import type { Endpoint, Policy } from "../reach-model";
import { policyName } from "../reach-model";
import type { Fields } from "./object-fields";

/** What a pod or template says of Istio's sidecar and of Dikastes, Calico's own beside it. */
export interface Sidecar {
  /** Dikastes is a container of it, or a template that its annotation names. */
  readonly dikastes: Truth;
  /** Of `sidecar.istio.io/inject`; undefined where it says nothing. */
  readonly inject: boolean | undefined;
}

/** Templates of Calico's values for istiod: `dikastes`, and `dikastes-gateway`. */
const TEMPLATE = /^dikastes(-gateway)?$/;

export function sidecarOf(metadata: Fields, spec: Fields): Sidecar {
  const [labels, annotations] = [metadata.map("labels"), metadata.map("annotations")];
  const names = [...spec.objects("containers"), ...spec.objects("initContainers")].map((c) =>
    c.string("name"),
  );
  const templates = annotations["inject.istio.io/templates"];
  const named = templates?.split(",").some((name) => TEMPLATE.test(name.trim()));
  const asked = labels["sidecar.istio.io/inject"] ?? annotations["sidecar.istio.io/inject"];
  const inject = asked === "true" ? true : asked === "false" ? false : undefined;
  return { inject, dikastes: names.includes("dikastes") ? true : (named ?? "unknown") };
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
