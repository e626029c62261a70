import type { KubeObject } from "../kube/objects";

interface CertificateSpec {
  secretName?: string;
  dnsNames?: string[];
}

const certificatesOf = (all: readonly KubeObject[], namespace: string, secret: string): CertificateSpec[] =>
  all.flatMap((o) => {
    const spec = o["spec"] as CertificateSpec | undefined;
    return o.kind === "Certificate" && o.metadata.namespace === namespace && spec?.secretName === secret
      ? [spec]
      : [];
  });

/** Whether a Secret is among the objects, or a Certificate that makes it. */
export const makesSecret = (all: readonly KubeObject[], namespace: string, name: string): boolean =>
  certificatesOf(all, namespace, name).length > 0 ||
  all.some((o) => o.kind === "Secret" && o.metadata.namespace === namespace && o.metadata.name === name);

/** Hosts that the Certificate of a Secret does not name; none where a Secret stands by itself, whose names nobody reads. */
export function uncovered(
  all: readonly KubeObject[],
  namespace: string,
  secret: string,
  hosts: readonly string[],
): string[] {
  const [made] = certificatesOf(all, namespace, secret);
  const names = made?.dnsNames;
  if (names === undefined) return [];
  const wildcard = (host: string): string => `*.${host.split(".").slice(1).join(".")}`;
  return hosts.filter((h) => !names.includes(h) && !names.includes(wildcard(h)));
}
