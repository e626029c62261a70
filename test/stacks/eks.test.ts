import { stackGraph, type Graph } from "../support/graph";
import * as rules from "../support/rules";

const labs = { stars: { step: 4 }, yaobank: { step: 2 } };
const eks = (more: Record<string, unknown> = {}) => ({
  target: "eks",
  labs,
  owner: "ada",
  expires: "2026-12-01T18:00:00Z",
  ingress: { install: true },
  // With pods on subnets of their own a t3.medium takes twelve: two would not carry all of this.
  eks: {
    endpoint: { publicCidrs: ["203.0.113.7/32"] },
    nodeGroups: { workers: { min: 3, max: 4 } },
    ...more,
  },
});
const modes = ["aws", "aws-prefix", "aws-custom", "aws-custom-prefix", "calico"] as const;
const NODES = "eks-nodes-workers";

describe.each(modes)("cni %s", (cni) => {
  describe.each([true, false])("preview: %s", (preview) => {
    let graph: Graph;
    beforeAll(async () => {
      graph = await stackGraph(eks({ cni }), { preview });
    });
    const waits = (name: string, other: string) => graph.waitsFor(name, other);

    test("the rules over all resources hold", () => {
      expect(rules.onDefaultProvider(graph)).toEqual([]);
      expect(rules.duplicateUrns(graph)).toEqual([]);
      expect(rules.sameObjects(graph)).toEqual([]);
      expect(rules.invalidNames(graph)).toEqual([]);
      expect(rules.unpinnedCharts(graph)).toEqual([]);
      expect(rules.readableSecrets(graph)).toEqual([]);
    });

    test("the cluster comes bare: no default nodes, no add-ons, no CNI but ours", () => {
      const cluster = graph.named("eks-cluster");
      expect(cluster.remote).toBe(true);
      expect(cluster.inputs).toMatchObject({
        skipDefaultNodeGroup: true,
        bootstrapSelfManagedAddons: false,
        useDefaultVpcCni: true,
        kubeProxyAddonOptions: { enabled: false },
        corednsAddonOptions: { enabled: false },
        authenticationMode: "API",
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.7/32"],
        version: "1.36",
      });
      expect(cluster.inputs["privateSubnetIds"]).toHaveLength(2);
    });

    test("the component of another program gets its plugin's provider, and the AWS provider for its children", () => {
      const cluster = graph.named("eks-cluster");
      expect(cluster.providers["aws"]).toBe(graph.named("aws").urn);
      const plugin = graph.named("eks-plugin").urn;
      expect([cluster.provider, cluster.providers["eks"]]).toContain(plugin);
    });

    test("who gives pods addresses is there, and nobody else", () => {
      expect(graph.has("eks-addon-vpc-cni")).toBe(cni !== "calico");
      expect(graph.has("eks-addon-cni-role-AmazonEKS_CNI_Policy")).toBe(cni !== "calico");
      if (cni !== "calico") {
        expect(graph.named("eks-addon-vpc-cni").inputs["podIdentityAssociations"]).toMatchObject([
          { serviceAccount: "aws-node" },
        ]);
        // What hands out its rights is there before it, and on every node.
        for (const before of ["eks-addon-eks-pod-identity-agent", "eks-addon-cni-role-AmazonEKS_CNI_Policy"])
          expect(graph.waitsFor("eks-addon-vpc-cni", before)).toBe(true);
      }
      const installation = graph.objects().find((o) => o.kind === "Installation")!["spec"] as {
        kubernetesProvider: string;
        cni: { type: string };
        calicoNetwork: { bgp: string; ipPools?: { encapsulation: string; cidr: string }[] };
      };
      expect(installation.kubernetesProvider).toBe("EKS");
      expect(installation.cni.type).toBe(cni === "calico" ? "Calico" : "AmazonVPC");
      expect(installation.calicoNetwork.bgp).toBe("Disabled");
      if (cni === "calico") {
        expect(installation.calicoNetwork.ipPools).toMatchObject([
          { cidr: "192.168.0.0/16", encapsulation: "VXLAN" },
        ]);
      }
    });

    test("nodes wait for what makes them Ready", () => {
      expect(waits(NODES, "eks-addon-kube-proxy")).toBe(true);
      expect(waits(NODES, "eks-network-private-a-out")).toBe(true);
      expect(waits(NODES, "eks-nodes-role-AmazonEKSWorkerNodePolicy")).toBe(true);
      if (cni !== "calico") expect(waits(NODES, "eks-addon-vpc-cni")).toBe(true);
      if (cni === "aws-prefix") expect(waits(NODES, "eks-network-private-a-prefixes-lower")).toBe(true);
      if (cni === "aws-custom-prefix") expect(waits(NODES, "eks-network-pod-a-prefixes-lower")).toBe(true);
      if (cni.startsWith("aws-custom")) {
        expect(waits(NODES, "eks-addon-eniconfig-a")).toBe(true);
        expect(waits("eks-addon-eniconfig-a", "eks-addon-vpc-cni")).toBe(true);
        expect(waits("eks-network-pod-a", "eks-network-range-100-64-0-0-16")).toBe(true);
      }
    });

    test("Calico and nodes, each in its turn", () => {
      const chain =
        cni === "calico"
          ? [
              "eks-addon-coredns",
              "calico-ready-run",
              NODES,
              "calico-apiserver-default",
              "calico-installation-default",
              "calico-operator",
              "calico-crds-run",
              "eks-cluster",
            ]
          : [
              "calico-ready-run",
              "calico-apiserver-default",
              "calico-installation-default",
              "calico-crds-run",
              "calico-operator",
              NODES,
              "eks-addon-vpc-cni",
              "eks-cluster",
            ];
      for (const [i, name] of chain.slice(0, -1).entries())
        expect([name, chain[i + 1], waits(name, chain[i + 1]!)]).toEqual([name, chain[i + 1], true]);
      expect(waits("eks-addon-coredns", NODES)).toBe(true);
    });

    test("with Calico as CNI the operator is not awaited before there are nodes", () => {
      expect(graph.named("calico-operator").inputs["skipAwait"]).toBe(cni === "calico");
      const { LABS_CLUSTER_JOB: work } = graph.named("calico-crds-run").inputs["environment"] as Record<
        string,
        string
      >;
      expect(JSON.parse(work!)).toContain(cni === "calico" ? "apply" : "crds");
    });

    test("labs wait for policies, DNS and nodes", () => {
      for (const other of ["calico-ready-run", "eks-addon-coredns", NODES])
        expect(waits("lab-stars-deployment-client-client", other)).toBe(true);
    });

    test("destroy: Services with load balancers, their controller, nodes, network", () => {
      const balancers = graph.resources.filter(
        (r) =>
          r.type === "kubernetes:core/v1:Service" &&
          (r.inputs["spec"] as { type?: string }).type === "LoadBalancer",
      );
      const owners = [...balancers.map((r) => r.name), "ingress-release"].filter((n) => graph.has(n));
      expect(owners.length).toBeGreaterThan(0);
      for (const owner of owners) {
        expect(waits(owner, "eks-lb-controller")).toBe(true);
        // Deleted for real: with the cluster it would leave its load balancer behind.
        expect(graph.named(owner).deletedWith).toBeUndefined();
      }
      for (const name of ["eks-network-vpc", "eks-network-internet", "eks-network-public-out", NODES])
        expect(waits("eks-lb-controller", name)).toBe(true);
      for (const r of graph.resources.filter((x) => x.parent === graph.named("eks-network").urn))
        if (/:(Subnet|Route|RouteTable|NatGateway|InternetGateway|Vpc)$/.test(r.type))
          expect([r.name, waits(NODES, r.name)]).toEqual([r.name, true]);
    });

    test("what is in the cluster, or of it, goes with it", () => {
      const cluster = graph.named("eks-cluster").urn;
      const goes = (r: { type: string; deletedWith?: string }) => r.deletedWith === cluster;
      expect(graph.ofType("aws:eks/addon:Addon").every(goes)).toBe(true);
      const inside = graph.resources.filter(
        (r) => r.type.startsWith("kubernetes:") && /^(lab-|calico-)/.test(r.name),
      );
      // Felix settings are kept at destroy: the object is not ours.
      expect(inside.filter((r) => !goes(r) && !r.retainOnDelete).map((r) => r.name)).toEqual([]);
      expect(goes(graph.named("eks-lb-controller"))).toBe(true);
    });

    test("load balancers: webhooks answer where the control plane reaches them", () => {
      const values = graph.named("eks-lb-controller").inputs["values"] as Record<string, unknown>;
      expect(values["hostNetwork"]).toBe(cni === "calico" ? true : undefined);
      expect(values).toMatchObject({
        clusterName: "labs-test",
        region: "us-west-2",
        enableServiceMutatorWebhook: false,
        defaultTags: { "labs:owner": "ada", "labs:expires": "2026-12-01T18:00:00Z" },
      });
      expect(waits("eks-lb-controller", "eks-lb-identity")).toBe(true);
      expect(waits("eks-lb-controller", "eks-lb-role-policy")).toBe(true);
      expect(waits("eks-lb-controller", "eks-addon-eks-pod-identity-agent")).toBe(true);
    });

    test("nginx keeps off the port of the Pod Identity agent where both are on the node", () => {
      const { controller } = graph.named("ingress-release").inputs["values"] as {
        controller: { hostNetwork: boolean; containerPort?: unknown; extraArgs: Record<string, string> };
      };
      expect(controller.hostNetwork).toBe(cni === "calico");
      expect(controller.extraArgs["http-port"]).toBe(cni === "calico" ? "8880" : undefined);
      if (cni === "calico") expect(controller.containerPort).toEqual({ http: 8880, https: 443 });
    });

    test("max pods as planned, in the way of the operating system", () => {
      const most = { aws: 17, "aws-prefix": 110, "aws-custom": 12, "aws-custom-prefix": 110, calico: 110 }[
        cni
      ];
      const data = Buffer.from(
        String(graph.named(`${NODES}-template`).inputs["userData"]),
        "base64",
      ).toString();
      expect(data).toContain("Content-Type: application/node.eks.aws");
      expect(data).toContain(`maxPods: ${most}`);
      expect(data).toContain(`--max-pods=${most}`);
    });

    test("disks encrypted, metadata by token and one hop, no image of our own", () => {
      const { inputs } = graph.named(`${NODES}-template`);
      expect(inputs).toMatchObject({
        blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", volumeType: "gp3" } }],
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      });
      expect(inputs["imageId"]).toBeUndefined();
      expect(graph.named(NODES).inputs).toMatchObject({
        amiType: "AL2023_x86_64_STANDARD",
        instanceTypes: ["t3.medium"],
        scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 4 },
      });
      expect(graph.named(NODES).ignoreChanges).toEqual(["scalingConfig.desiredSize"]);
    });

    test("tags reach what the provider's own do not", () => {
      const tags = {
        "labs:stack": "test",
        "labs:cluster": "labs-test",
        "labs:owner": "ada",
        "labs:expires": "2026-12-01T18:00:00Z",
      };
      // Properties of a provider that are no text travel as JSON.
      expect(JSON.parse(String(graph.named("aws").inputs["defaultTags"]))).toEqual({ tags });
      const specs = graph.named(`${NODES}-template`).inputs["tagSpecifications"] as {
        resourceType: string;
        tags: Record<string, string>;
      }[];
      expect(specs.map((s) => s.resourceType).sort()).toEqual(["instance", "network-interface", "volume"]);
      for (const spec of specs) expect(spec.tags).toMatchObject(tags);
      const asg = graph
        .ofType("aws:autoscaling/tag:Tag")
        .map((r) => (r.inputs["tag"] as { key: string }).key);
      expect(asg.sort()).toEqual(Object.keys(tags).sort());
      expect(
        graph
          .ofType("aws:ec2/tag:Tag")
          .map((r) => r.inputs["key"])
          .sort(),
      ).toEqual(Object.keys(tags).sort());
      if (cni !== "calico") {
        const { env } = JSON.parse(
          String(graph.named("eks-addon-vpc-cni").inputs["configurationValues"]),
        ) as { env: Record<string, string> };
        expect(JSON.parse(env["ADDITIONAL_ENI_TAGS"]!)).toEqual(tags);
      }
    });
  });
});
