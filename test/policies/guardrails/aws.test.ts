import { type RegisteredResource } from "../../../policies/guardrails/registered";
import { UNKNOWN } from "../../../packages/reach/src/selector";
import { say, table, TEMPLATE, none } from "./table";

table("encryption", {
  passes: [
    ["an encrypted disk", TEMPLATE, { blockDeviceMappings: [{ ebs: { encrypted: "true" } }] }, none],
    ["an instance store", TEMPLATE, { blockDeviceMappings: [{ virtualName: "ephemeral0" }] }, none],
    ["an encrypted volume", "aws:ebs/volume:Volume", { encrypted: true }, none],
    [
      "a storage class of another provisioner",
      "kubernetes:storage.k8s.io/v1:StorageClass",
      { provisioner: "rancher.io/local-path" },
      none,
    ],
  ],
  fails: [
    [
      "a disk of which nothing is said",
      TEMPLATE,
      { blockDeviceMappings: [{ ebs: {} }] },
      "blockDeviceMappings[0].ebs.encrypted",
    ],
    ["a plain volume", "aws:ebs/volume:Volume", { encrypted: false }, "encrypted"],
    ["a node group without a template", "aws:eks/nodeGroup:NodeGroup", {}, "launchTemplate"],
    [
      "a storage class",
      "kubernetes:storage.k8s.io/v1:StorageClass",
      { provisioner: "ebs.csi.aws.com", parameters: {} },
      "parameters.encrypted",
    ],
  ],
  unknown: [
    ["the flag", "aws:ebs/volume:Volume", { encrypted: UNKNOWN }, "encrypted"],
    ["all disks", TEMPLATE, { blockDeviceMappings: UNKNOWN }, "blockDeviceMappings"],
    ["one disk", TEMPLATE, { blockDeviceMappings: [UNKNOWN] }, "blockDeviceMappings[0].ebs.encrypted"],
  ],
});

table("imdsv2", {
  passes: [
    ["tokens required", TEMPLATE, { metadataOptions: { httpTokens: "required" } }, none],
    ["no metadata at all", TEMPLATE, { metadataOptions: { httpEndpoint: "disabled" } }, none],
    ["@pulumi/eks's option", "eks:index:ManagedNodeGroup", { enableIMDSv2: true }, none],
    [
      "a node group with a template",
      "aws:eks/nodeGroup:NodeGroup",
      { launchTemplate: { id: UNKNOWN } },
      none,
    ],
  ],
  fails: [
    ["nothing said", TEMPLATE, {}, "metadataOptions.httpTokens"],
    [
      "tokens optional",
      "aws:ec2/instance:Instance",
      { metadataOptions: { httpTokens: "optional" } },
      "metadataOptions.httpTokens",
    ],
    ["@pulumi/eks without the option", "eks:index:ManagedNodeGroup", {}, "enableIMDSv2"],
    ["a node group without a template", "aws:eks/nodeGroup:NodeGroup", {}, "launchTemplate"],
  ],
  unknown: [
    ["the option", TEMPLATE, { metadataOptions: { httpTokens: UNKNOWN } }, "metadataOptions.httpTokens"],
    ["all options", TEMPLATE, { metadataOptions: UNKNOWN }, "metadataOptions.httpTokens"],
  ],
});

const NAT = "aws:ec2/natGateway:NatGateway";
const tagged = { "labs:expires": "2026-11-21T18:00:00Z" };
table("expiry-tag", {
  passes: [
    ["a tag", NAT, { tags: tagged }, none],
    ["a tag by the engine's merge", NAT, { tags: {}, tagsAll: tagged }, none],
    ["what costs nothing", "aws:ec2/vpc:Vpc", {}, none],
    ["a gateway endpoint", "aws:ec2/vpcEndpoint:VpcEndpoint", {}, none],
  ],
  fails: [
    ["no tag", NAT, { tagsAll: {} }, "tags"],
    ["a tag that is no time", NAT, { tags: { "labs:expires": "soon" } }, "tags.labs:expires"],
    [
      "an interface endpoint",
      "aws:ec2/vpcEndpoint:VpcEndpoint",
      { vpcEndpointType: "Interface", tagsAll: {} },
      "tags",
    ],
  ],
  unknown: [
    ["the tags", NAT, { tags: UNKNOWN }, "tags"],
    ["the value", NAT, { tags: { "labs:expires": UNKNOWN } }, "tags.labs:expires"],
    ["a provider that is not seen", NAT, { tags: {} }, "tags"],
  ],
});

test("expiry-tag: the provider's default tags count, as data and as the engine's JSON", () => {
  const provider = (defaultTags: unknown): RegisteredResource => ({
    urn: "urn:aws",
    type: "pulumi:providers:aws",
    name: "aws",
    inputs: { defaultTags },
    dependencies: [],
    provider: "",
  });
  const of = (defaultTags: unknown) =>
    say("expiry-tag", NAT, {}, { provider: "urn:aws" }, [provider(defaultTags)]).map((v) => v.verdict);
  expect(of({ tags: tagged })).toEqual([]);
  expect(of(JSON.stringify({ tags: tagged }))).toEqual([]);
  expect(of({ tags: { other: "x" } })).toEqual(["violation"]);
  expect(of(undefined)).toEqual(["violation"]);
  expect(of({ tags: UNKNOWN })).toEqual(["unknown"]);
  expect(of(UNKNOWN)).toEqual(["unknown"]);
});
