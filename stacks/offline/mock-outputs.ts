import type * as pulumi from "@pulumi/pulumi";
import { awsOutputs } from "./aws-outputs";

/**
 * What providers would answer. In a preview an output that is left out is unknown, as in a real one; in an update
 * everything that the program reads must be here, as realistic as its readers need.
 */
export function mockOutputs(
  args: pulumi.runtime.MockResourceArgs,
  preview: boolean,
): Record<string, unknown> {
  const inputs = args.inputs as Record<string, unknown>;
  if (preview) return inputs;
  switch (args.type) {
    case "command:local:Command":
      return { ...inputs, stdout: args.name.endsWith("-kubeconfig") ? kubeconfig : "", stderr: "" };
    case "kubernetes:helm.sh/v3:Release":
      return {
        ...inputs,
        status: { name: inputs["name"], namespace: inputs["namespace"], status: "deployed", revision: 1 },
      };
    default:
      return awsOutputs(args) ?? inputs;
  }
}

const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{ name: mock, cluster: { server: "https://127.0.0.1:6443" } }]
users: [{ name: mock, user: { token: mock } }]
contexts: [{ name: mock, context: { cluster: mock, user: mock } }]
current-context: mock
`;
