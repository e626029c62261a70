import {
  at,
  isTrue,
  isUnknown,
  list,
  unknown,
  violation,
  type Finding,
  type Rule,
  type Subject,
} from "../rule";

/** Disks, file systems, databases and queues are encrypted; AWS does so by default only where an account says so. */
export const encryption: Rule = {
  name: "encryption",
  description: "What stores data encrypts it.",
  check: (s) => {
    const flag = FLAGS[s.type];
    if (flag !== undefined) return required(s.props, flag, flag);
    switch (s.type) {
      case "aws:ec2/launchTemplate:LaunchTemplate":
        return disks(s, "blockDeviceMappings", "ebs.encrypted");
      case "aws:ec2/instance:Instance":
        return [...rootDisk(s), ...disks(s, "ebsBlockDevices", "encrypted")];
      case "aws:eks/nodeGroup:NodeGroup":
        return nodeGroup(s);
      case "kubernetes:storage.k8s.io/v1:StorageClass":
        return storageClass(s);
      default:
        return [];
    }
  },
};

const FLAGS: Readonly<Record<string, string>> = {
  "aws:ebs/volume:Volume": "encrypted",
  "aws:efs/fileSystem:FileSystem": "encrypted",
  "aws:rds/instance:Instance": "storageEncrypted",
  "aws:rds/cluster:Cluster": "storageEncrypted",
};

function required(value: unknown, key: string, path: string): Finding[] {
  const found = at(value, key);
  const fix = `set ${path} to true`;
  if (isUnknown(found)) return [unknown(path, "whether it is encrypted", fix)];
  return isTrue(found) ? [] : [violation(path, "it is not encrypted", fix)];
}

function disks(s: Subject, field: string, key: string): Finding[] {
  const found = list(s.props, field);
  if (found === "unknown")
    return [unknown(field, "whether disks are encrypted", `set ${key} to true on each`)];
  return found.flatMap((disk, i) => {
    // A mapping without a volume (an instance store, or one that is suppressed) stores nothing of ours.
    if (key.startsWith("ebs.") && !isUnknown(disk) && at(disk, "ebs") === undefined) return [];
    return required(disk, key, `${field}[${i}].${key}`);
  });
}

function rootDisk(s: Subject): Finding[] {
  return required(s.props, "rootBlockDevice.encrypted", "rootBlockDevice.encrypted");
}

/** Without a launch template a managed group's disks are as the account has them. */
function nodeGroup(s: Subject): Finding[] {
  const template = at(s.props, "launchTemplate");
  const fix = "give it a launch template whose disks are encrypted";
  return template === undefined || template === null
    ? [violation("launchTemplate", "nothing says that its disks are encrypted", fix)]
    : [];
}

function storageClass(s: Subject): Finding[] {
  const provisioner = at(s.props, "provisioner");
  if (!isUnknown(provisioner) && provisioner !== "ebs.csi.aws.com" && provisioner !== "kubernetes.io/aws-ebs")
    return [];
  return required(s.props, "parameters.encrypted", "parameters.encrypted");
}
