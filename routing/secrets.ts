import type { KubeObject } from "../kube/objects";
import type { ListenerSpec } from "./gateway/objects";

interface CertificateSpec {
  secretName?: string;
  dnsNames?: string[];
}

/** A certificate that cert-manager is asked for, and its Secret. */
export interface AskedCertificate {
  namespace: string;
  secret: string;
  names: string[] | undefined;
}

/** What Certificates ask for, and Ingresses and Gateways with an issuer's annotation. */
export const askedCertificates = (all: readonly KubeObject[]): AskedCertificate[] => all.flatMap(askedBy);

function askedBy(o: KubeObject): AskedCertificate[] {
  const namespace = o.metadata.namespace ?? "default";
  const asked = (secret: string | undefined, names: string[] | undefined): AskedCertificate[] =>
    secret === undefined ? [] : [{ namespace, secret, names }];
  if (o.kind === "Certificate") {
    const { secretName, dnsNames } = (o["spec"] ?? {}) as CertificateSpec;
    return asked(secretName, dnsNames);
  }
  const issued = ["issuer", "cluster-issuer"].some(
    (key) => o.metadata.annotations?.[`cert-manager.io/${key}`] !== undefined,
  );
  if (!issued) return [];
  if (o.kind === "Ingress") {
    const { tls } = (o["spec"] ?? {}) as { tls?: { hosts?: string[]; secretName?: string }[] };
    return list(tls).flatMap((t) => asked(t.secretName, t.hosts));
  }
  if (o.kind !== "Gateway") return [];
  const { listeners } = (o["spec"] ?? {}) as { listeners?: ListenerSpec[] };
  const refs = list(listeners).flatMap(({ hostname, tls }) =>
    hostname === undefined
      ? []
      : list(tls?.certificateRefs).map((ref) => ({ secret: ref.name, hostname, elsewhere: ref.namespace })),
  );
  const own = refs.filter((r) => r.elsewhere === undefined || r.elsewhere === namespace);
  const names = (secret: string) => own.flatMap((r) => (r.secret === secret ? [r.hostname] : []));
  return [...new Set(own.map((r) => r.secret))].flatMap((secret) => asked(secret, names(secret)));
}

/** What a broken manifest has where a list belongs is told elsewhere. */
const list = <T>(value: readonly T[] | undefined): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [];

const certificatesOf = (all: readonly KubeObject[], namespace: string, secret: string): AskedCertificate[] =>
  askedCertificates(all).filter((c) => c.namespace === namespace && c.secret === secret);

/** Whether a Secret is among the objects, or what makes it: a Certificate, or an issuer's annotation. */
export const makesSecret = (all: readonly KubeObject[], namespace: string, name: string): boolean =>
  certificatesOf(all, namespace, name).length > 0 ||
  all.some(
    (o) =>
      o.kind === "Secret" && (o.metadata.namespace ?? "default") === namespace && o.metadata.name === name,
  );

/** Hosts that the Certificate of a Secret does not name; none where a Secret stands by itself, whose names nobody reads. */
export function uncovered(
  all: readonly KubeObject[],
  namespace: string,
  secret: string,
  hosts: readonly string[],
): string[] {
  const [made] = certificatesOf(all, namespace, secret);
  const names = made?.names;
  if (names === undefined) return [];
  const wildcard = (host: string): string => `*.${host.split(".").slice(1).join(".")}`;
  return hosts.filter((h) => !names.includes(h) && !names.includes(wildcard(h)));
}
