import type { KubeObject } from "../../kube/objects";
import { answerAlb } from "../../routing/alb/answer";
import { albListeners, urlOf, type IngressSite } from "../../routing/ingress-site";
import type { Answer } from "../../routing/request";
import { differences, proveRequest } from "../../routing/nginx/prove";
import { siteOf } from "../ingress";
import type { LabContext, RequestClaim } from "../model";

/** A claimed request beside what the controller makes of it. */
export interface AnsweredRequest {
  claim: RequestClaim;
  url: string;
  answer: Answer;
  holds: boolean;
  /** Where it does not hold: what comes instead. */
  instead?: string;
}

function prove(
  objects: readonly KubeObject[],
  site: IngressSite,
  claim: RequestClaim,
): { answer: Answer; problems: string[] } {
  if (site.kind !== "alb") return proveRequest(objects, site.className, claim, site.ports.https);
  const answer = answerAlb(objects, site.className, claim, albListeners(site));
  return { answer, problems: differences(claim, answer) };
}

/** What the Ingress objects of a lab give for a request that it claims. */
export function answerRequest(
  objects: readonly KubeObject[],
  context: LabContext,
  claim: RequestClaim,
): AnsweredRequest {
  const site = siteOf(context);
  const { answer, problems } = prove(objects, site, claim);
  return {
    claim,
    url: urlOf(site, claim.host, claim.path, claim.scheme ?? "http"),
    answer,
    holds: problems.length === 0,
    ...(problems.length === 0 ? {} : { instead: problems.join("; ") }),
  };
}
