import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Problem } from "../../../kube/problems";

/** What is wrong with a user's own certificate. The key itself is in no message. */
export function certificateProblems(
  certificate: string,
  key: string,
  baseDomain: string,
  now: Date,
): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string, fix: string, value?: string) =>
    problems.push({ path: `tls.${path}`, ...(value === undefined ? {} : { value }), message, fix });
  const parsed = attempt(() => new X509Certificate(certificate));
  const privateKey = attempt(() => createPrivateKey(key));
  if (parsed === undefined)
    say(
      "certificate",
      "is no PEM certificate",
      "give the certificate and its chain as PEM: -----BEGIN CERTIFICATE-----",
    );
  if (privateKey === undefined) {
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
  // Labs take names below the base domain, and more of them as they are switched on.
  if (parsed.checkHost(`lab.${baseDomain}`) === undefined) {
    say(
      "certificate",
      `does not cover the names of the labs`,
      `get one for *.${baseDomain}`,
      parsed.subjectAltName ?? parsed.subject,
    );
  }
  return problems;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
