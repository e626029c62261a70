import type { KubeObject } from "../../kube/objects";
import { urlOf } from "../../routing/ingress-site";
import type { Answer } from "../../routing/request";
import { proveRequest } from "../../routing/nginx/prove";
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

/** What the Ingress objects of a lab give for a request that it claims. */
export function answerRequest(
  objects: readonly KubeObject[],
  context: LabContext,
  claim: RequestClaim,
): AnsweredRequest {
  const site = siteOf(context);
  const { answer, problems } = proveRequest(objects, site.className, claim, site.ports.https);
  return {
    claim,
    url: urlOf(site, claim.host, claim.path, claim.scheme ?? "http"),
    answer,
    holds: problems.length === 0,
    ...(problems.length === 0 ? {} : { instead: problems.join("; ") }),
  };
}
