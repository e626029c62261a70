import {
  at,
  isTrue,
  isUnknown,
  isWorld,
  list,
  unknown,
  violation,
  type Finding,
  type Rule,
  type Subject,
} from "../rule";
import { publicReason } from "../exceptions";

/** What faces the internet is meant to: an API endpoint for known addresses, load balancers that are named as public. */
export const nothingPublic: Rule = {
  name: "nothing-public",
  description: "Nothing is reachable from the whole internet that need not be.",
  check: (s) => {
    switch (s.type) {
      case "aws:eks/cluster:Cluster":
        return endpoint(s, "vpcConfig.endpointPublicAccess", "vpcConfig.publicAccessCidrs");
      case "eks:index:Cluster":
        return endpoint(s, "endpointPublicAccess", "publicAccessCidrs");
      case "aws:ec2/instance:Instance":
        return never(s, "associatePublicIpAddress", "a public address");
      case "aws:rds/instance:Instance":
      case "aws:rds/clusterInstance:ClusterInstance":
        return never(s, "publiclyAccessible", "a public database");
      case "aws:ec2/launchTemplate:LaunchTemplate":
        return launchTemplate(s);
      case "aws:s3/bucketAcl:BucketAcl":
        return publicAcl(s);
      case "kubernetes:core/v1:Service":
        return service(s);
      default:
        return [];
    }
  },
};

/** EKS opens its endpoint to everybody when nothing is said. */
function endpoint(s: Subject, open: string, cidrs: string): Finding[] {
  const fix = `name the addresses that need it in ${cidrs}, or set ${open} to false`;
  const isOpen = at(s.props, open);
  if (isOpen === false || isOpen === "false") return [];
  const from = list(s.props, cidrs);
  if (from === "unknown" || from.some(isUnknown))
    return [unknown(cidrs, "who reaches the Kubernetes API", fix)];
  if (from.length > 0 && !from.some(isWorld)) return [];
  if (isUnknown(isOpen)) return [unknown(open, "whether the Kubernetes API is public", fix)];
  return [violation(cidrs, "the Kubernetes API is open to the whole internet", fix)];
}

function never(s: Subject, path: string, what: string): Finding[] {
  const value = at(s.props, path);
  if (isUnknown(value)) return [unknown(path, `whether there is ${what}`, `set ${path} to false`)];
  return isTrue(value) ? [violation(path, `it has ${what}`, `set ${path} to false`)] : [];
}

function launchTemplate(s: Subject): Finding[] {
  const found = list(s.props, "networkInterfaces");
  const fix = "leave associatePublicIpAddress out and put nodes into private subnets";
  if (found === "unknown") return [unknown("networkInterfaces", "whether nodes get public addresses", fix)];
  return found.flatMap((n, i) => {
    const path = `networkInterfaces[${i}].associatePublicIpAddress`;
    const value = at(n, "associatePublicIpAddress");
    if (isUnknown(value)) return [unknown(path, "whether nodes get public addresses", fix)];
    return isTrue(value) ? [violation(path, "nodes get public addresses", fix)] : [];
  });
}

function publicAcl(s: Subject): Finding[] {
  const acl = at(s.props, "acl");
  const fix = "use private, and a bucket policy for those who need it";
  if (isUnknown(acl)) return [unknown("acl", "whether the bucket is public", fix)];
  return typeof acl === "string" && acl.startsWith("public-")
    ? [violation("acl", `the bucket is ${acl}`, fix)]
    : [];
}

const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const INTERNAL = "service.beta.kubernetes.io/aws-load-balancer-internal";

/** A load balancer is internal, or open to named ranges, or one of those that are there to be public. */
function service(s: Subject): Finding[] {
  const type = at(s.props, "spec.type");
  const fix = `annotate it with ${SCHEME}: internal, or name the clients in spec.loadBalancerSourceRanges`;
  if (isUnknown(type)) return [unknown("spec.type", "whether it is a load balancer", fix)];
  if (type !== "LoadBalancer" || publicReason(s) !== undefined) return [];
  const annotations = at(s.props, "metadata.annotations");
  const ranges = list(s.props, "spec.loadBalancerSourceRanges");
  if (ranges !== "unknown" && ranges.length > 0 && !ranges.some((r) => isUnknown(r) || isWorld(r))) return [];
  const marks =
    typeof annotations === "object" && annotations !== null ? (annotations as Record<string, unknown>) : {};
  if (marks[SCHEME] === "internal" || isTrue(marks[INTERNAL])) return [];
  if (isUnknown(annotations) || isUnknown(marks[SCHEME]) || isUnknown(marks[INTERNAL])) {
    return [unknown("metadata.annotations", "whether the load balancer is public", fix)];
  }
  if (ranges === "unknown" || ranges.some(isUnknown)) {
    return [unknown("spec.loadBalancerSourceRanges", "who reaches the load balancer", fix)];
  }
  return [violation("spec.loadBalancerSourceRanges", "the load balancer is open to the whole internet", fix)];
}
