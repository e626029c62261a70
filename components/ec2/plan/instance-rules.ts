import type { Problem } from "../../../kube/problems";
import { unknownType } from "../../aws/plan/instance-types";
import type { Ec2Config } from "../ec2-config";
import type { Ec2Facts, Ec2Node } from "./ec2-types";

/** What kubeadm's preflight asks of a control plane (kubeadm constants: ControlPlaneNumCPU, ControlPlaneMem), in MiB. */
const LEAST = { vcpus: 2, memory: 1700 };

/** Types that are not known, not offered in a zone, or too small. */
export function instanceProblems(
  config: Ec2Config,
  nodes: readonly Ec2Node[],
  aws: Ec2Facts,
  path: string,
): Problem[] {
  return (["controlPlane", "workers"] as const).flatMap((key): Problem[] => {
    const type = config[key].instanceType;
    const where = { path: `${path}.${key}.instanceType`, value: type };
    const facts = aws.instanceType(type);
    if (facts === undefined) return aws.stage === "before-lookup" ? [] : [unknownType(where.path, type)];
    const problems: Problem[] = [];
    const { vcpus = LEAST.vcpus, memory = LEAST.memory } = facts;
    if (key === "controlPlane" && vcpus < LEAST.vcpus)
      problems.push({
        ...where,
        message: `has ${vcpus} vCPU, and kubeadm refuses a control plane with fewer than ${LEAST.vcpus}`,
        fix: "t3.medium, or larger",
      });
    if (memory < LEAST.memory)
      problems.push({
        ...where,
        message: `has ${memory} MiB of memory, and kubeadm wants ${LEAST.memory} of a node`,
        fix: "t3.medium, or larger",
      });
    if (facts.architecture === undefined)
      problems.push({
        ...where,
        message: "has no architecture that is known here, so no image can be chosen for it",
        fix: "a type of x86_64 or arm64",
      });
    const zones = [
      ...new Set(nodes.filter((n) => n.controlPlane === (key === "controlPlane")).map((n) => n.zone)),
    ];
    const offered = aws.offerings?.[type];
    const missing = offered === undefined ? [] : zones.filter((zone) => !offered.includes(zone));
    if (missing.length > 0)
      problems.push({
        ...where,
        message: `is not offered in ${missing.join(", ")}`,
        fix:
          offered === undefined || offered.length === 0
            ? "another type; this region does not have it"
            : `another type, or the zones ${offered.join(", ")}`,
      });
    return problems;
  });
}

export function accountProblems(config: Ec2Config, { account }: Ec2Facts, path: string): Problem[] {
  if (config.account === undefined || account === undefined || config.account === account) return [];
  return [
    {
      path: `${path}.account`,
      value: config.account,
      message: `the credentials belong to account ${account}`,
      fix: `credentials of ${config.account}: ${path}.profile, or AWS_PROFILE`,
    },
  ];
}
