import * as aws from "@pulumi/aws";
import type { Problem } from "../../kube/problems";
import type { InstanceFacts } from "../aws/plan/instance-types";
import { similarInstanceType } from "../aws/plan/instance-types";
import type { AwsFacts } from "./plan/aws-facts";
import type { EksConfig } from "./eks-config";

/** What is asked about. */
export interface Asked {
  region: string;
  profile?: string | undefined;
  /** Where the config names instance types, and which. */
  types: Readonly<Record<string, readonly string[]>>;
}

/** Instance types of node groups, by where the config names them. */
export const groupTypes = ({ nodeGroups }: EksConfig): Asked["types"] =>
  Object.fromEntries(
    Object.entries(nodeGroups).map(([name, g]) => [`nodeGroups.${name}.instanceTypes`, g.instanceTypes]),
  );

export interface Answers {
  facts: AwsFacts;
  problems: Problem[];
}

/**
 * Asks AWS what the plan has to know: account, zones, Kubernetes versions, instance types. Plain promises before any
 * resource but the provider, so that a plan that cannot work fails at preview. Every question is asked; every answer
 * that is a refusal becomes a problem.
 */
export async function lookUpAws(config: Asked, provider: aws.Provider, path = "eks"): Promise<Answers> {
  const problems: Problem[] = [];
  const opts = { provider, async: true } as const;
  const types = [...new Set(Object.values(config.types).flat())];
  const [identity, zones, versions, facts, offerings] = await Promise.all([
    aws
      .getCallerIdentity({}, opts)
      .then(
        (a) => ({ account: a.accountId, caller: a.arn }),
        refused(problems, "AWS credentials", credentialsFix(config.profile)),
      ),
    aws
      .getAvailabilityZones(
        { state: "available", filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
        opts,
      )
      .then(
        (a) => Object.fromEntries(a.names.map((name, i) => [name, a.zoneIds[i] ?? ""])),
        refused(
          problems,
          `${path}.region`,
          "a region that your account can use, and the right ec2:DescribeAvailabilityZones",
          config.region,
        ),
      ),
    aws.eks
      .getClusterVersions({}, opts)
      // Only a check: without the right to ask, the table of this project decides.
      .then(
        (a) => a.clusterVersions.map((v) => v.clusterVersion),
        () => undefined,
      ),
    Promise.all(types.map((type) => lookUpType(type, opts, problems, typePath(config, type, path)))),
    aws.ec2
      .getInstanceTypeOfferings(
        { locationType: "availability-zone", filters: [{ name: "instance-type", values: types }] },
        opts,
      )
      .then(
        (a) => byType(types, a.instanceTypes, a.locations),
        () => undefined,
      ),
  ]);
  const known = new Map(facts.flatMap((f) => (f === undefined ? [] : [[f.instanceType, f] as const])));
  return {
    problems,
    facts: {
      instanceType: (name) => known.get(name),
      stage: "looked-up",
      ...identity,
      ...(zones === undefined ? {} : { zones }),
      ...(versions === undefined || versions.length === 0 ? {} : { versions }),
      ...(offerings === undefined ? {} : { offerings }),
    },
  };
}

async function lookUpType(
  instanceType: string,
  opts: { provider: aws.Provider },
  problems: Problem[],
  path: string,
): Promise<InstanceFacts | undefined> {
  const similar = similarInstanceType(instanceType);
  const fix =
    similar === undefined || similar === instanceType
      ? "a type that this region has: aws ec2 describe-instance-type-offerings"
      : `did you mean ${similar}?`;
  return aws.ec2
    .getInstanceType({ instanceType }, opts)
    .then(fromAws, refused(problems, path, fix, instanceType));
}

/** The facts that count, of AWS's answer. */
export function fromAws(a: aws.ec2.GetInstanceTypeResult): InstanceFacts {
  // `maximumNetworkInterfaces` is over all cards; pods use the default one only.
  const card = a.networkCards.find((c) => c.index === a.defaultNetworkCardIndex);
  const architecture = a.supportedArchitectures.includes("arm64")
    ? "arm64"
    : a.supportedArchitectures.includes("x86_64")
      ? "amd64"
      : undefined;
  const accelerator = a.gpuses.some((g) => g.manufacturer === "NVIDIA")
    ? ("nvidia" as const)
    : a.neuronDevices.length > 0 || a.inferenceAccelerators.length > 0
      ? ("neuron" as const)
      : undefined;
  return {
    instanceType: a.instanceType,
    enis: card?.maximumInterfaces ?? a.maximumNetworkInterfaces,
    ipv4PerEni: a.maximumIpv4AddressesPerInterface,
    vcpus: a.defaultVcpus,
    memory: a.memorySize,
    // Bare metal has no hypervisor to name, and has Nitro cards.
    nitro: a.hypervisor === "nitro" || a.bareMetal,
    ...(architecture === undefined ? {} : { architecture }),
    ...(accelerator === undefined ? {} : { accelerator }),
    networkCards: Math.max(1, a.networkCards.length),
  };
}

function byType(
  types: readonly string[],
  named: readonly string[],
  locations: readonly string[],
): Record<string, string[]> {
  const found: Record<string, string[]> = Object.fromEntries(types.map((type) => [type, []]));
  named.forEach((type, i) => {
    const zone = locations[i];
    if (zone !== undefined) found[type]?.push(zone);
  });
  return found;
}

function typePath({ types }: Asked, type: string, path: string): string {
  for (const [at, named] of Object.entries(types)) {
    const i = named.indexOf(type);
    if (i >= 0) return `${path}.${at}[${i}]`;
  }
  return path;
}

function refused(
  problems: Problem[],
  path: string,
  fix: string,
  value?: string,
): (error: unknown) => undefined {
  return (error) => {
    const said = error instanceof Error ? error.message : String(error);
    const line = said.split("\n").find((l) => l.trim() !== "");
    problems.push({
      path,
      ...(value === undefined ? {} : { value }),
      message: line === undefined ? "AWS refuses it" : `AWS refuses it: ${line.trim()}`,
      fix,
    });
    return undefined;
  };
}

export function credentialsFix(profile: string | undefined): string {
  const name = profile === undefined ? "" : ` --profile ${profile}`;
  return `log in (aws sso login${name}), or set AWS_PROFILE or AWS_ACCESS_KEY_ID; check with: aws sts get-caller-identity${name}`;
}
