import { addressAt } from "../../../kube/ip";
import type { Problem } from "../../../kube/problems";
import { chooseZones } from "../../aws/plan/aws-regions";
import { stackTags } from "../../aws/plan/aws-tags";
import { partitionOf } from "../../aws/plan/iam-policies";
import { planNetwork } from "../../aws/plan/network-plan";
import type { NetworkPlan, NetworkRequest } from "../../aws/plan/network-request";
import { OWN_ADDRESS, publicCidrProblems } from "../../aws/plan/public-cidrs";
import type { Ec2Config } from "../ec2-config";
import type { Ec2Facts, Ec2Node, Ec2Plan } from "./ec2-types";
import { accountProblems, instanceProblems } from "./instance-rules";
import type { KubeadmCluster } from "./kubeadm-config";
import { handover } from "./node-policies";
import { securityRules } from "./security-rules";

export interface Ec2Context {
  stack: string;
  clusterName: string;
  /** With the patch, as `1.36.4`. */
  version: string;
  owner?: string | undefined;
  expires?: string | undefined;
  kubeProxyMode: KubeadmCluster["kubeProxyMode"];
}

export interface PlannedEc2 {
  plan?: Ec2Plan;
  problems: Problem[];
  warnings: string[];
}

/** Plans a cluster on EC2, or says every reason against it. */
export function planEc2(config: Ec2Config, context: Ec2Context, aws: Ec2Facts, path = "ec2"): PlannedEc2 {
  const available = aws.zones === undefined ? {} : { available: aws.zones };
  const zones =
    typeof config.zones === "number" ? chooseZones(config.region, config.zones, available) : config.zones;
  const nodes = nodesOf(config, context.clusterName, zones, aws);
  const problems = [
    ...accountProblems(config, aws, path),
    ...instanceProblems(config, nodes, aws, path),
    ...endpointProblems(config, aws, path),
  ];
  const network = planNetwork(networkRequest(config, zones, nodes, aws), path, available);
  problems.push(...network.problems);
  const { warnings } = network;
  if (network.plan === undefined || problems.length > 0) return { problems, warnings };
  const { clusterName, version, kubeProxyMode } = context;
  const { serviceCidr, s3Endpoint, flowLogs } = config.network;
  const { publicCidrs, nodePortCidrs } = config.endpoint;
  return {
    problems,
    warnings,
    plan: {
      name: clusterName,
      place: {
        partition: partitionOf(config.region),
        region: config.region,
        account: aws.account ?? config.account ?? "*",
        cluster: clusterName,
      },
      ...(config.profile === undefined ? {} : { profile: config.profile }),
      network: network.plan,
      endpoints: [],
      s3Endpoint,
      ...(flowLogs === undefined ? {} : { flowLogs }),
      kubeadm: {
        name: clusterName,
        version,
        address: controlPlaneAddress(network.plan, zones[0] ?? ""),
        podCidr: config.podCidr,
        serviceCidr,
        kubeProxyMode,
      },
      nodes,
      rules: securityRules({
        between: config.between,
        podCidrs: [config.podCidr],
        publicCidrs,
        nodePortCidrs,
      }),
      publicCidrs,
      sourceDestCheck: config.sourceDestCheck,
      handover: handover(clusterName),
      architectures: [...new Set(nodes.flatMap((n) => aws.instanceType(n.instanceType)?.architecture ?? []))],
      tags: stackTags({
        stack: context.stack,
        cluster: clusterName,
        owner: context.owner,
        expires: context.expires,
        extra: config.tags,
      }),
    },
  };
}

/** Canonical's Ubuntu 24.04, newest: its kernel has every module that Calico uses. */
const ubuntu = (architecture: "amd64" | "arm64"): string =>
  `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`;

/** The control plane in the first zone; workers go round the zones from there. */
export function nodesOf(
  { controlPlane, workers, network }: Pick<Ec2Config, "controlPlane" | "workers" | "network">,
  clusterName: string,
  zones: readonly string[],
  aws: Pick<Ec2Facts, "instanceType">,
): Ec2Node[] {
  const node = (
    name: string,
    zone: string,
    { instanceType, diskGiB }: Ec2Config["controlPlane"],
    subnet: Ec2Node["subnet"],
  ): Omit<Ec2Node, "controlPlane"> => ({
    name: `${clusterName}-${name}`,
    instanceType,
    diskGiB,
    zone,
    subnet,
    image: ubuntu(aws.instanceType(instanceType)?.architecture ?? "amd64"),
  });
  return [
    // On a public subnet always: its address must be reached from outside.
    { ...node("control-plane", zones[0] ?? "", controlPlane, "public"), controlPlane: true },
    ...Array.from({ length: workers.count }, (_, i) => ({
      ...node(
        `worker-${i + 1}`,
        zones[i % Math.max(1, zones.length)] ?? "",
        workers,
        network.nat === "none" ? "public" : "private",
      ),
      controlPlane: false,
    })),
  ];
}

/** AWS keeps the first four of a subnet and hands out the others as it likes: this one is taken before any instance. */
function controlPlaneAddress({ subnets }: NetworkPlan, zone: string): string {
  const subnet = subnets.find((s) => s.role === "public" && s.zone === zone);
  return subnet === undefined ? "" : addressAt(subnet.cidr, 10);
}

function networkRequest(
  config: Ec2Config,
  zones: readonly string[],
  nodes: readonly Ec2Node[],
  aws: Ec2Facts,
): NetworkRequest {
  const { vpcCidr, serviceCidr, peers, nat } = config.network;
  const types = [...new Set(nodes.map((n) => n.instanceType))].flatMap((t) => aws.instanceType(t) ?? []);
  return {
    cluster: "EC2",
    region: config.region,
    zones,
    cni: "calico",
    vpcCidr,
    secondaryCidrs: [],
    serviceCidr,
    podCidrs: [config.podCidr],
    peers,
    nat,
    prefixes: {},
    // One address a node: the control plane counts with the workers.
    groups: types.length === 0 ? [] : [{ name: "nodes", types, max: nodes.length, zones, perZone: false }],
    warm: {},
  };
}

function endpointProblems({ endpoint }: Ec2Config, { stage }: Ec2Facts, path: string): Problem[] {
  const words = { refused: "so it lets nobody in", without: "or leave it out" };
  const problems = (["publicCidrs", "nodePortCidrs"] as const).flatMap((key) =>
    publicCidrProblems(endpoint[key], `${path}.endpoint.${key}`, stage === "looked-up", words),
  );
  if (endpoint.publicCidrs.length === 0)
    problems.push({
      path: `${path}.endpoint.publicCidrs`,
      message: "nobody gets in: `up` itself works with the API server from this machine",
      fix: OWN_ADDRESS,
    });
  return problems;
}
