import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { reasonOf, type Problem } from "../../kube/problems";
import type { EksConfig } from "./eks-config";
import { endpointServices } from "./plan/private-network";
import type { NetworkFacts, SubnetFacts } from "./plan/aws-facts";

/** Asks AWS for the VPC and the subnets that the config names; nothing where it names none. */
export async function lookUpNetwork(
  config: EksConfig,
  provider: aws.Provider,
  path = "eks.network.existing",
): Promise<{ facts?: NetworkFacts; problems: Problem[] }> {
  const { existing, private: isPrivate } = config.network;
  if (existing === undefined) return { problems: [] };
  const { region } = config;
  const services = [...endpointServices(config), "s3"];
  const problems: Problem[] = [];
  const opts = { provider, async: true } as const;
  const refused = (at: string, value: string) => (error: unknown) => {
    const [line = ""] = reasonOf(error)
      .split("\n")
      .filter((l) => l.trim() !== "");
    problems.push({
      path: at,
      value,
      message: `AWS does not give it: ${line.trim()}`,
      fix: "an id of this region and account",
    });
    return undefined;
  };
  const ids = (["privateSubnets", "publicSubnets", "podSubnets"] as const).flatMap((list) =>
    existing[list].map((id, i) => [`${path}.${list}[${i}]`, id] as const),
  );
  const [vpc, subnets] = await Promise.all([
    aws.ec2.getVpc({ id: existing.vpcId }, opts).catch(refused(`${path}.vpcId`, existing.vpcId)),
    Promise.all(
      ids.map(async ([at, id]) => [id, await subnetFacts(id, opts).catch(refused(at, id))] as const),
    ),
  ]);
  if (vpc === undefined) return { problems };
  const endpoints = isPrivate ? await endpointsOf(existing.vpcId, services, region, opts) : undefined;
  return {
    problems,
    facts: {
      cidr: vpc.cidrBlock,
      ranges: [
        vpc.cidrBlock,
        ...vpc.cidrBlockAssociations.filter((a) => a.state === "associated").map((a) => a.cidrBlock),
      ].filter((range, i, all) => all.indexOf(range) === i),
      dns: vpc.enableDnsHostnames && vpc.enableDnsSupport,
      ...(endpoints === undefined ? {} : { endpoints }),
      subnets: Object.fromEntries(
        subnets.flatMap(([id, found]) => (found === undefined ? [] : [[id, found]])),
      ),
    },
  };
}

/** Of these services, those that have an endpoint in the VPC that stands and answers by the service's own name. */
async function endpointsOf(
  vpcId: string,
  services: readonly string[],
  region: string,
  opts: pulumi.InvokeOptions,
): Promise<string[]> {
  const found = services.map(async (service) => {
    const serviceName = `com.amazonaws.${region}.${service}`;
    return aws.ec2.getVpcEndpoint({ vpcId, serviceName, state: "available" }, opts).then(
      (e) => (e.vpcEndpointType === "Gateway" || e.privateDnsEnabled ? [service] : []),
      () => [],
    );
  });
  return (await Promise.all(found)).flat();
}

async function subnetFacts(id: string, opts: pulumi.InvokeOptions): Promise<SubnetFacts> {
  const subnet = await aws.ec2.getSubnet({ id }, opts);
  return {
    vpcId: subnet.vpcId,
    zone: subnet.availabilityZone,
    cidr: subnet.cidrBlock,
    free: subnet.availableIpAddressCount,
    publicIp: subnet.mapPublicIpOnLaunch,
    way: await wayOf(id, subnet.vpcId, opts),
    tags: subnet.tags,
  };
}

/** Where the subnet's route table sends what is for the internet; without one of its own it has the VPC's main table. */
async function wayOf(
  subnetId: string,
  vpcId: string,
  opts: pulumi.InvokeOptions,
): Promise<SubnetFacts["way"]> {
  const tables = async (name: string, value: string): Promise<string[]> =>
    (await aws.ec2.getRouteTables({ vpcId, filters: [{ name, values: [value] }] }, opts)).ids;
  const [own] = await tables("association.subnet-id", subnetId);
  const [main] = own === undefined ? await tables("association.main", "true") : [];
  const routeTableId = own ?? main;
  if (routeTableId === undefined) return "none";
  const { routes } = await aws.ec2.getRouteTable({ routeTableId }, opts);
  const route = routes.find((r) => r.cidrBlock === "0.0.0.0/0");
  if (route === undefined) return "none";
  if (route.natGatewayId !== "") return "nat";
  return route.gatewayId.startsWith("igw-") ? "internet" : "other";
}
