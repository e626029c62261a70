import { z } from "zod";
import { anyCidr, cidr4, cidr6, port } from "../../kube/config-fields";
import { hostOrAddress } from "../../kube/reference-fields";

/** Config of a cluster that is there already: what its planner cannot find out without asking it. */
export const existingSchema = z.strictObject({
  kubeconfig: z.string().exactOptional().meta({
    description:
      "Path of a kubeconfig file, or its text as a secret. `KUBECONFIG` or ~/.kube/config if left out.",
  }),
  context: z.string().min(1).meta({
    description: "Context in that kubeconfig. Always named, so that no other cluster is ever changed.",
  }),
  workers: z
    .int()
    .min(0)
    .default(1)
    .meta({ description: "Worker nodes that the cluster has; 0 where none can run a pod (yet)." }),
  installedCni: z.enum(["none", "calico", "aws", "other"]).default("none").meta({
    description:
      "CNI that the cluster has already. `none`: Calico will be installed as its CNI; `calico`: it is there, and stays as it is.",
  }),
  podCidrs: z
    .array(anyCidr)
    .default([])
    .meta({ description: "Address ranges of pods, where you know them." }),
  serviceCidr: cidr4.exactOptional().meta({ description: "Address range of Services, where you know it." }),
  serviceCidr6: cidr6.exactOptional().meta({ description: "IPv6 range of Services, where there is one." }),
  kubeProxyMode: z
    .enum(["iptables", "ipvs", "nftables", "none"])
    .default("iptables")
    .meta({ description: "kube-proxy's mode; `none` where it does not run." }),
  apiServer: z
    .strictObject({
      host: hostOrAddress.meta({ description: "Name or address; one that stays." }),
      port: port.default(6443).meta({ description: "Port." }),
    })
    .exactOptional()
    .meta({
      description:
        "Where nodes reach the API server with no Service between; `calico.dataplane: BPF` needs it.",
    }),
  loadBalancer: z
    .enum(["none", "provided", "aws-lbc", "aws-in-tree"])
    .default("none")
    .meta({ description: "How the cluster serves a Service of type LoadBalancer." }),
  controlPlaneReachesPods: z.boolean().default(true).meta({
    description: "Whether the API server reaches pod addresses; false puts webhooks on the host network.",
  }),
  nodeAddress: hostOrAddress.exactOptional().meta({
    description: "Address of a node that your machine reaches; links to NodePorts are made with it.",
  }),
});

export type ExistingConfig = z.output<typeof existingSchema>;
