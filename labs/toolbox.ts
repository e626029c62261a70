import type { KubeObject } from "../kube/objects";
import { NETSHOOT } from "./images";
import { namespace } from "./workload";

/** A namespace in which pods may do what the toolbox does. */
export const privilegedNamespace = (name: string): KubeObject => namespace(name, "privileged");

/**
 * One pod on every node, control planes too, in the node's own network and process tree: what a shell on the node sees.
 * Whoever may exec into it is root on the node.
 */
export const toolbox = (
  ns: string,
  name = "toolbox",
  {
    command = ["sleep", "infinity"],
    env = {},
    grace = 1,
  }: { command?: string[]; env?: Record<string, string>; grace?: number } = {},
): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name, namespace: ns, labels: { app: name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        hostNetwork: true,
        hostPID: true,
        dnsPolicy: "ClusterFirstWithHostNet",
        automountServiceAccountToken: false,
        tolerations: [{ operator: "Exists" }],
        terminationGracePeriodSeconds: grace,
        containers: [
          {
            name,
            image: NETSHOOT,
            command,
            ...(Object.keys(env).length === 0
              ? {}
              : { env: Object.entries(env).map(([key, value]) => ({ name: key, value })) }),
            securityContext: { privileged: true },
            resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
          },
        ],
      },
    },
  },
});
