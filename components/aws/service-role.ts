import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { TrustPolicy } from "../aws-trust";
import type { PolicyDocument } from "./plan/iam-policies";

export interface ServiceRoleArgs {
  /** Who may take the role. */
  trust: pulumi.Input<TrustPolicy>;
  /** What it may do, beside the managed policies. */
  policy?: PolicyDocument;
  /** AWS's own policies, by ARN. */
  managed?: readonly string[];
}

/** An IAM role with its policies. What depends on the component waits for all of them. */
export class ServiceRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly roleName: pulumi.Output<string>;
  /** The role, and what gives it its rights. */
  readonly all: pulumi.Resource[];

  constructor(name: string, args: ServiceRoleArgs, opts: pulumi.ComponentResourceOptions) {
    super("labs:eks:ServiceRole", name, {}, opts);
    const role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: pulumi.jsonStringify(args.trust) },
      { parent: this },
    );
    const attached = (args.managed ?? []).map(
      (policyArn) =>
        new aws.iam.RolePolicyAttachment(
          `${name}-${policyArn.split("/").at(-1) ?? ""}`,
          { role: role.name, policyArn },
          { parent: this },
        ),
    );
    const own =
      args.policy === undefined
        ? []
        : [
            new aws.iam.RolePolicy(
              `${name}-policy`,
              { role: role.name, policy: JSON.stringify(args.policy) },
              { parent: this },
            ),
          ];
    this.arn = role.arn;
    this.roleName = role.name;
    this.all = [role, ...attached, ...own];
    this.registerOutputs({ arn: role.arn });
  }
}
