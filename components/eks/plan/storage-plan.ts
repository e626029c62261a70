import type { KubeObject } from "../../../kube/objects";
import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";

/** Add-on, ServiceAccount and CSI driver of EBS volumes. */
export const EBS_ADDON = "aws-ebs-csi-driver";
export const EBS_NAMESPACE = "kube-system";
export const EBS_SERVICE_ACCOUNT = "ebs-csi-controller-sa";
export const EBS_DRIVER = "ebs.csi.aws.com";

/**
 * Settings of the add-on, which are those of the driver's chart (charts/aws-ebs-csi-driver, values.yaml). Its pods do not
 * reach the instance metadata (hop limit 1): the region is given, the rest they read from the node's labels.
 */
export function ebsValues(region: string, tags: Readonly<Record<string, string>>): Record<string, unknown> {
  // Volumes that it makes get no tags from the provider.
  return { controller: { region, extraVolumeTags: tags } };
}

/** The default class: EKS has none since Kubernetes 1.30 (eksctl 7683). A volume is made in the zone of its first pod. */
export const gp3Class: KubeObject = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: EBS_DRIVER,
  parameters: { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" },
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
  reclaimPolicy: "Delete",
};

export function storageProblems({ storage, addons, nodeGroups }: EksConfig, path: string): Problem[] {
  if (storage === "none")
    return addons.ebsCsi === undefined
      ? []
      : [
          {
            path: `${path}.addons.ebsCsi`,
            value: addons.ebsCsi,
            message: "is the version of an add-on that is not installed",
            fix: `set ${path}.storage to ebs, or leave it out`,
          },
        ];
  // Its DaemonSet keeps off these (chart, node.affinity).
  return Object.entries(nodeGroups).flatMap(([name, group]) =>
    group.instanceTypes.flatMap((type, i) =>
      /^a1\.(medium|large|[24]?xlarge)$/.test(type)
        ? [
            {
              path: `${path}.nodeGroups.${name}.instanceTypes[${i}]`,
              value: type,
              message: "the EBS CSI driver does not run on a1 instances, so their pods get no volumes",
              fix: "another type, such as t4g or m6g",
            },
          ]
        : [],
    ),
  );
}
