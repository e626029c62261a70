import { createPrivateKey, X509Certificate } from "node:crypto";
import { ENCRYPTED } from "../../../kube/config-fields";
import type { Problem } from "../../../kube/problems";

/** What is wrong with a user's own certificate. The key itself is in no message. What is encrypted is not judged. */
export function certificateProblems(certificate: string, key: string, now: Date): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string, fix: string, value?: string) =>
    problems.push({ path: `tls.${path}`, ...(value === undefined ? {} : { value }), message, fix });
  const parsed = attempt(() => new X509Certificate(certificate));
  const privateKey = attempt(() => createPrivateKey(key));
  if (parsed === undefined && certificate !== ENCRYPTED)
    say(
      "certificate",
      "is no PEM certificate",
      "give the certificate and its chain as PEM: -----BEGIN CERTIFICATE-----",
    );
  if (privateKey === undefined && key !== ENCRYPTED) {
    say(
      "key",
      "is no private key as PEM without a passphrase",
      "cat tls.key | pulumi config set --secret --path tls.key",
    );
  }
  if (parsed === undefined) return problems;
  if (privateKey !== undefined && !parsed.checkPrivateKey(privateKey)) {
    say("key", "does not belong to the certificate", "give the key that the certificate was made with");
  }
  if (new Date(parsed.validTo) <= now) say("certificate", "has expired", "renew it", parsed.validTo);
  return problems;
}

/**
 * Whether a certificate is good for the names that labs have at any of their steps. A wildcard directly below a name
 * without a dot covers nothing: OpenSSL, curl, Chrome and Firefox do not take it.
 */
export function coverageProblems(
  certificate: string,
  names: readonly string[],
  baseDomain: string,
): Problem[] {
  const parsed = attempt(() => new X509Certificate(certificate));
  if (parsed === undefined) return [];
  const lacking = names.filter((name) => parsed.checkHost(name) === undefined);
  if (lacking.length === 0) return [];
  const value = parsed.subjectAltName ?? parsed.subject;
  const each = "or a certificate with each name in it";
  if (baseDomain.includes("."))
    return [
      {
        path: "tls.certificate",
        value,
        message: `does not cover ${lacking.join(", ")}`,
        fix: `get one for *.${baseDomain}, ${each}`,
      },
    ];
  return [
    {
      path: "tls.certificate",
      value,
      message: `does not cover ${lacking.join(", ")}; browsers and curl take no wildcard directly below ${baseDomain}`,
      fix: `set dns.baseDomain to labs.${baseDomain} and use a certificate for *.labs.${baseDomain}, ${each}`,
    },
  ];
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
