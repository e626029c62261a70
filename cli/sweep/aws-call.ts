import type { AwsCli } from "../engine/aws-leftovers";
import type { AwsCall, Item } from "./aws-kind";

/** `DescribeVpcs` as the AWS CLI writes it: `describe-vpcs`. */
export const cliName = (operation: string): string =>
  operation
    .replace(/OpenIDConnect/, "OpenIdConnect")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();

/** Calls AWS by its own CLI, which signs, waits when it is asked to slow down, and gives lists whole. */
export const awsCall =
  (cli: AwsCli): AwsCall =>
  async (service, operation, input = {}) =>
    ((await cli(service, cliName(operation), "--cli-input-json", JSON.stringify(input))) ?? {}) as Item;
