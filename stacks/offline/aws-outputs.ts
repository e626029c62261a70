import type * as pulumi from "@pulumi/pulumi";

/** What AWS and @pulumi/eks would answer in an update, as far as the program reads it. Undefined for other types. */
export function awsOutputs(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> | undefined {
  const inputs = args.inputs as Record<string, unknown>;
  const arn = (what: string) => `arn:aws:${what}/${args.name}`;
  switch (args.type) {
    case "eks:index:Cluster":
      return { ...inputs, ...eksCluster(typeof inputs["name"] === "string" ? inputs["name"] : args.name) };
    case "aws:eks/nodeGroup:NodeGroup":
      return {
        ...inputs,
        arn: arn("eks:us-west-2:123456789012:nodegroup"),
        resources: [{ autoscalingGroups: [{ name: `eks-${args.name}` }], remoteAccessSecurityGroupId: "" }],
      };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { ...inputs, latestVersion: 1, arn: arn("ec2:us-west-2:123456789012:launch-template") };
    case "aws:ec2/eip:Eip":
      return { ...inputs, allocationId: `eipalloc-${args.name}`, publicIp: "203.0.113.10" };
    case "aws:ec2/instance:Instance":
      return { ...inputs, primaryNetworkInterfaceId: `eni-${args.name}` };
    case "aws:iam/role:Role":
      return { ...inputs, name: args.name, arn: arn("iam::123456789012:role") };
    case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
      return { ...inputs, arn: arn("iam::123456789012:oidc-provider") };
    case "aws:kms/key:Key":
      return { ...inputs, arn: arn("kms:us-west-2:123456789012:key") };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { ...inputs, arn: `arn:aws:logs:us-west-2:123456789012:log-group:${String(inputs["name"])}` };
    default:
      return undefined;
  }
}

/** Outputs of @pulumi/eks 4.3, the ones that are read. */
function eksCluster(name: string): Record<string, unknown> {
  const host = "0123456789ABCDEF.gr7.us-west-2.eks.amazonaws.com";
  return {
    eksCluster: {
      name,
      endpoint: `https://${host}`,
      roleArn: "arn:aws:iam::123456789012:role/eks-cluster-eksRole-role",
      vpcConfig: { clusterSecurityGroupId: "sg-0123456789abcdef0" },
      identities: [{ oidcs: [{ issuer: "https://oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF" }] }],
    },
    kubeconfigJson: JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: `https://${host}`, "certificate-authority-data": "bW9jaw==" } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
      users: [
        {
          name,
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "aws",
              args: ["--region", "us-west-2", "eks", "get-token", "--cluster-name", name],
              env: [{ name: "KUBERNETES_EXEC_INFO", value: "{}" }],
            },
          },
        },
      ],
    }),
  };
}
