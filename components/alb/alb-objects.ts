import type { KubeObject } from "../../kube/objects";
import { ALB, BY_ANNOTATION, type AlbPlan } from "../../routing/alb/objects";

export const ALB_NAMESPACE = "labs-ingress";
/** The Ingress that the load balancer stands by, with the answer for what no other names. */
export const ALB_BASE = "labs";
const NOBODY = "nobody";

export const albNamespace: KubeObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: ALB_NAMESPACE },
};

/** One load balancer for all Ingresses of the class (IngressClassParams, elbv2.k8s.aws/v1beta1). Targets are pods. */
export function albClassParams(className: string, alb: AlbPlan): KubeObject {
  const https = alb.certificateArns.length > 0;
  return {
    apiVersion: "elbv2.k8s.aws/v1beta1",
    kind: "IngressClassParams",
    metadata: { name: className },
    spec: {
      group: { name: className },
      scheme: alb.scheme,
      targetType: "ip",
      listeners: [{ port: 80, protocol: "HTTP" }, ...(https ? [{ port: 443, protocol: "HTTPS" }] : [])],
      ...(https ? { certificateArn: [...alb.certificateArns] } : {}),
      ...(https && alb.redirect ? { sslRedirectPort: "443" } : {}),
      ...(alb.sourceRanges.length === 0 ? {} : { inboundCIDRs: [...alb.sourceRanges] }),
    },
  };
}

export const albClass = (className: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: className },
  spec: {
    controller: "ingress.k8s.aws/alb",
    parameters: { apiGroup: "elbv2.k8s.aws", kind: "IngressClassParams", name: className },
  },
});

/** Names the load balancer before any lab has a route, and answers 404 to what no route is for. */
export const albBase = (className: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: {
    name: ALB_BASE,
    namespace: ALB_NAMESPACE,
    annotations: {
      [`${ALB}/actions.${NOBODY}`]: JSON.stringify({
        type: "fixed-response",
        fixedResponseConfig: { contentType: "text/plain", statusCode: "404", messageBody: "no route" },
      }),
    },
  },
  spec: {
    ingressClassName: className,
    defaultBackend: { service: { name: NOBODY, port: { name: BY_ANNOTATION } } },
  },
});
