import type { KubeObject } from "../kube/objects";
import { CONTROLLER } from "../routing/ingress-site";

/**
 * The controller as the evaluator needs it: what its chart makes is no object of the stack, but flows begin there.
 */
export function controllerStandIn(onHostNetwork = false): KubeObject[] {
  const { namespace, name, labels } = CONTROLLER;
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "kubernetes.io/metadata.name": namespace } },
    },
    {
      apiVersion: "apps/v1",
      kind: onHostNetwork ? "DaemonSet" : "Deployment",
      metadata: { name, namespace, labels: { ...labels } },
      spec: {
        selector: { matchLabels: { ...labels } },
        template: {
          metadata: { labels: { ...labels } },
          spec: {
            ...(onHostNetwork ? { hostNetwork: true } : {}),
            containers: [{ name: "controller", ports: [{ containerPort: 80 }, { containerPort: 443 }] }],
          },
        },
      },
    },
  ];
}
