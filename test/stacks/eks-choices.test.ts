import { planStack } from "../../stacks/stack-plan";
import { rawConfig, stackGraph } from "../support/graph";

const eks = (more: Record<string, unknown> = {}) => ({
  target: "eks",
  eks: { endpoint: { publicCidrs: ["203.0.113.7/32"] }, ...more },
});
const NODES = "eks-nodes-workers";

describe("choices", () => {
  test("no NAT: nodes on public subnets with public addresses; the control plane stays private", async () => {
    const graph = await stackGraph(eks({ network: { nat: "none" } }), { preview: false });
    expect(graph.ofType("aws:ec2/natGateway:NatGateway")).toEqual([]);
    expect(graph.named("eks-network-public-a").inputs["mapPublicIpOnLaunch"]).toBe(true);
    expect(graph.named("eks-network-private-a").inputs["mapPublicIpOnLaunch"]).toBe(false);
    expect(graph.named(NODES).inputs["subnetIds"]).toEqual([
      "eks-network-public-a-id",
      "eks-network-public-b-id",
    ]);
    expect(graph.named("eks-cluster").inputs["privateSubnetIds"]).toEqual([
      "eks-network-private-a-id",
      "eks-network-private-b-id",
    ]);
  });

  test("NAT per zone: each zone has a way of its own", async () => {
    const graph = await stackGraph(eks({ zones: 3, network: { nat: "perZone" } }), { preview: false });
    expect(graph.ofType("aws:ec2/natGateway:NatGateway")).toHaveLength(3);
    expect(graph.named("eks-network-private-c-out").inputs["natGatewayId"]).toBe("eks-network-nat-c-id");
  });

  test("groups: spot, per zone, labels, taints, Graviton, Bottlerocket", async () => {
    const nodeGroups = {
      workers: {},
      spot: {
        instanceTypes: ["m6g.large", "m7g.large"],
        capacity: "spot",
        perZone: true,
        min: 0,
        max: 2,
        labels: { pool: "spot" },
        taints: [{ key: "spot", effect: "NoSchedule" }],
        os: "bottlerocket",
      },
    };
    const graph = await stackGraph(eks({ nodeGroups }), { preview: false });
    expect(graph.named("eks-nodes-spot-a").inputs).toMatchObject({
      capacityType: "SPOT",
      amiType: "BOTTLEROCKET_ARM_64",
      subnetIds: ["eks-network-private-a-id"],
      labels: { pool: "spot" },
      taints: [{ key: "spot", effect: "NO_SCHEDULE" }],
      scalingConfig: { minSize: 0, desiredSize: 0, maxSize: 2 },
    });
    expect(graph.has("eks-nodes-spot-b")).toBe(true);
    const template = graph.named("eks-nodes-spot-a-template").inputs;
    expect(Buffer.from(String(template["userData"]), "base64").toString()).toBe(
      "[settings.kubernetes]\nmax-pods = 29\n",
    );
    expect(template["blockDeviceMappings"]).toMatchObject([{ deviceName: "/dev/xvdb" }]);
  });

  test("access by entries, Secrets under a key of our own, flow logs, versions of add-ons", async () => {
    const graph = await stackGraph(
      eks({
        encryptSecrets: true,
        access: {
          teachers: { principalArn: "arn:aws:iam::123456789012:role/teachers" },
          students: {
            principalArn: "arn:aws:iam::123456789012:role/students",
            policy: "edit",
            namespaces: ["stars"],
          },
        },
        network: { flowLogs: {} },
        addons: { coredns: "v1.12.4-eksbuild.1" },
      }),
      { preview: false },
    );
    const cluster = graph.named("eks-cluster").inputs;
    expect(cluster["encryptionConfigKeyArn"]).toBe("arn:aws:kms:us-west-2:123456789012:key/eks-secrets");
    expect(graph.named("eks-secrets").inputs["enableKeyRotation"]).toBe(true);
    expect(cluster["accessEntries"]).toEqual({
      teachers: {
        principalArn: "arn:aws:iam::123456789012:role/teachers",
        accessPolicies: {
          "cluster-admin": {
            policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
            accessScope: { type: "cluster" },
          },
        },
      },
      students: {
        principalArn: "arn:aws:iam::123456789012:role/students",
        accessPolicies: {
          edit: {
            policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
            accessScope: { type: "namespace", namespaces: ["stars"] },
          },
        },
      },
    });
    expect(graph.ofType("aws:ec2/flowLog:FlowLog")).toHaveLength(1);
    expect(graph.named("eks-addon-coredns").inputs["addonVersion"]).toBe("v1.12.4-eksbuild.1");
    expect(graph.named("eks-addon-kube-proxy").inputs["addonVersion"]).toBeUndefined();
  });

  test("control-plane logs end: the group is ours, before the cluster", async () => {
    const graph = await stackGraph(eks());
    expect(graph.named("eks-logs").inputs).toMatchObject({
      name: "/aws/eks/labs-test/cluster",
      retentionInDays: 7,
    });
    expect(graph.waitsFor("eks-cluster", "eks-logs")).toBe(true);
  });

  test("rights by OIDC instead of pod identity", async () => {
    const graph = await stackGraph(eks({ loadBalancer: { identity: "irsa" } }), { preview: false });
    expect(graph.has("eks-lb-identity")).toBe(false);
    const trust = JSON.parse(String(graph.named("eks-lb-role-role").inputs["assumeRolePolicy"])) as {
      Statement: { Condition: { StringEquals: Record<string, string> } }[];
    };
    expect(trust.Statement[0]!.Condition.StringEquals).toEqual({
      "oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF:aud": "sts.amazonaws.com",
      "oidc.eks.us-west-2.amazonaws.com/id/0123456789ABCDEF:sub":
        "system:serviceaccount:kube-system:aws-load-balancer-controller",
    });
    const values = graph.named("eks-lb-controller").inputs["values"] as {
      serviceAccount: { annotations: Record<string, string> };
    };
    expect(values.serviceAccount.annotations["eks.amazonaws.com/role-arn"]).toMatch(/^arn:aws:iam::/);
  });

  test("the in-tree controller needs none of it", async () => {
    const graph = await stackGraph(eks({ loadBalancer: { controller: "aws-in-tree" } }));
    expect(graph.names().filter((n) => n.startsWith("eks-lb"))).toEqual([]);
  });

  test("wait false: what owns a load balancer is waited for, so that its controller outlives it", async () => {
    const config = {
      ...eks(),
      wait: false,
      ingress: { install: true },
      labs: { "load-balancing": { step: 3 } },
    };
    const graph = await stackGraph(config);
    expect(graph.named("ingress-release").inputs["skipAwait"]).toBe(false);
    const balancer = graph.resources.find(
      (r) => (r.inputs["spec"] as { type?: string } | undefined)?.type === "LoadBalancer",
    )!;
    const { annotations } = balancer.inputs["metadata"] as { annotations: Record<string, string> };
    expect(Object.keys(annotations)).not.toContain("pulumi.com/skipAwait");
    const { notes } = planStack("test", rawConfig(config));
    expect(notes.join("\n")).toMatch(/wait false: what owns a load balancer is waited for all the same/);
  });

  test("an internal load balancer: hairpins and a public zone are told", () => {
    const ingress = { install: true, loadBalancer: { scheme: "internal" } };
    const dns = { baseDomain: "labs.networking-class.dev", zone: "create" };
    const { notes } = planStack("test", rawConfig({ ...eks(), ingress, dns }));
    expect(notes.join("\n")).toMatch(/sends back to the same node, gets no answer.*targetType ip/s);
    expect(notes.join("\n")).toMatch(
      /public zone, and its records hold the internal load balancer's private addresses/,
    );
    const open = planStack("test", rawConfig({ ...eks(), ingress: { install: true }, dns })).notes.join("\n");
    expect(open).not.toMatch(/same node|private addresses/);
  });

  test("70 source ranges: more rules than a security group has", () => {
    const sourceRanges = Array.from({ length: 70 }, (_, i) => `52.0.${i}.0/24`);
    const ingress = { install: true, loadBalancer: { sourceRanges } };
    const { notes } = planStack("test", rawConfig({ ...eks(), ingress }));
    expect(notes.join("\n")).toMatch(
      /70 source ranges on two ports are 140 rules of a security group, and AWS gives 60/,
    );
  });

  test("a closed API server", async () => {
    const graph = await stackGraph(eks({ endpoint: { private: true } }));
    expect(graph.named("eks-cluster").inputs).toMatchObject({
      endpointPublicAccess: false,
      endpointPrivateAccess: true,
    });
    expect(graph.named("eks-cluster").inputs["publicAccessCidrs"]).toBeUndefined();
  });

  test("the kubeconfig holds no token, names the profile and is secret", async () => {
    const graph = await stackGraph(eks({ profile: "class" }), { preview: false });
    const provider = graph.named("eks-kubernetes");
    expect(provider.secrets).toContain("kubeconfig");
    const text = String(provider.unmasked["kubeconfig"]);
    expect(text).toContain("get-token");
    expect(text).toMatch(/name: AWS_PROFILE\n\s+value: class/);
    expect(text).not.toMatch(/\btoken:/);
    expect(graph.outputs["kubeconfig"]).toBe("[secret]");
    expect(graph.named("aws").inputs["profile"]).toBe("class");
  });
});
