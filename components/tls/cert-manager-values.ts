import type { WebhookPlan } from "./plan/tls-plan";

/**
 * Arguments of @pulumi/kubernetes-cert-manager 0.2.0. It decodes its typed arguments over `helmOptions.values`, unset
 * ones as null (pulumi-go-helmbase, InitDefaults): a value that has a typed argument must be given there, or it is lost.
 */
export interface CertManagerValues {
  /** Typed arguments. */
  webhook: { hostNetwork: boolean; securePort: number };
  startupapicheck: { enabled: boolean; timeout: string };
  extraArgs?: string[];
  /** Has no typed argument, so it goes through `helmOptions.values`. */
  values: { crds: { enabled: boolean; keep: boolean }; imageRegistry?: string };
}

/** @param gateways whether it reads Gateways: without their CRDs it then does not start (cert-manager 1.21, context.go) */
export function certManagerValues(
  webhook: WebhookPlan,
  images: Readonly<Record<string, string>>,
  gateways: boolean,
): CertManagerValues {
  const registry = images["quay.io"];
  return {
    webhook: { hostNetwork: webhook.hostNetwork, securePort: webhook.port },
    // The release is ready only when the webhook has answered: whatever needs an issuer depends on the release.
    startupapicheck: { enabled: true, timeout: "5m" },
    ...(gateways ? { extraArgs: ["--enable-gateway-api"] } : {}),
    values: {
      // Kept at uninstall, as upstream does: with the CRDs go all certificates, other people's too.
      crds: { enabled: true, keep: true },
      ...(registry === undefined ? {} : { imageRegistry: registry.replace(/\/$/, "") }),
    },
  };
}
