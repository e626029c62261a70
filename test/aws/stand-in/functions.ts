import type { Aws } from "./aws";
import type { Values } from "./resources/resource-type";

/** Functions of the AWS provider that the program calls: which calls they make, and what they give. */
const functions: Record<string, (inputs: Values, aws: Aws) => Promise<Values> | Values> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async (_, aws) => {
    const { Account, Arn, UserId } = await aws.call("sts", "GetCallerIdentity");
    return { accountId: Account, arn: Arn, userId: UserId };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": async (inputs, aws) => {
    const output = await aws.call("ec2", "DescribeAvailabilityZones", { Filters: filters(inputs) });
    const zones = (output["AvailabilityZones"] as Values[]).filter((z) => z["State"] === inputs["state"]);
    return { names: zones.map((z) => z["ZoneName"]), zoneIds: zones.map((z) => z["ZoneId"]) };
  },
  "aws:ssm/getParameter:getParameter": async ({ name }, aws) => {
    // moto has none of Canonical's parameters: any of its images stands in.
    if (
      !/^\/aws\/service\/canonical\/ubuntu\/server\/24\.04\/stable\/current\/(amd64|arm64)\//.test(
        String(name),
      )
    )
      throw new Error(`the stand-in does not know the parameter ${String(name)}`);
    const output = await aws.call("ec2", "DescribeImages");
    return { insecureValue: (output["Images"] as Values[])[0]?.["ImageId"] };
  },
  "aws:eks/getClusterVersions:getClusterVersions": async (_, aws) => {
    const { clusterVersions } = await aws.call("eks", "DescribeClusterVersions");
    return { clusterVersions };
  },
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": async (inputs, aws) => {
    const output = await aws.call("ec2", "DescribeInstanceTypeOfferings", {
      LocationType: inputs["locationType"],
      Filters: filters(inputs),
    });
    const offerings = output["InstanceTypeOfferings"] as { InstanceType: string; Location: string }[];
    return {
      instanceTypes: offerings.map((o) => o.InstanceType),
      locations: offerings.map((o) => o.Location),
    };
  },
  "aws:ec2/getInstanceType:getInstanceType": async ({ instanceType }, aws) => {
    const output = await aws.call("ec2", "DescribeInstanceTypes", { InstanceTypes: [instanceType] });
    return instanceFacts((output["InstanceTypes"] as InstanceType[])[0]);
  },
  "aws:eks/getClusters:getClusters": async (_, aws) => ({
    names: (await aws.call("eks", "ListClusters"))["clusters"],
  }),
  "aws:eks/getCluster:getCluster": async ({ name }, aws) => {
    const { cluster } = await aws.call("eks", "DescribeCluster", { name });
    const { endpoint, resourcesVpcConfig, version, kubernetesNetworkConfig } = cluster as Values;
    return {
      name,
      endpoint,
      version,
      vpcConfig: resourcesVpcConfig,
      kubernetesNetworkConfigs: kubernetesNetworkConfig === undefined ? [] : [kubernetesNetworkConfig],
    };
  },
  "aws:eks/getNodeGroups:getNodeGroups": async ({ clusterName }, aws) => ({
    names: (await aws.call("eks", "ListNodegroups", { clusterName }))["nodegroups"],
  }),
  "aws:eks/getNodeGroup:getNodeGroup": async ({ clusterName, nodeGroupName }, aws) => {
    const which = { clusterName, nodegroupName: nodeGroupName };
    const { nodegroup } = await aws.call("eks", "DescribeNodegroup", which);
    return { nodeGroupName, scalingConfigs: [(nodegroup as Values)["scalingConfig"]] };
  },
  "aws:eks/getAddon:getAddon": async ({ clusterName, addonName }, aws) => {
    const { addon } = await aws.call("eks", "DescribeAddon", { clusterName, addonName });
    return addon as Values;
  },
  "aws:ec2/getSubnet:getSubnet": async ({ id }, aws) => {
    const output = await aws.call("ec2", "DescribeSubnets", { SubnetIds: [id] });
    const [subnet] = output["Subnets"] as Values[];
    return {
      id,
      availabilityZone: subnet?.["AvailabilityZone"],
      vpcId: subnet?.["VpcId"],
      cidrBlock: subnet?.["CidrBlock"],
      availableIpAddressCount: subnet?.["AvailableIpAddressCount"],
      mapPublicIpOnLaunch: subnet?.["MapPublicIpOnLaunch"],
      tags: tagsOf(subnet),
    };
  },
  "aws:ec2/getVpc:getVpc": async ({ id }, aws) => {
    const output = await aws.call("ec2", "DescribeVpcs", { VpcIds: [id] });
    const [vpc] = output["Vpcs"] as Values[];
    const attribute = async (Attribute: string, member: string): Promise<unknown> =>
      ((await aws.call("ec2", "DescribeVpcAttribute", { VpcId: id, Attribute }))[member] as Values)["Value"];
    return {
      cidrBlock: vpc?.["CidrBlock"],
      cidrBlockAssociations: (vpc?.["CidrBlockAssociationSet"] as Values[]).map((a) => ({
        cidrBlock: a["CidrBlock"],
        state: (a["CidrBlockState"] as Values)["State"],
      })),
      enableDnsSupport: await attribute("enableDnsSupport", "EnableDnsSupport"),
      enableDnsHostnames: await attribute("enableDnsHostnames", "EnableDnsHostnames"),
    };
  },
  "aws:ec2/getVpcEndpoint:getVpcEndpoint": async ({ vpcId, serviceName, state }, aws) => {
    const output = await aws.call("ec2", "DescribeVpcEndpoints", {
      Filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "service-name", Values: [serviceName] },
      ],
    });
    const [endpoint] = (output["VpcEndpoints"] as Values[]).filter(
      (e) => String(e["State"]).toLowerCase() === state,
    );
    if (endpoint === undefined) throw new Error("no matching EC2 VPC Endpoint found");
    return {
      vpcEndpointType: endpoint["VpcEndpointType"],
      privateDnsEnabled: endpoint["PrivateDnsEnabled"] ?? false,
    };
  },
  "aws:ec2/getRouteTables:getRouteTables": async (inputs, aws) => {
    const output = await aws.call("ec2", "DescribeRouteTables", {
      Filters: [{ Name: "vpc-id", Values: [inputs["vpcId"]] }, ...filters(inputs)],
    });
    return { ids: (output["RouteTables"] as Values[]).map((t) => t["RouteTableId"]) };
  },
  "aws:ec2/getRouteTable:getRouteTable": async ({ routeTableId }, aws) => {
    const output = await aws.call("ec2", "DescribeRouteTables", { RouteTableIds: [routeTableId] });
    const [table] = output["RouteTables"] as Values[];
    return {
      routes: (table?.["Routes"] as Values[]).map((r) => ({
        cidrBlock: r["DestinationCidrBlock"] ?? "",
        gatewayId: r["GatewayId"] ?? "",
        natGatewayId: r["NatGatewayId"] ?? "",
      })),
    };
  },
  "aws:cloudwatch/getLogGroups:getLogGroups": async ({ logGroupNamePrefix }, aws) => {
    const { logGroups } = await aws.call("logs", "DescribeLogGroups", { logGroupNamePrefix });
    return { logGroupNames: (logGroups as Values[]).map((g) => g["logGroupName"]) };
  },
  "aws:servicequotas/getServiceQuota:getServiceQuota": async ({ serviceCode, quotaCode }, aws) => {
    const { Quota } = await aws.call("service-quotas", "GetServiceQuota", {
      ServiceCode: serviceCode,
      QuotaCode: quotaCode,
    });
    return { value: (Quota as Values)["Value"] };
  },
  "aws:ec2/getVpcs:getVpcs": async (inputs, aws) => {
    const output = await aws.call("ec2", "DescribeVpcs", { Filters: tagFilters(inputs) });
    return { ids: (output["Vpcs"] as Values[]).map((v) => v["VpcId"]) };
  },
  "aws:ec2/getEips:getEips": async (inputs, aws) => {
    const output = await aws.call("ec2", "DescribeAddresses", { Filters: tagFilters(inputs) });
    return { allocationIds: (output["Addresses"] as Values[]).map((a) => a["AllocationId"]) };
  },
  // The provider has them in a table: AWS has no such call.
  "aws:lb/getHostedZoneId:getHostedZoneId": () => ({ id: "Z18D5FSROUN65G" }),
  "aws:route53/getZone:getZone": async ({ name }, aws) => {
    const output = await aws.call("route53", "ListHostedZonesByName", { DNSName: name });
    const [zone] = output["HostedZones"] as { Id: string; Name: string }[];
    if (zone === undefined) throw new Error(`no matching Route 53 Hosted Zone found: ${String(name)}`);
    const { DelegationSet } = await aws.call("route53", "GetHostedZone", { Id: zone.Id });
    const { NameServers } = DelegationSet as Values;
    return { zoneId: zone.Id.replace("/hostedzone/", ""), name, nameServers: NameServers };
  },
};

/** @throws where the program calls a function that this stand-in does not know */
export async function lookUp(aws: Aws, token: string, inputs: Values): Promise<Values> {
  const known = functions[token];
  if (known === undefined) throw new Error(`the stand-in does not know the function ${token}`);
  return known(inputs, aws);
}

const filters = (inputs: Values): { Name: string; Values: string[] }[] =>
  ((inputs["filters"] as { name: string; values: string[] }[] | undefined) ?? []).map((f) => ({
    Name: f.name,
    Values: f.values,
  }));

const tagsOf = (thing: Values | undefined): Record<string, string> =>
  Object.fromEntries(
    ((thing?.["Tags"] as { Key: string; Value: string }[] | undefined) ?? []).map((t) => [t.Key, t.Value]),
  );

const tagFilters = (inputs: Values): { Name: string; Values: string[] }[] =>
  Object.entries((inputs["tags"] as Record<string, string> | undefined) ?? {}).map(([key, value]) => ({
    Name: `tag:${key}`,
    Values: [value],
  }));

interface InstanceType {
  InstanceType: string;
  Hypervisor?: string;
  BareMetal: boolean;
  VCpuInfo: { DefaultVCpus: number };
  MemoryInfo: { SizeInMiB: number };
  ProcessorInfo: { SupportedArchitectures: string[] };
  GpuInfo?: { Gpus: { Manufacturer: string }[] };
  NeuronInfo?: { NeuronDevices: unknown[] };
  InferenceAcceleratorInfo?: { Accelerators: unknown[] };
  NetworkInfo: {
    MaximumNetworkInterfaces: number;
    Ipv4AddressesPerInterface: number;
    DefaultNetworkCardIndex: number;
    NetworkCards: { NetworkCardIndex: number; MaximumNetworkInterfaces: number }[];
  };
}

function instanceFacts(type: InstanceType | undefined): Values {
  if (type === undefined) throw new Error("no matching EC2 Instance Type found");
  const { NetworkInfo } = type;
  return {
    instanceType: type.InstanceType,
    hypervisor: type.Hypervisor ?? "",
    bareMetal: type.BareMetal,
    defaultVcpus: type.VCpuInfo.DefaultVCpus,
    memorySize: type.MemoryInfo.SizeInMiB,
    supportedArchitectures: type.ProcessorInfo.SupportedArchitectures,
    gpuses: (type.GpuInfo?.Gpus ?? []).map((g) => ({ manufacturer: g.Manufacturer })),
    neuronDevices: type.NeuronInfo?.NeuronDevices ?? [],
    inferenceAccelerators: type.InferenceAcceleratorInfo?.Accelerators ?? [],
    maximumNetworkInterfaces: NetworkInfo.MaximumNetworkInterfaces,
    maximumIpv4AddressesPerInterface: NetworkInfo.Ipv4AddressesPerInterface,
    defaultNetworkCardIndex: NetworkInfo.DefaultNetworkCardIndex,
    networkCards: NetworkInfo.NetworkCards.map((c) => ({
      index: c.NetworkCardIndex,
      maximumInterfaces: c.MaximumNetworkInterfaces,
    })),
  };
}
