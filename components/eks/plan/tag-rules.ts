import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";

/** EC2 guide, "Tag your resources": what every service takes. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * 50 tags at most on a resource. Beside the user's a scaling group has four of this project and five of EKS, the most of
 * all.
 */
const MOST = 50 - 4 - 5;

const LONGEST = 128;

/** By these, clusters and controllers find what is theirs. */
const RESERVED: readonly [prefix: RegExp, whose: string][] = [
  [/^aws:/i, "AWS"],
  [/^labs:/, "this project"],
  [/^eks:/, "EKS"],
  [
    /^kubernetes\.io\/(cluster|role)\//,
    "Kubernetes, which then takes the resources of this stack for another cluster's",
  ],
  [/^k8s\.io\/cluster-autoscaler\//, "the cluster autoscaler"],
  [/^(elbv2|service|ingress)\.k8s\.aws\//, "the load balancer controller"],
  [/(^|\.)k8s\.amazonaws\.com\//, "the VPC CNI"],
];

/** Further tags of everything that the stack makes. */
export function tagProblems({ tags }: EksConfig, path: string): Problem[] {
  const keys = Object.keys(tags);
  const problems = keys.flatMap((key, i): Problem[] => {
    const at = { path: `${path}.tags[${JSON.stringify(key)}]`, value: key };
    const whose = RESERVED.find(([prefix]) => prefix.test(key))?.[1];
    if (whose !== undefined)
      return [{ ...at, message: `is a tag of ${whose}`, fix: "a key of your own, as team or cost-center" }];
    if (key === "" || key.length > LONGEST)
      return [
        {
          ...at,
          message: `has ${key.length} characters; AWS takes 1 to ${LONGEST}`,
          fix: key === "" ? "a name" : "a shorter key",
        },
      ];
    if (!CHARACTERS.test(key))
      return [
        {
          ...at,
          message: "AWS takes only letters, digits, spaces and _ . : / = + - @ in a key",
          fix: key.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]+/gu, "-"),
        },
      ];
    const same = keys.slice(0, i).find((other) => plain(other) === plain(key));
    return same === undefined
      ? []
      : [
          {
            ...at,
            message: `is nearly ${JSON.stringify(same)}: IAM compares keys without case`,
            fix: "one of the two",
          },
        ];
  });
  if (keys.length > MOST)
    problems.push({
      path: `${path}.tags`,
      value: `${keys.length} tags`,
      message: `AWS takes 50 on a resource, and ${50 - MOST} are EKS's and this project's`,
      fix: `at most ${MOST}`,
    });
  return problems;
}

/** Logical names of tags hold letters and digits only. */
const plain = (key: string): string => key.toLowerCase().replace(/[^a-z0-9]+/g, "-");
