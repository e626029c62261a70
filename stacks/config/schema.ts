import { z } from "zod";
import { versionSets } from "../../components/versions";
import { calicoSchema } from "../../components/calico/calico-config";
import { expiresSchema, ownerSchema, studentSchema } from "./class";
import { dnsSchema } from "../../components/dns/dns-config";
import { eksSchema } from "../../components/eks/eks-config";
import { cidr4, dnsLabel, port } from "../../kube/config-fields";
import { ingressSchema } from "../../components/ingress-nginx/ingress-config";
import { tlsSchema } from "../../components/tls/tls-config";

/**
 * The one schema of a stack's config: types, defaults and documentation. Each property's `meta.description` becomes
 * docs/configuration.md (`npm run docs`); unknown keys are errors.
 */
const portMapping = z
  .strictObject({
    nodePort: port.meta({
      description: "Port on the nodes: a NodePort, or a host port of the ingress controller.",
    }),
    hostPort: port
      .optional()
      .meta({ description: "Port on your machine. The same as `nodePort` if left out." }),
    listenAddress: z
      .ipv4()
      .default("127.0.0.1")
      .meta({ description: "Address on your machine; loopback, so that nothing is public." }),
    protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP").meta({ description: "Protocol." }),
  })
  .transform((m) => ({ ...m, hostPort: m.hostPort ?? m.nodePort }));

/** Ports of the labs, open on the laptop by default: a later lab then needs no new cluster. */
const defaultPorts = [30002, 30180, 80, 443].map((nodePort) => ({ nodePort }));

const kindNetwork = z.strictObject({
  subnet: cidr4.default("198.19.0.0/20").meta({
    description:
      "Range of the network: nodes get its first addresses, host1 the last. The course's by default.",
  }),
  host1: z.boolean().default(true).meta({
    description: "Whether a container beside the nodes is client and BGP router, as the course's host1.",
  }),
  asNumber: z
    .int()
    .min(1)
    .max(4294967295)
    .default(64512)
    .meta({ description: "AS number of that router; Calico's own default is the same." }),
});

export const kindSchema = z.strictObject({
  workers: z.int().min(0).max(10).default(2).meta({ description: "Worker nodes." }),
  podCidr: cidr4
    .default("192.168.0.0/16")
    .meta({ description: "Addresses of pods. A change replaces the cluster." }),
  serviceCidr: cidr4
    .default("10.96.0.0/16")
    .meta({ description: "Addresses of Services. A change replaces the cluster." }),
  kubeProxyMode: z.enum(["iptables", "ipvs", "nftables"]).default("iptables").meta({
    description:
      "kube-proxy's mode; `nftables` goes with `calico.dataplane: Nftables`. A change replaces the cluster.",
  }),
  portMappings: z
    .array(portMapping)
    .prefault(defaultPorts)
    .meta({ description: "Node ports that are open on your machine. A change replaces the cluster." }),
  apiServerPort: port
    .optional()
    .meta({ description: "Port of the API server on your machine; a free one if left out." }),
  nodeImage: z
    .string()
    .optional()
    .meta({ description: "Node image instead of the version set's, for a mirror: must carry a digest." }),
  network: kindNetwork.optional().meta({
    description:
      "A docker network of the cluster's own, whose addresses are known beforehand; labs on BGP and host endpoints need it. kind's shared network if left out. A change replaces the cluster.",
  }),
});

export const existingSchema = z.strictObject({
  kubeconfig: z.string().optional().meta({
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
  cni: z.enum(["none", "calico", "aws", "other"]).default("none").meta({
    description:
      "Who gives pods their addresses today. `none`: Calico is to; `calico`: Calico is installed already.",
  }),
  podCidrs: z.array(cidr4).default([]).meta({ description: "Address ranges of pods, where you know them." }),
  serviceCidr: cidr4.optional().meta({ description: "Address range of Services, where you know it." }),
  kubeProxyMode: z
    .enum(["iptables", "ipvs", "nftables", "none"])
    .default("iptables")
    .meta({ description: "kube-proxy's mode." }),
  loadBalancer: z
    .enum(["none", "provided", "aws-lbc", "aws-in-tree"])
    .default("none")
    .meta({ description: "How the cluster serves a Service of type LoadBalancer." }),
  controlPlaneReachesPods: z.boolean().default(true).meta({
    description: "Whether the API server reaches pod addresses; false puts webhooks on the host network.",
  }),
  nodeAddress: z.string().optional().meta({
    description: "Address of a node that your machine reaches; links to NodePorts are made with it.",
  }),
});

const labSelection = z.strictObject({
  step: z
    .union([z.int().min(0), z.string()])
    .default(0)
    .meta({ description: "Where the lab stands: a step's number (0 is the start) or its name." }),
  lab: z
    .string()
    .optional()
    .meta({ description: "Which lab this is a copy of; the key itself if left out." }),
  namespaces: z
    .record(z.string(), dnsLabel())
    .default({})
    .meta({ description: "Other names for the lab's namespaces, by their role." }),
});

export const mirrorsSchema = z.strictObject({
  charts: z.record(z.string(), z.string()).default({}).meta({
    description: "Chart → repository URL, `oci://` reference, or path of a local chart folder or .tgz.",
  }),
  images: z.record(z.string(), z.string()).default({}).meta({
    description: "Registry → registry to pull from instead, as `docker.io: mirror.local:5000/hub`.",
  }),
  calicoCrds: z
    .string()
    .optional()
    .meta({ description: "URL or path of Calico's CRD manifest, used where `calico.crds` is `apply`." }),
});

export const configSchema = z.strictObject({
  target: z
    .enum(["kind", "existing", "eks"])
    .default("kind")
    .meta({ description: "Where the cluster comes from." }),
  clusterName: dnsLabel(40)
    .optional()
    .meta({ description: "Name of the cluster. `labs-<stack>` if left out." }),
  kubernetes: z
    .string()
    .default(versionSets[0].kubernetes)
    .meta({
      description: `Version set, by Kubernetes minor version: ${versionSets.map((s) => s.kubernetes).join(" or ")}.`,
    }),
  wait: z.boolean().default(true).meta({
    description: "Whether `up` waits until workloads are ready. false: it only hands the objects over.",
  }),
  kind: kindSchema.prefault({}).meta({ description: "The kind cluster; only with `target: kind`." }),
  existing: existingSchema
    .optional()
    .meta({ description: "Your own cluster; only with `target: existing`." }),
  eks: eksSchema.prefault({}).meta({ description: "The EKS cluster; only with `target: eks`." }),
  calico: calicoSchema.prefault({}).meta({ description: "Calico." }),
  ingress: ingressSchema.prefault({}).meta({ description: "The way in: ingress-nginx." }),
  tls: tlsSchema.prefault({}).meta({ description: "Certificates." }),
  dns: dnsSchema.prefault({}).meta({ description: "Names of the labs." }),
  labs: z
    .record(
      dnsLabel(),
      labSelection.nullable().transform((s) => s ?? labSelection.parse({})),
    )
    .default({})
    .meta({ description: "Labs that are switched on, by name: `stars: { step: 2 }`." }),
  owner: ownerSchema,
  expires: expiresSchema,
  student: studentSchema,
  mirrors: mirrorsSchema
    .prefault({})
    .meta({ description: "Where charts and images come from instead, for classrooms without internet." }),
});

/** A stack's config, with every default filled in. */
export type Config = z.output<typeof configSchema>;
export type LabConfig = Config["labs"][string];
