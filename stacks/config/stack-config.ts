import { z } from "zod";
import { setText, versionSets } from "../../components/versions";
import { calicoSchema } from "../../components/calico/calico-config";
import { expiresSchema, ownerSchema, studentSchema } from "../../classroom/student-config";
import { dnsSchema } from "../../components/dns/dns-config";
import { eksSchema } from "../../components/eks/eks-config";
import { ec2Schema } from "../../components/ec2/ec2-config";
import { dnsLabel } from "../../kube/config-fields";
import { gatewaySchema } from "../../components/gateway/gateway-config";
import { ingressSchema } from "../../components/ingress-nginx/ingress-config";
import { existingSchema } from "../../components/existing/existing-config";
import { kindSchema } from "../../components/kind/kind-config";
import { mirrorsSchema } from "../../components/mirrors";
import { labSchema } from "../../labs/lab-config";
import { tlsSchema } from "../../components/tls/tls-config";

/**
 * The one schema of a stack's config: types, defaults and documentation. Each property's `meta.description` becomes
 * docs/configuration.md (`npm run docs`); unknown keys are errors.
 */
export const configSchema = z.strictObject({
  target: z
    .enum(["kind", "existing", "eks", "ec2"])
    .default("kind")
    .meta({ description: "Where the cluster comes from." }),
  clusterName: dnsLabel(40)
    .exactOptional()
    .meta({ description: "Name of the cluster. `labs-<stack>` if left out." }),
  kubernetes: z
    .string()
    .default(versionSets[0].kubernetes)
    .meta({
      description: `Version set, by Kubernetes minor version: ${versionSets.map(setText).join(", ")}.`,
    }),
  wait: z.boolean().default(true).meta({
    description: "Whether `up` waits until workloads are ready. false: it only hands the objects over.",
  }),
  kind: kindSchema.prefault({}).meta({ description: "The kind cluster; only with `target: kind`." }),
  existing: existingSchema
    .exactOptional()
    .meta({ description: "Your own cluster; only with `target: existing`." }),
  eks: eksSchema.prefault({}).meta({ description: "The EKS cluster; only with `target: eks`." }),
  ec2: ec2Schema
    .prefault({})
    .meta({ description: "The cluster of EC2 instances by kubeadm; only with `target: ec2`." }),
  calico: calicoSchema.prefault({}).meta({ description: "Calico." }),
  ingress: ingressSchema
    .prefault({})
    .meta({ description: "How requests come in from outside: ingress-nginx, or a Gateway." }),
  gateway: gatewaySchema
    .prefault({})
    .meta({ description: "The Gateway, with `ingress.controller: gateway` or `both`." }),
  tls: tlsSchema.prefault({}).meta({ description: "Certificates." }),
  dns: dnsSchema.prefault({}).meta({ description: "Names of the labs." }),
  labs: z
    .record(
      dnsLabel(),
      labSchema.nullable().transform((s) => s ?? labSchema.parse({})),
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

/** A stack's config as it is written, without the project's name before the keys. */
export type ConfigInput = z.input<typeof configSchema>;
