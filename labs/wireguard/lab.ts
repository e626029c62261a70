import { CALICO_API_VERSION } from "../../policies/calico/resource";
import type { FelixConfiguration } from "../../policies/calico/cluster-types";
import { open } from "../flow";
import { NETSHOOT } from "../images";
import { web } from "../ip-pools/pools";
import type { Lab, LabContext } from "../model";
import { privilegedNamespace, toolbox } from "../toolbox";
import { deployment, NOBODY } from "../workload";

const nsOf = (ctx: LabContext): string => ctx.namespaces["wire"] ?? "wire";

/** Said in both directions, so that going back is a change and not only a field given up. */
const felix = (wireguardEnabled: boolean): FelixConfiguration => ({
  apiVersion: CALICO_API_VERSION,
  kind: "FelixConfiguration",
  metadata: { name: "default" },
  spec: { wireguardEnabled },
});

const expect: Lab["steps"][number]["expect"] = (ctx) => [
  open(
    `${nsOf(ctx)}/client`,
    `${nsOf(ctx)}/secret-web`,
    80,
    "encryption changes how packets travel, not who may talk to whom",
  ),
];

export const wireguard: Lab = {
  id: "wireguard",
  title: "WireGuard: encrypt what nodes send each other",
  summary:
    "Read a pod's traffic on the wire between two nodes; switch encryption on with one field, and see what changes on the nodes; switch it off again.",
  namespaces: { wire: "wire" },
  clusterWide: true,
  needs: { calicoPolicy: true, calicoCni: true, workers: 2, ownCluster: true },
  workloads: (ctx) => {
    const ns = nsOf(ctx);
    return [
      privilegedNamespace(ns),
      ...web("secret-web", ns, 1),
      deployment({
        name: "client",
        namespace: ns,
        image: NETSHOOT,
        user: NOBODY,
        labels: { app: "client" },
        command: ["sleep", "infinity"],
        pod: {
          // On another node than the server: within a node nothing is encrypted.
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  labelSelector: { matchLabels: { app: "secret-web" } },
                  topologyKey: "kubernetes.io/hostname",
                },
              ],
            },
          },
        },
      }),
      toolbox(ns),
    ];
  },
  steps: [
    {
      id: "plain",
      title: "In the clear",
      aim: "Read a request between two pods on the network between their nodes.",
      patch: () => [felix(false)],
      expect,
    },
    {
      id: "encrypted",
      title: "Encrypted",
      aim: "One field, and every node has a key, an interface and routes of its own for it; on the wire there is nothing to read.",
      patch: () => [felix(true)],
      expect,
    },
    {
      id: "plain-again",
      title: "Switched off again",
      aim: "See the interface and the routes go, and the traffic readable again.",
      patch: () => [felix(false)],
      expect,
    },
  ],
};
