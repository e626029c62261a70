import { ownHttpPort, ownHttpsPort } from "./controller/controller-pods";
import { nlbAnnotations } from "../../routing/nlb-annotations";
import { mirroredImage, type Mirrors } from "../mirrors";
import {
  DEFAULT_CERTIFICATE,
  INGRESS_NAMESPACE,
  RELEASE,
  WEBHOOK_PORT,
  type ControllerPlan,
} from "./controller/types";

/** Values of the ingress-nginx chart (4.15.1) for a plan. Pure; the keys are those of the chart's values.yaml. */
export function controllerValues(plan: ControllerPlan, mirrors: Mirrors): Record<string, unknown> {
  return {
    // Keeps the names of Service, webhook and account, and the pods' labels, whatever chart it is.
    fullnameOverride: RELEASE,
    nameOverride: RELEASE,
    ...globalImage(mirrors),
    controller: {
      ...image(plan, mirrors),
      ...pods(plan),
      ...ingressClass(plan),
      config: nginxConfig(plan),
      // Snippets are nginx configuration from anybody who may write an Ingress; validation refuses odd annotations.
      allowSnippetAnnotations: false,
      enableAnnotationValidations: true,
      admissionWebhooks: { enabled: true, port: WEBHOOK_PORT, failurePolicy: "Fail" },
      service: service(plan),
      ...status(plan),
      metrics: { enabled: plan.metrics },
    },
  };
}

/** A class of its own, with a controller name of its own: another ingress-nginx in the cluster is left alone. */
function ingressClass(plan: ControllerPlan) {
  return {
    ingressClass: plan.className,
    ingressClassResource: {
      name: plan.className,
      enabled: true,
      default: false,
      controllerValue: `k8s.io/${INGRESS_NAMESPACE}-${plan.className}`,
    },
    watchIngressWithoutClass: false,
  };
}

function nginxConfig(plan: ControllerPlan): Record<string, string> {
  const { hsts } = plan;
  return {
    // What this project's builders write (rewrites, canaries) is Medium; anything riskier is refused.
    "annotations-risk-level": "Medium",
    "strict-validate-path-type": "true",
    // On by default upstream, for a year and all subdomains: a browser then refuses a self-signed lab for good.
    hsts: String(hsts !== undefined),
    ...(hsts === undefined
      ? {}
      : {
          "hsts-max-age": String(hsts.maxAge),
          "hsts-include-subdomains": String(hsts.includeSubdomains),
          "hsts-preload": String(hsts.preload),
        }),
    ...(plan.proxyProtocol ? { "use-proxy-protocol": "true" } : {}),
    ...(ownHttpsPort(plan) === undefined ? {} : { "use-port-in-redirects": "true" }),
    // Otherwise one worker for each CPU of the laptop.
    ...(plan.expose === "host-ports" ? { "worker-processes": "2" } : {}),
  };
}

function pods(plan: ControllerPlan): Record<string, unknown> {
  return {
    kind: plan.kind,
    ...(plan.kind === "Deployment" ? { replicaCount: plan.replicas } : {}),
    ...(plan.hostNetwork
      ? // On the host network names of Services resolve only with this policy.
        { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" }
      : { hostNetwork: false }),
    hostPort: { enabled: plan.expose === "host-ports", ports: { http: 80, https: 443 } },
    nodeSelector: { "kubernetes.io/os": "linux", ...plan.nodeSelector },
    ...(plan.expose === "host-ports"
      ? {
          // The node with the open ports is the control plane of kind.
          tolerations: [
            { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
          ],
          terminationGracePeriodSeconds: 0,
        }
      : {}),
    ...spread(plan),
    resources: { requests: { cpu: "100m", memory: "90Mi" } },
  };
}

/** Where a port of the node is held, the old pod must go before the new one comes. */
function spread(plan: ControllerPlan): Record<string, unknown> {
  if (plan.hostNetwork || plan.expose === "host-ports") {
    return {
      updateStrategy:
        plan.kind === "DaemonSet"
          ? { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } }
          : { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    };
  }
  if (plan.replicas < 2) return {};
  const across = (topologyKey: string) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: {
      matchLabels: {
        "app.kubernetes.io/name": '{{ include "ingress-nginx.name" . }}',
        "app.kubernetes.io/instance": "{{ .Release.Name }}",
        "app.kubernetes.io/component": "controller",
      },
    },
  });
  return {
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    topologySpreadConstraints: [across("topology.kubernetes.io/zone"), across("kubernetes.io/hostname")],
    // The chart makes a disruption budget for two pods and more.
    maxUnavailable: 1,
  };
}

function service(plan: ControllerPlan): Record<string, unknown> {
  const policy =
    plan.externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy: plan.externalTrafficPolicy };
  switch (plan.expose) {
    case "host-ports":
      // LoadBalancer would stay pending here, and the release wait for it.
      return { type: "ClusterIP" };
    case "node-ports":
      return { type: "NodePort", ...policy, nodePorts: { ...plan.nodePorts } };
    case "load-balancer":
      return {
        type: "LoadBalancer",
        ...policy,
        annotations:
          plan.loadBalancer === undefined
            ? {}
            : nlbAnnotations({ ...plan.loadBalancer, proxyProtocol: plan.proxyProtocol }),
        ...(plan.loadBalancer === undefined || plan.loadBalancer.sourceRanges.length === 0
          ? {}
          : { loadBalancerSourceRanges: [...plan.loadBalancer.sourceRanges] }),
      };
  }
}

/** What the controller writes into the status of an Ingress (Pulumi waits for it), and where it listens. */
function status(plan: ControllerPlan): Record<string, unknown> {
  const https = ownHttpsPort(plan);
  const http = ownHttpPort(plan);
  const onMachine = plan.expose === "host-ports";
  const extraArgs = {
    ...(http === undefined ? {} : { "http-port": String(http) }),
    ...(onMachine ? { "publish-status-address": "localhost" } : {}),
    ...(https === undefined ? {} : { "https-port": String(https) }),
    ...(plan.defaultCertificate
      ? { "default-ssl-certificate": `${INGRESS_NAMESPACE}/${DEFAULT_CERTIFICATE}` }
      : {}),
  };
  return {
    publishService: { enabled: !onMachine },
    extraArgs,
    ...(https === undefined && http === undefined
      ? {}
      : { containerPort: { http: http ?? 80, https: https ?? 443 } }),
  };
}

function image(plan: ControllerPlan, mirrors: Mirrors): Record<string, unknown> {
  if (plan.image === undefined) return {};
  const { repository, tag, digest } = plan.image;
  // The chart's own digest belongs to its own tag.
  return { image: { repository: mirroredImage(repository, mirrors), tag, digest: digest ?? "" } };
}

/** The chart's images all come from registry.k8s.io. */
function globalImage(mirrors: Mirrors): Record<string, unknown> {
  const registry = mirrors.images["registry.k8s.io"];
  return registry === undefined ? {} : { global: { image: { registry: registry.replace(/\/$/, "") } } };
}
