import { planEks } from "../../../components/eks/plan/eks-plan";
import { offlineFacts } from "../../../components/eks/plan/aws-facts";
import { eksSchema } from "../../../components/eks/eks-config";
import { stackGraph, type Graph } from "../../support/graph";

const endpoint = { publicCidrs: ["198.51.101.7/32"] };
const problems = (config: object) =>
  planEks(
    eksSchema.parse({ endpoint, ...config }),
    { stack: "s", clusterName: "c", kubernetes: "1.36", pools: [], today: new Date("2026-11-20") },
    offlineFacts,
  ).problems.map((p) => `${p.path}: ${p.message}`);

test("a version of what is not installed, and nodes that the driver keeps off, are refused", () => {
  expect(problems({ addons: { ebsCsi: "v1.50.1-eksbuild.1" } })).toEqual([
    "eks.addons.ebsCsi: is the version of an add-on that is not installed",
  ]);
  expect(problems({ storage: "ebs", nodeGroups: { arm: { instanceTypes: ["a1.large"] } } })).toEqual([
    expect.stringMatching(/^eks\.nodeGroups\.arm\.instanceTypes\[0\]: the EBS CSI driver does not run on a1/),
  ]);
  expect(problems({ storage: "ebs", addons: { ebsCsi: "v1.50.1-eksbuild.1" } })).toEqual([]);
});

describe.each(["aws", "calico"])("cni %s", (cni) => {
  let graph: Graph;
  beforeAll(async () => {
    const eks = { cni, endpoint, storage: "ebs", nodeGroups: { workers: { min: 3 } } };
    graph = await stackGraph({ target: "eks", labs: { stars: {} }, owner: "ada", eks }, { preview: false });
  });

  test("rights by Pod Identity, tags on its volumes, one encrypted default class", () => {
    const { inputs } = graph.named("eks-storage-driver");
    expect(inputs["podIdentityAssociations"]).toMatchObject([{ serviceAccount: "ebs-csi-controller-sa" }]);
    expect(JSON.parse(String(inputs["configurationValues"]))).toEqual({
      controller: {
        region: "us-west-2",
        extraVolumeTags: expect.objectContaining({ "labs:owner": "ada" }) as unknown,
      },
    });
    expect(graph.has("eks-storage-role-AmazonEBSCSIDriverPolicy")).toBe(true);
    expect(graph.named("eks-storage-gp3").inputs).toMatchObject({
      metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "ebs.csi.aws.com",
      parameters: { encrypted: "true" },
    });
  });

  test("destroy: the class, then the volumes, then driver, rights and nodes; the first two for real", () => {
    const chain = ["eks-storage-gp3", "eks-storage-volumes-run", "eks-storage-driver"];
    for (const [i, name] of chain.slice(0, -1).entries()) {
      expect(graph.waitsFor(name, chain[i + 1]!)).toBe(true);
      expect(graph.named(name).deletedWith).toBeUndefined();
    }
    for (const name of [
      "eks-nodes-workers",
      "eks-addon-eks-pod-identity-agent",
      "eks-storage-role-AmazonEBSCSIDriverPolicy",
    ])
      expect([name, graph.waitsFor("eks-storage-driver", name)]).toEqual([name, true]);
    const { inputs } = graph.named("eks-storage-volumes-run");
    expect(inputs["delete"]).toContain("cluster-job/main.ts");
    expect(inputs["create"]).toBe("node --version");
    expect(graph.waitsFor("lab-stars-deployment-client-client", "eks-storage-gp3")).toBe(true);
  });
});
