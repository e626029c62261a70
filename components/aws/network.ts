import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FlowLogs } from "./flow-logs";
import { interfaceEndpoints } from "./interface-endpoints";
import { subnetTags, type VpcPlan } from "./plan/vpc-plan";
import { nodeRole } from "./plan/address-demand";
import { zoneLetter, type SubnetRole } from "./plan/network-request";

export interface NetworkArgs {
  plan: VpcPlan;
  provider: aws.Provider;
}

/** What stands on a network needs no more of it, whoever has made it. */
export interface ClusterNetwork {
  vpcId: pulumi.Output<string>;
  ways: pulumi.Resource[];
  reservations: pulumi.Resource[];
  subnetIds(role: SubnetRole, zones?: readonly string[]): pulumi.Output<string>[];
  nodeSubnetIds(zones: readonly string[]): pulumi.Output<string>[];
}

/** The VPC of a cluster, as planned: ranges, subnets, ways out. */
export class Network extends pulumi.ComponentResource implements ClusterNetwork {
  readonly vpcId: pulumi.Output<string>;
  /** After these a node reaches the internet, and until they are gone load balancers can be reached. */
  readonly ways: pulumi.Resource[];
  /** Kept for /28 prefixes: before the first node takes single addresses out of the middle. */
  readonly reservations: pulumi.Resource[];
  private readonly subnets: ReadonlyMap<string, aws.ec2.Subnet>;
  private readonly args: NetworkArgs;
  private readonly prefix: string;

  constructor(name: string, args: NetworkArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // Its first name: another token would make every VPC again.
    super("labs:eks:Network", name, {}, { ...opts, providers: [args.provider] });
    this.args = args;
    this.prefix = name;
    const vpc = this.vpc();
    this.vpcId = vpc.id;
    this.subnets = this.makeSubnets(vpc, this.secondaryRanges(vpc));
    const gateway = args.plan.network.nat === "isolated" ? undefined : this.internetGateway(vpc);
    const publicTables = gateway === undefined ? [] : [this.publicRoutes(vpc, gateway)];
    const privateTables = this.privateRoutes(vpc, gateway);
    this.reservations = this.reservePrefixes();
    const s3 = this.s3Endpoint(vpc, [...publicTables.map((t) => t.table), ...privateTables.tables]);
    const endpoints =
      args.plan.endpoints.length === 0
        ? []
        : [
            ...s3,
            ...interfaceEndpoints(this, name, { plan: args.plan, vpc, subnetIds: this.subnetIds("private") }),
          ];
    if (args.plan.flowLogs !== undefined) {
      new FlowLogs(
        `${name}-flow-logs`,
        { vpcId: vpc.id, place: args.plan.place, retentionDays: args.plan.flowLogs.retentionDays },
        { parent: this },
      );
    }
    this.ways = [...publicTables.flatMap((t) => t.ways), ...privateTables.ways, ...endpoints];
    this.registerOutputs({ vpcId: vpc.id });
  }

  /** Subnets of a role, in the order of the zones. */
  subnetIds(
    role: SubnetRole,
    zones: readonly string[] = this.args.plan.network.zones,
  ): pulumi.Output<string>[] {
    return zones.flatMap((zone) => {
      const subnet = this.subnets.get(`${role}-${zoneLetter(zone)}`);
      return subnet === undefined ? [] : [subnet.id];
    });
  }

  /** Where nodes are launched. */
  nodeSubnetIds(zones: readonly string[]): pulumi.Output<string>[] {
    return this.subnetIds(nodeRole(this.args.plan.network), zones);
  }

  private vpc(): aws.ec2.Vpc {
    return new aws.ec2.Vpc(
      `${this.prefix}-vpc`,
      {
        cidrBlock: this.args.plan.network.vpcCidr,
        // The private endpoint of EKS is a name in the VPC.
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: this.named("vpc"),
      },
      { parent: this },
    );
  }

  private secondaryRanges(vpc: aws.ec2.Vpc): ReadonlyMap<string, aws.ec2.VpcIpv4CidrBlockAssociation> {
    return new Map(
      this.args.plan.network.secondaryCidrs.map((cidrBlock) => [
        cidrBlock,
        new aws.ec2.VpcIpv4CidrBlockAssociation(
          `${this.prefix}-range-${cidrBlock.replace(/[./]/g, "-")}`,
          { vpcId: vpc.id, cidrBlock },
          { parent: this },
        ),
      ]),
    );
  }

  private makeSubnets(
    vpc: aws.ec2.Vpc,
    ranges: ReadonlyMap<string, pulumi.Resource>,
  ): ReadonlyMap<string, aws.ec2.Subnet> {
    const { plan } = this.args;
    return new Map(
      plan.network.subnets.map((subnet) => [
        subnet.name,
        new aws.ec2.Subnet(
          `${this.prefix}-${subnet.name}`,
          {
            vpcId: vpc.id,
            cidrBlock: subnet.cidr,
            availabilityZone: subnet.zone,
            // Only where nodes have no other way to a registry.
            mapPublicIpOnLaunch: subnet.role === "public" && subnet.nodes,
            tags: { ...this.named(subnet.name), ...subnetTags(subnet, plan.name) },
          },
          // A pod subnet lies in a secondary range, which must be there first and go last.
          { parent: this, dependsOn: subnet.role === "pod" ? [...ranges.values()] : [] },
        ),
      ]),
    );
  }

  private internetGateway(vpc: aws.ec2.Vpc): aws.ec2.InternetGateway {
    return new aws.ec2.InternetGateway(
      `${this.prefix}-internet`,
      { vpcId: vpc.id, tags: this.named("internet") },
      { parent: this },
    );
  }

  private publicRoutes(vpc: aws.ec2.Vpc, gateway: aws.ec2.InternetGateway): Routes {
    const table = this.table(vpc, "public");
    const route = new aws.ec2.Route(
      `${this.prefix}-public-out`,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );
    return { table, ways: [route, ...this.associate(table, "public")] };
  }

  /** A table for each zone, even with one NAT gateway: then another gateway changes a route and no table. */
  private privateRoutes(
    vpc: aws.ec2.Vpc,
    gateway: aws.ec2.InternetGateway | undefined,
  ): { tables: aws.ec2.RouteTable[]; ways: pulumi.Resource[] } {
    const { nat, zones } = this.args.plan.network;
    const first = zones[0] ?? "";
    const gateways = new Map<string, aws.ec2.NatGateway>();
    if (gateway !== undefined) {
      if (nat === "single") gateways.set(first, this.natGateway(first, gateway));
      if (nat === "perZone") for (const zone of zones) gateways.set(zone, this.natGateway(zone, gateway));
    }
    const tables: aws.ec2.RouteTable[] = [];
    const ways: pulumi.Resource[] = [];
    for (const zone of zones) {
      const letter = zoneLetter(zone);
      const table = this.table(vpc, `private-${letter}`);
      tables.push(table);
      const out = gateways.get(zone) ?? gateways.get(first);
      if (out !== undefined) {
        ways.push(
          new aws.ec2.Route(
            `${this.prefix}-private-${letter}-out`,
            { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: out.id },
            { parent: this },
          ),
        );
      }
      ways.push(...this.associate(table, "private", zone), ...this.associate(table, "pod", zone));
    }
    return { tables, ways };
  }

  private natGateway(zone: string, gateway: aws.ec2.InternetGateway): aws.ec2.NatGateway {
    const letter = zoneLetter(zone);
    const address = new aws.ec2.Eip(
      `${this.prefix}-nat-${letter}-address`,
      { domain: "vpc", tags: this.named(`nat-${letter}`) },
      { parent: this, dependsOn: gateway },
    );
    return new aws.ec2.NatGateway(
      `${this.prefix}-nat-${letter}`,
      {
        allocationId: address.allocationId,
        subnetId: this.subnetIds("public", [zone])[0] ?? "",
        tags: this.named(`nat-${letter}`),
      },
      // It needs the gateway's route only through the VPC, which no input says.
      { parent: this, dependsOn: gateway },
    );
  }

  private table(vpc: aws.ec2.Vpc, name: string): aws.ec2.RouteTable {
    return new aws.ec2.RouteTable(
      `${this.prefix}-${name}-routes`,
      { vpcId: vpc.id, tags: this.named(name) },
      { parent: this },
    );
  }

  private associate(table: aws.ec2.RouteTable, role: SubnetRole, zone?: string): pulumi.Resource[] {
    return this.args.plan.network.subnets
      .filter((s) => s.role === role && (zone === undefined || s.zone === zone))
      .flatMap((s) => {
        const subnet = this.subnets.get(s.name);
        return subnet === undefined
          ? []
          : [
              new aws.ec2.RouteTableAssociation(
                `${this.prefix}-${s.name}-association`,
                { routeTableId: table.id, subnetId: subnet.id },
                { parent: this },
              ),
            ];
      });
  }

  private reservePrefixes(): pulumi.Resource[] {
    return this.args.plan.network.subnets.flatMap((s) =>
      s.prefixReservations.map((cidrBlock, i) => {
        const half = i === 0 ? "lower" : "upper";
        return new aws.ec2.SubnetCidrReservation(
          `${this.prefix}-${s.name}-prefixes-${half}`,
          {
            subnetId: this.subnetIds(s.role, [s.zone])[0] ?? "",
            cidrBlock,
            reservationType: "prefix",
            description: "whole /28 prefixes for pods",
          },
          { parent: this },
        );
      }),
    );
  }

  private s3Endpoint(vpc: aws.ec2.Vpc, tables: aws.ec2.RouteTable[]): aws.ec2.VpcEndpoint[] {
    const { plan } = this.args;
    if (!plan.s3Endpoint) return [];
    return [
      new aws.ec2.VpcEndpoint(
        `${this.prefix}-s3`,
        {
          vpcId: vpc.id,
          vpcEndpointType: "Gateway",
          serviceName: `com.amazonaws.${plan.place.region}.s3`,
          routeTableIds: tables.map((t) => t.id),
          tags: this.named("s3"),
        },
        { parent: this },
      ),
    ];
  }

  private named(what: string): Record<string, string> {
    return { Name: `${this.args.plan.name}-${what}` };
  }
}

interface Routes {
  table: aws.ec2.RouteTable;
  ways: pulumi.Resource[];
}
