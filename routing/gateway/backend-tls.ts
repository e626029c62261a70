import type { KubeObject } from "../../kube/objects";
import { gatewayKind, keyOf, namespaceOf, type BackendRef } from "./objects";

/** What has to be in place for TLS to a backend: the ConfigMaps with the CAs, by `namespace/service`. */
export function backendCas(objects: readonly KubeObject[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const o of gatewayKind(objects, "BackendTLSPolicy")) {
    const spec = o["spec"] as
      | { targetRefs?: { name: string }[]; validation?: { caCertificateRefs?: { name: string }[] } }
      | undefined;
    const ca = spec?.validation?.caCertificateRefs?.[0]?.name ?? keyOf(o);
    for (const { name } of spec?.targetRefs ?? [])
      found.set(`${namespaceOf(o)}/${name}`, `${namespaceOf(o)}/${ca}`);
  }
  return found;
}

export const caAssumption = (
  cas: ReadonlyMap<string, string>,
  { name, namespace }: BackendRef,
  from: string,
): string[] => {
  const ca = cas.get(`${namespace ?? from}/${name}`);
  return ca === undefined ? [] : [`ConfigMap ${ca} holds the CA of the certificates of Service ${name}`];
};
