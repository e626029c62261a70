import { z } from "zod";
import { anyCidr, cidr4, cidr6, port } from "../../kube/config-fields";
import { hostOrAddress } from "../../kube/reference-fields";

/** Config of a cluster that is there already: which one, and what it does not tell by itself. */
export const existingSchema = z.strictObject({
  kubeconfig: z.string().exactOptional().meta({
    description:
      "Path of a kubeconfig file, or its text as a secret. `KUBECONFIG` or ~/.kube/config if left out.",
  }),
  context: z.string().min(1).meta({
    description: "Context in that kubeconfig. Always named, so that no other cluster is ever changed.",
  }),
  workers: z.int().min(0).exactOptional().meta({
    description:
      "Worker nodes; 0 where none can run a pod (yet). Counted if left out: from two on, a node more changes nothing of the stack then.",
  }),
  installedCni: z.enum(["none", "calico", "aws", "other"]).exactOptional().meta({
    description:
      "CNI that the cluster has already. `none`: Calico will be installed as its CNI; `calico`: it is there, and stays as it is. Read from the cluster if left out.",
  }),
  podCidrs: z.array(anyCidr).exactOptional().meta({
    description:
      "Address ranges of pods. Read from the cluster if left out: Calico's pools, kubeadm's config, or the controller manager's arguments.",
  }),
  serviceCidr: cidr4
    .exactOptional()
    .meta({ description: "Address range of Services. Read from the cluster if left out." }),
  serviceCidr6: cidr6
    .exactOptional()
    .meta({ description: "IPv6 range of Services, where there is one. Read from the cluster if left out." }),
  kubeProxyMode: z.enum(["iptables", "ipvs", "nftables", "none"]).exactOptional().meta({
    description:
      "kube-proxy's mode; `none` where it does not run. Read from the cluster if left out, where kubeadm, kops or EKS set it up.",
  }),
  apiServer: z
    .strictObject({
      host: hostOrAddress.meta({ description: "Name or address; one that stays." }),
      port: port.default(6443).meta({ description: "Port." }),
    })
    .exactOptional()
    .meta({
      description:
        "Where nodes reach the API server with no Service between; `calico.dataplane: BPF` needs it. What kubeadm's kube-proxy uses, if left out.",
    }),
  loadBalancer: z.enum(["none", "provided", "aws-lbc", "aws-in-tree"]).exactOptional().meta({
    description:
      "How the cluster serves a Service of type LoadBalancer. If left out: by whom of those that are known by name runs there.",
  }),
  controlPlaneReachesPods: z.boolean().exactOptional().meta({
    description:
      "Whether the API server reaches pod addresses; false puts webhooks on the host network. True if left out, but for EKS with another CNI than AWS's.",
  }),
  nodeAddress: hostOrAddress.exactOptional().meta({
    description: "Address of a node that your machine reaches; links to NodePorts are made with it.",
  }),
});

export type ExistingConfig = z.output<typeof existingSchema>;
