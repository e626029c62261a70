import * as pulumi from "@pulumi/pulumi";
import { ProblemsError } from "../kube/problems";
import { notePlainRun } from "./plain-run";
import { stack } from "./program";

/** Entry for the engine (`main` in package.json). What a user can fix is reported without a stack trace. */
export = async (): Promise<Record<string, unknown>> => {
  const warning = pulumi.runtime.isDryRun() ? undefined : notePlainRun(pulumi.getStack());
  if (warning !== undefined) void pulumi.log.warn(warning);
  try {
    return await stack({ stack: pulumi.getStack(), raw: pulumi.runtime.allConfig(), offline: false });
  } catch (error) {
    if (error instanceof ProblemsError) throw new pulumi.RunError(error.message);
    throw error;
  }
};
