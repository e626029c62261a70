import type { Problem } from "../../../kube/problems";
import type { EksConfig } from "../eks-config";
import type { AwsFacts } from "./aws-facts";
import { partitionOf } from "../../aws/plan/iam-policies";

/** A user or role by its whole path, as IAM names it. */
const PRINCIPAL = /^arn:(aws[a-z-]*):iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/;

/**
 * Who may use the cluster, as EKS takes it (API reference, CreateAccessEntry; terraform-aws-eks 2968 and 2969): users
 * and roles, each once, and not who makes the cluster, who is in it already.
 */
export function accessProblems(config: EksConfig, { caller }: AwsFacts, path: string): Problem[] {
  const first = new Map<string, string>();
  return Object.entries(config.access).flatMap(([who, { principalArn }]): Problem[] => {
    const at = { path: `${path}.access.${who}.principalArn`, value: principalArn };
    const wrong = wrongPrincipal(principalArn, partitionOf(config.region));
    if (wrong !== undefined) return [{ ...at, ...wrong }];
    const other = first.get(principalArn);
    first.set(principalArn, other ?? who);
    if (other !== undefined)
      return [
        {
          ...at,
          message: `is named by ${path}.access.${other} already, and EKS takes each user or role once`,
          fix: `one entry for it, with the policy that reaches further`,
        },
      ];
    const nearly = [...first].find(
      ([arn]) => arn !== principalArn && arn.toLowerCase() === principalArn.toLowerCase(),
    );
    if (nearly !== undefined)
      return [
        {
          ...at,
          message: `differs from ${path}.access.${nearly[1]} in capitals only; IAM has one of such names at most, and EKS refuses what is not there`,
          fix: "the name as IAM has it, once",
        },
      ];
    if (caller !== undefined && samePrincipal(principalArn, caller))
      return [
        {
          ...at,
          message: "is who makes the cluster, and that is its admin anyway: EKS refuses a second entry",
          fix: `remove ${path}.access.${who}`,
        },
      ];
    return [];
  });
}

function wrongPrincipal(arn: string, partition: string): Pick<Problem, "message" | "fix"> | undefined {
  const [, , , , account = "", rest = ""] = arn.split(":");
  if (arn.includes("*"))
    return { message: "has a wildcard: EKS takes users and roles one by one", fix: "name each" };
  if (rest === "root")
    return {
      message: "is a whole account: EKS takes users and roles",
      fix: `arn:${partition}:iam::${account}:role/<name>`,
    };
  if (rest.startsWith("group/"))
    return {
      message: "is a group: EKS takes users and roles",
      fix: "a role that members of the group may take",
    };
  if (rest.startsWith("assumed-role/"))
    return {
      message: "is a session: EKS takes the role behind it",
      fix: `the role by its whole ARN: aws iam get-role --role-name ${rest.split("/")[1] ?? ""} --query Role.Arn`,
    };
  if (rest.startsWith("role/aws-service-role/"))
    return {
      message: "is the role of a service of AWS, and EKS lets none of these in",
      fix: "a role of your own",
    };
  if (rest.startsWith("role/AWSReservedSSO_"))
    return {
      message: "lacks the path of a role of IAM Identity Center, and EKS compares the whole ARN",
      fix: `aws iam get-role --role-name ${rest.slice("role/".length)} --query Role.Arn`,
    };
  const found = PRINCIPAL.exec(arn);
  if (found === null)
    return {
      message: "is not the ARN of an IAM user or role",
      fix: `arn:${partition}:iam::<account of 12 digits>:role/<name>`,
    };
  if (found[1] !== partition)
    return {
      message: `is of another partition of AWS than the region`,
      fix: arn.replace(/^arn:[^:]+/, `arn:${partition}`),
    };
  return undefined;
}

/** STS names a role by its session: `assumed-role/<name>/<session>`, without the path. */
function samePrincipal(arn: string, caller: string): boolean {
  if (arn === caller) return true;
  const session = /^arn:[^:]+:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(caller);
  if (session === null) return false;
  const [, , , , account, rest = ""] = arn.split(":");
  return rest.startsWith("role/") && account === session[1] && rest.split("/").at(-1) === session[2];
}
