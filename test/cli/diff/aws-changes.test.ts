import { refusedAtAws } from "../../../cli/diff/aws-changes";
import { diffMarkdown } from "../../../cli/diff/diff-markdown";
import { diffResources, type PlannedResource } from "../../../cli/diff/resource-changes";
import { stackGraph } from "../../support/graph";

const eks = (more: object, others: object = {}) => ({
  target: "eks",
  labs: { stars: { step: 0 } },
  eks: { endpoint: { publicCidrs: ["203.0.113.7/32"] }, ...more },
  ...others,
});
async function planned(sections: object): Promise<PlannedResource[]> {
  const { resources } = await stackGraph(sections as Record<string, unknown>, { preview: true });
  return resources.map((r) => ({
    urn: r.urn,
    type: r.type,
    name: r.name,
    custom: !r.type.startsWith("labs:") && !r.type.startsWith("eks:index"),
    inputs: r.inputs,
  }));
}
/** What is told of a change: lines in bold. */
async function told(before: object, now: object): Promise<string[]> {
  const [base, head] = [await planned(before), await planned(now)];
  const text = diffMarkdown({
    stack: "eks",
    base: "main",
    isNew: false,
    resources: diffResources(base, head),
    refused: refusedAtAws(base, head),
    flows: { groups: [] },
    elsewhere: [],
    cost: {},
    workloads: { added: [], removed: [] },
    guardrails: [],
    intents: [],
  });
  return text.split("\n").filter((l) => /^\*\*(The EKS|Nodes|AWS)/.test(l));
}

test.each<[string, object, object, RegExp[]]>([
  ["more nodes", eks({}), eks({ nodeGroups: { workers: { min: 3 } } }), []],
  [
    "more pods on a node",
    eks({}),
    eks({ cni: "aws-prefix" }),
    [/^\*\*Nodes are renewed.*`eks-nodes-workers`/],
  ],
  ["a zone more", eks({}), eks({ zones: 3 }), [/^\*\*Nodes are replaced\*\*: `eks-nodes-workers`/]],
  [
    "a zone less",
    eks({ zones: 3 }),
    eks({}),
    [/^\*\*Nodes are replaced/, /AWS refuses this .*a zone is taken from the control plane/],
  ],
  [
    "another type",
    eks({}),
    eks({ nodeGroups: { workers: { instanceTypes: ["m5.large"] } } }),
    [/^\*\*Nodes are replaced/],
  ],
  [
    "an older version",
    eks({}),
    eks({}, { kubernetes: "1.35" }),
    [/AWS refuses this .*1\.36 → 1\.35: EKS never goes back/],
  ],
  [
    "another Service range",
    eks({}),
    eks({ network: { serviceCidr: "172.21.0.0/16" } }),
    [/^\*\*The EKS cluster is replaced/, /AWS refuses this .*Service range 172\.20\.0\.0\/16 → 172\.21/],
  ],
  ["Calico's CNI", eks({}), eks({ cni: "calico" }), [/AWS refuses this .*to or from Calico's/]],
  [
    "another VPC",
    eks({}),
    eks({ network: { vpcCidr: "10.1.0.0/16" } }),
    [/AWS refuses this .*10\.0\.0\.0\/16 → 10\.1\.0\.0\/16: a new VPC/],
  ],
  ["another region", eks({}), eks({ region: "eu-west-1" }), [/^\*\*The EKS cluster is replaced/]],
])("%s", async (_, before, now, expected) => {
  const lines = await told(before, now);
  for (const line of expected) expect(lines).toContainEqual(expect.stringMatching(line));
  if (expected.length === 0) expect(lines).toEqual([]);
});
