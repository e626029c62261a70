import {
  contentProblems,
  type ClusterContents,
  type WantedContents,
} from "../components/existing/plan/contents";
import { ebpfContentProblems } from "../components/existing/plan/ebpf-contents";
import {
  gatewayProblems,
  type GatewayContents,
  type WantedGateway,
} from "../components/existing/plan/gateway-contents";
import { CHART_NAMESPACE } from "../components/gateway/plan/gateway-objects";
import { GATEWAY } from "../routing/gateway/site-gateway";
import type { KubeObject } from "../kube/objects";
import { failOn, reasonOf } from "../kube/problems";
import { opened } from "./ask-cluster";
import type { Access } from "./kubeconfig";
import type { StackPlan } from "./stack-plan";

/**
 * Asks a cluster that is there whether what the stack would install is there already, and what it would use is there.
 * Gives questions that were not answered. @throws ProblemsError
 */
export async function checkContents(plan: StackPlan, access: Access): Promise<string[]> {
  const wanted = wantedOf(plan);
  const gateway = wantedGateway(plan);
  const ebpf = plan.calico.install && plan.calico.dataplane === "BPF";
  if (wanted.ingress === undefined && wanted.certManager === undefined && gateway === undefined && !ebpf)
    return [];
  const question = await opened(access);
  const unanswered: string[] = [];
  const ask = async (path: string): Promise<unknown> => {
    try {
      return await question(path);
    } catch (error) {
      unanswered.push(`${path}: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const one = async (path: string): Promise<KubeObject | undefined> =>
    (await ask(path)) as KubeObject | undefined;
  const all = async (path: string): Promise<KubeObject[]> =>
    ((await ask(path)) as { items?: KubeObject[] } | undefined)?.items ?? [];
  const place = wanted.ingress?.existing;
  const labels = "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller";
  const gateways = gateway === undefined ? undefined : askForGateways(one, all);
  const [classes, certificateCrd, certManagers, certManager, ingress, clusterRole, service] =
    await Promise.all([
      all("/apis/networking.k8s.io/v1/ingressclasses"),
      one("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/certificates.cert-manager.io"),
      all(`/apis/apps/v1/deployments?labelSelector=${encodeURIComponent(labels)}`),
      one("/api/v1/namespaces/cert-manager"),
      one("/api/v1/namespaces/ingress-nginx"),
      one("/apis/rbac.authorization.k8s.io/v1/clusterroles/ingress-nginx"),
      place === undefined ? undefined : one(`/api/v1/namespaces/${place.namespace}/services/${place.name}`),
    ]);
  const foundGateways = await gateways;
  const [nodes, kubeProxy] = ebpf
    ? await Promise.all([
        all("/api/v1/nodes"),
        one("/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy"),
      ])
    : [[], undefined];
  // A question without an answer says nothing: neither that something is there, nor that it is not.
  if (unanswered.length > 0) return unanswered;
  const found: ClusterContents = {
    classes,
    certificateCrd,
    certManagers,
    namespaces: { certManager, ingress },
    clusterRole,
    service,
  };
  failOn("The cluster has other things than the config says; nothing was changed.", [
    ...ebpfContentProblems(nodes, kubeProxy),
    ...contentProblems(wanted, found),
    ...(gateway === undefined || foundGateways === undefined ? [] : gatewayProblems(gateway, foundGateways)),
  ]);
  return [];
}

async function askForGateways(
  one: (path: string) => Promise<KubeObject | undefined>,
  all: (path: string) => Promise<KubeObject[]>,
): Promise<GatewayContents> {
  const [classes, api, apiCrd, ...namespaces] = await Promise.all([
    all("/apis/gateway.networking.k8s.io/v1/gatewayclasses"),
    one("/apis/operator.tigera.io/v1/gatewayapis/default"),
    one("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gatewayapis.operator.tigera.io"),
    ...[GATEWAY.namespace, CHART_NAMESPACE].map((name) => one(`/api/v1/namespaces/${name}`)),
  ]);
  return { classes, api, apiCrd, namespaces };
}

function wantedGateway({ clusterName, ingress, calico }: StackPlan): WantedGateway | undefined {
  if (ingress?.gateway === undefined) return undefined;
  const { by, className } = ingress.gateway;
  return { clusterName, by, className, calico: calico.install };
}

function wantedOf({ clusterName, ingress }: StackPlan): WantedContents {
  const tls = ingress?.tls;
  return {
    clusterName,
    ...(ingress?.controller === undefined || ingress.controller.alb !== undefined
      ? {}
      : {
          ingress: {
            className: ingress.controller.className,
            ...(ingress.controller.existing === undefined ? {} : { existing: ingress.controller.existing }),
          },
        }),
    ...(tls !== undefined && "manager" in tls ? { certManager: tls.manager } : {}),
  };
}
