import type { Problem } from "../../../kube/problems";

/** Let's Encrypt's limits of its production directory (letsencrypt.org/docs/rate-limits, 2026). */
const WEEKLY = 50;
const SAME_NAMES = 5;

/**
 * Whether Let's Encrypt gives a class its certificates. How far up the registered domain is, only the list of public
 * suffixes knows: all names of a class are below one.
 * @param certificates of all stacks together
 */
export function acmeFindings(
  issuer: string,
  certificates: number,
  domain: string,
): { problems: Problem[]; warnings: string[] } {
  if (issuer !== "acme") return { problems: [], warnings: [] };
  const asked = `${certificates} certificates below ${domain}`;
  const limit = `Let's Encrypt gives ${WEEKLY} a week to one registered domain, and ${SAME_NAMES} to the same names`;
  const ways =
    "acme-staging to practise, a certificate of your own (own), self-signed, or fewer students or labs at once";
  if (certificates > WEEKLY)
    return {
      problems: [{ path: "tls.issuer", value: issuer, message: `${asked}: ${limit}`, fix: ways }],
      warnings: [],
    };
  return {
    problems: [],
    warnings:
      certificates * 2 > WEEKLY
        ? [`tls: ${asked}; ${limit}, so the class cannot be made a second time within a week`]
        : [],
  };
}
