/** A resource of a plan, as far as AWS's rules go. */
interface Planned {
  type: string;
  name: string;
  inputs: Readonly<Record<string, unknown>>;
}

/**
 * Properties of which a change makes the resource anew (documentation of the AWS provider, "changes force replacement";
 * of @pulumi/eks' cluster, what it passes on). A resource that is not here has none that this project sets, or only its
 * provider knows.
 */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  "pulumi:providers:aws": ["region"],
  "eks:index:Cluster": [
    "name",
    "vpcId",
    "kubernetesServiceIpAddressRange",
    "bootstrapSelfManagedAddons",
    "ipFamily",
  ],
  "aws:eks/nodeGroup:NodeGroup": [
    "amiType",
    "capacityType",
    "clusterName",
    "diskSize",
    "instanceTypes",
    "nodeGroupName",
    "nodeRoleArn",
    "subnetIds",
  ],
  "aws:eks/addon:Addon": ["addonName", "clusterName"],
  "aws:eks/accessEntry:AccessEntry": ["clusterName", "principalArn", "type"],
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": [
    "accessScope",
    "clusterName",
    "policyArn",
    "principalArn",
  ],
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": ["clusterName", "namespace", "serviceAccount"],
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": ["cidrBlock", "vpcId"],
  "aws:ec2/subnet:Subnet": ["availabilityZone", "cidrBlock", "vpcId"],
  "aws:ec2/subnetCidrReservation:SubnetCidrReservation": ["cidrBlock", "reservationType", "subnetId"],
  "aws:ec2/natGateway:NatGateway": ["allocationId", "connectivityType", "subnetId"],
  "aws:ec2/routeTable:RouteTable": ["vpcId"],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ["subnetId"],
  "aws:ec2/route:Route": ["destinationCidrBlock", "routeTableId"],
  "aws:ec2/securityGroup:SecurityGroup": ["description", "name", "vpcId"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["serviceName", "vpcEndpointType", "vpcId"],
  "aws:ec2/flowLog:FlowLog": [
    "iamRoleArn",
    "logDestination",
    "maxAggregationInterval",
    "trafficType",
    "vpcId",
  ],
  "aws:ec2/launchTemplate:LaunchTemplate": ["name"],
  "aws:iam/role:Role": ["name", "path"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["policyArn", "role"],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ["url"],
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:route53/zone:Zone": ["name"],
  "aws:route53/record:Record": ["name", "type", "zoneId"],
};

/** Whether a change makes a resource of AWS anew. */
export function replacesAtAws(type: string, properties: readonly { path: string }[]): boolean {
  const replacing = REPLACING[type] ?? [];
  return properties.some((p) => replacing.includes(p.path.split(/[.[]/)[0] ?? ""));
}

const SUBNET = "aws:ec2/subnet:Subnet";

/** What AWS refuses of a change where the stack stands, each as a sentence. */
export function refusedAtAws(before: readonly Planned[], now: readonly Planned[]): string[] {
  const found: string[] = [];
  const both = (type: string) => {
    const old = before.find((r) => r.type === type);
    const head = now.find((r) => r.type === type && r.name === old?.name);
    return old === undefined || head === undefined ? undefined : { old: old.inputs, head: head.inputs };
  };
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const cluster = both("eks:index:Cluster");
  if (cluster !== undefined) {
    const { old, head } = cluster;
    const [from, to] = [text(old["version"]), text(head["version"])];
    const minor = (version: string) => Number(version.split(".")[1]);
    const steps = minor(to) - minor(from);
    if (steps < 0) found.push(`Kubernetes ${from} → ${to}: EKS never goes back`);
    if (steps > 1) found.push(`Kubernetes ${from} → ${to}: EKS goes up one minor version at a time`);
    const zones = (all: readonly Planned[]) =>
      all.flatMap((r) => (r.type === SUBNET && /-private-[a-z]$/.test(r.name) ? [r.name] : []));
    const gone = zones(before).filter((name) => !zones(now).includes(name));
    if (gone.length > 0)
      found.push(
        `${gone.join(", ")} would go: a zone is taken from the control plane, which EKS keeps where it was made`,
      );
    const services = "kubernetesServiceIpAddressRange";
    if (text(old[services]) !== text(head[services]))
      found.push(`the Service range ${text(old[services])} → ${text(head[services])}: EKS never changes it`);
    if (old["encryptionConfigKeyArn"] !== undefined && head["encryptionConfigKeyArn"] === undefined)
      found.push("the encryption of Secrets is switched off, which EKS does not do");
    const cni = (all: readonly Planned[]) => all.some((r) => r.inputs["addonName"] === "vpc-cni");
    if (cni(before) !== cni(now))
      found.push(
        "the CNI changes to or from Calico's: nodes and pods would lose their network (this project refuses it)",
      );
  }
  const vpc = both("aws:ec2/vpc:Vpc");
  if (vpc !== undefined && vpc.old["cidrBlock"] !== vpc.head["cidrBlock"])
    found.push(
      `the VPC's range ${text(vpc.old["cidrBlock"])} → ${text(vpc.head["cidrBlock"])}: a new VPC, and the cluster cannot leave its own`,
    );
  const subnets = now.filter((r) => r.type === SUBNET);
  for (const subnet of subnets) {
    const old = before.find((r) => r.type === subnet.type && r.name === subnet.name)?.inputs["cidrBlock"];
    const cidr = subnet.inputs["cidrBlock"];
    if (old === undefined || old === cidr || vpc?.old["cidrBlock"] !== vpc?.head["cidrBlock"]) continue;
    found.push(
      `${subnet.name} ${text(old)} → ${text(cidr)}: AWS makes no subnet over one that stands, and what is on it holds it`,
    );
  }
  return found;
}
