/** Runs a program in Pulumi's mock runtime, as `labs plan` runs the stack's: `mocked.ts <program>`. */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import "@pulumi/pulumi/runtime/mocks";

async function main(file: string): Promise<void> {
  const program = createRequire(__filename)(resolve(file)) as () => Promise<Record<string, unknown>>;
  const mocks = {
    newResource: (args: pulumi.runtime.MockResourceArgs) => ({
      id: "",
      state: args.inputs as Record<string, unknown>,
    }),
    call: (args: pulumi.runtime.MockCallArgs) => args.inputs as Record<string, unknown>,
  };
  await pulumi.runtime.setMocks(mocks, "k8s-network-labs", "baseline", true);
  await pulumi.runtime.runInPulumiStack(program);
  await pulumi.runtime.disconnect();
}

void main(process.argv[2] ?? "");
