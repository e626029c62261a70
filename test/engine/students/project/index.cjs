// The cluster as components/kind makes it, and nothing above it.
const { local } = require("@pulumi/command");
const pulumi = require("@pulumi/pulumi");

const config = new pulumi.Config();
const name = config.require("clusterName");
const { apiServerPort } = config.requireObject("kind");
const cluster = new local.Command("kind-cluster", {
  create: `kind create cluster --name ${name} --image none --config -`,
  delete: `kind delete cluster --name ${name}`,
  // What components/kind says of its commands (machine-objects.ts).
  environment: { LABS_MAKES: `cluster ${name}` },
  stdin: JSON.stringify({ networking: { apiServerPort } }),
});
new local.Command("after", { create: "after", environment: { CLUSTER: name } }, { dependsOn: cluster });
exports.kubeconfig = pulumi.secret(`kubeconfig of ${name}`);
