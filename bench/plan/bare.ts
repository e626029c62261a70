/** The baseline: a Pulumi program that imports what the kind stack's program imports, in the mock runtime, and makes nothing. */
import "@pulumi/command";
import "@pulumi/kubernetes";
import "cidr-tools";
import "cli-table3";
import "commander";
import "fastest-levenshtein";
import "picocolors";
import "yaml";
import "zod";
import * as pulumi from "@pulumi/pulumi";
import "@pulumi/pulumi/runtime/mocks";

async function main(): Promise<void> {
  const mocks = {
    newResource: (args: pulumi.runtime.MockResourceArgs) => ({
      id: "",
      state: args.inputs as Record<string, unknown>,
    }),
    call: (args: pulumi.runtime.MockCallArgs) => args.inputs as Record<string, unknown>,
  };
  await pulumi.runtime.setMocks(mocks, "k8s-network-labs", "bare", true);
  await pulumi.runtime.runInPulumiStack(() => Promise.resolve({}));
  await pulumi.runtime.disconnect();
}

void main();
