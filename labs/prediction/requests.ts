import type { KubeObject } from "../../kube/objects";
import { answerAlb } from "../../routing/alb/answer";
import { proveAtGateway } from "../../routing/gateway/prove";
import { GROUP } from "../../routing/gateway/objects";
import { classesOf, siteGateway } from "../../routing/gateway/site-gateway";
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

const keyOf = (site: IngressSite | undefined): string | undefined =>
  site?.gateway === undefined ? undefined : `${site.gateway.namespace}/${site.gateway.name}`;

/** Whether a claim asks the stack's own, and not a Gateway that the lab makes. */
export const isSite = ({ ingress, gateway }: LabContext, asked: string | undefined): boolean =>
  asked === undefined || [keyOf(ingress), keyOf(gateway)].includes(asked);

/** The ingress that a claim asks: the stack's, its Gateway, or one that the lab makes and only the cluster reaches. */
export function siteFor(context: LabContext, { gateway }: Pick<RequestClaim, "gateway">): IngressSite {
  const site = siteOf(context);
  if (gateway === undefined || gateway === keyOf(site)) return site;
  if (context.gateway !== undefined && gateway === keyOf(context.gateway)) return context.gateway;
  const [namespace = "", name = ""] = gateway.split("/");
  return {
    kind: "gateway",
    className: site.className,
    gateway: { namespace, name, hosts: [] },
    baseDomain: site.baseDomain,
    ports: { http: 80, https: 443 },
    controller: { kind: "Deployment", hostNetwork: false, ports: {} },
  };
}

/** Gateways that stand beside the objects of a lab. */
export const siteGateways = (context: LabContext): KubeObject[] =>
  [...new Set([context.ingress, context.gateway])].flatMap((site) =>
    site?.gateway === undefined ? [] : [siteGateway(site, site.gateway.hosts)],
  );

/** A Gateway of a class that nobody serves gets no proxies: it is as good as absent. */
function isServed(o: KubeObject, { ingress, gateway }: LabContext): boolean {
  if (o.kind !== "Gateway" || !o.apiVersion.startsWith(`${GROUP}/`)) return true;
  const { gatewayClassName = "" } = (o["spec"] ?? {}) as { gatewayClassName?: string };
  return [ingress, gateway].flatMap(classesOf).includes(gatewayClassName);
}

function prove(
  objects: readonly KubeObject[],
  context: LabContext,
  site: IngressSite,
  claim: RequestClaim,
): { answer: Answer; problems: string[] } {
  switch (site.kind) {
    case "gateway":
      return proveAtGateway(
        [...siteGateways(context), ...objects.filter((o) => isServed(o, context))],
        keyOf(site) ?? "",
        claim,
      );
    case "alb": {
      const answer = answerAlb(objects, site.className, claim, albListeners(site));
      return { answer, problems: differences(claim, answer) };
    }
    default:
      return proveRequest(objects, site.className, claim, site.ports.https);
  }
}

/** What the routes of a lab give for a request that it claims. */
export function answerRequest(
  objects: readonly KubeObject[],
  context: LabContext,
  claim: RequestClaim,
): AnsweredRequest {
  const site = siteFor(context, claim);
  const { answer, problems } = prove(objects, context, site, claim);
  return {
    claim,
    url: urlOf(site, claim.host, claim.path, claim.scheme ?? "http"),
    answer,
    holds: problems.length === 0,
    ...(problems.length === 0 ? {} : { instead: problems.join("; ") }),
  };
}
