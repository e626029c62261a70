import type { Behaviour, Refused, Values } from "./behaviour";
import { subnetZones } from "./networks";

interface Scaling {
  minSize: number;
  maxSize: number;
  desiredSize: number;
}

const invalid = (message: string): Refused => ({ code: "InvalidParameterException", message });

/** Managed node groups: what EKS refuses about them, and the scaling group that it makes. */
export const nodeBehaviours: Record<string, Behaviour> = {
  "eks.CreateNodegroup": {
    refuses: async (input, aws) => {
      const zones = await subnetZones(input["subnets"] as string[], aws);
      if ("code" in zones) return zones;
      const { id } = (input["launchTemplate"] ?? {}) as { id?: string };
      if (id !== undefined) {
        const found = await aws.ask("ec2.DescribeLaunchTemplates", { LaunchTemplateIds: [id] });
        if ("error" in found) return found.error;
      }
      return (
        scaling(input["scalingConfig"] as Scaling) ??
        labels(Object.keys((input["labels"] as Values | undefined) ?? {}))
      );
    },
    then: async (input, output, aws) => {
      const made = output["nodegroup"] as { resources: { autoScalingGroups: { name: string }[] } };
      const { minSize, maxSize } = input["scalingConfig"] as Scaling;
      const template = input["launchTemplate"] as { id: string; version: string };
      for (const { name } of made.resources.autoScalingGroups) {
        const group = await aws.ask("autoscaling.CreateAutoScalingGroup", {
          AutoScalingGroupName: name,
          MinSize: Math.min(0, minSize),
          MaxSize: maxSize,
          // Nothing runs here.
          DesiredCapacity: 0,
          LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
          VPCZoneIdentifier: (input["subnets"] as string[]).join(","),
        });
        if ("error" in group) throw new Error(`EKS's scaling group: ${group.error.message}`);
      }
      return undefined;
    },
  },
  "eks.UpdateNodegroupConfig": {
    refuses: async (input, aws) => {
      const { clusterName, nodegroupName } = input;
      const found = await aws.ask("eks.DescribeNodegroup", { clusterName, nodegroupName });
      if ("error" in found) return found.error;
      const now = (found.output["nodegroup"] as { scalingConfig: Scaling }).scalingConfig;
      const added = (input["labels"] as { addOrUpdateLabels?: Values } | undefined)?.addOrUpdateLabels ?? {};
      return scaling({ ...now, ...(input["scalingConfig"] as object) }) ?? labels(Object.keys(added));
    },
  },
  "eks.UpdateNodegroupVersion": {
    answers: () => ({ update: { status: "Successful", type: "VersionUpdate" } }),
  },
};

function scaling({ minSize, maxSize, desiredSize }: Scaling): Refused | undefined {
  if (minSize > desiredSize)
    return invalid(`Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`);
  if (desiredSize > maxSize)
    return invalid(`desired capacity ${desiredSize} can't be greater than max size ${maxSize}`);
  return undefined;
}

/** Prefixes that Kubernetes and EKS keep for themselves; the node restriction plugin lets a kubelet set few of them. */
const RESERVED = /(^|\.)(kubernetes\.io|k8s\.io)\/|^eks\.amazonaws\.com\//;

/** A label key of Kubernetes; EKS's model asks for a length only, and nodes with another key never join. */
const KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/;

function labels(keys: readonly string[]): Refused | undefined {
  const wrong = keys.filter((key) => !KEY.test(key));
  if (wrong.length > 0) return invalid(`Label keys are no qualified names: ${wrong.join(", ")}`);
  const reserved = keys.filter((key) => RESERVED.test(key));
  return reserved.length > 0
    ? invalid(
        `Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: ${reserved.join(", ")}`,
      )
    : undefined;
}
