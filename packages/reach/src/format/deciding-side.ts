import type { Flow } from "../reach-flows";

/**
 * The direction that decided: a denial before what is not known, and leaving before entering. Of what is open, only
 * directions in which a policy has a say.
 */
export function because({ verdict, egress, ingress }: Flow): string {
  if (egress.verdict === verdict && verdict !== "allow") return `leaving: ${egress.reason}`;
  if (ingress.verdict === verdict && verdict !== "allow") return `entering: ${ingress.reason}`;
  const said = [
    ...(egress.policy === null ? [] : [`leaving: ${egress.reason}`]),
    ...(ingress.policy === null ? [] : [`entering: ${ingress.reason}`]),
  ];
  return said.length === 0 ? "no policy applies at either end" : said.join("; ");
}
