import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { serviceTrust } from "../aws-trust";
import type { Network } from "../aws/network";
import { ServiceRole } from "../aws/service-role";
import { NodeSecurity } from "./node-security";
import type { Ec2Node, Ec2Plan } from "./plan/ec2-types";
import { controlPlaneFiles, userData, workerFiles } from "./plan/node-files";
import { minorOf } from "./plan/node-scripts";
import { nodePolicy } from "./plan/node-policies";

export interface Ec2NodesArgs {
  plan: Ec2Plan;
  network: Network;
  provider: aws.Provider;
}

/** The instances: one control plane at an address that stays, and workers that join it. */
export class Ec2Nodes extends pulumi.ComponentResource {
  readonly controlPlane: aws.ec2.Instance;
  readonly workers: aws.ec2.Instance[];
  /** Where the API server is reached from outside. */
  readonly address: pulumi.Output<string>;
  private readonly args: Ec2NodesArgs;
  private readonly prefix: string;
  private readonly security: NodeSecurity;
  private readonly handover: aws.ssm.Parameter[];

  constructor(name: string, args: Ec2NodesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:ec2:Ec2Nodes", name, {}, { ...opts, providers: [args.provider] });
    this.args = args;
    this.prefix = name;
    const { plan, network } = args;
    this.security = new NodeSecurity(`${name}-security`, { plan, vpcId: network.vpcId }, { parent: this });
    this.handover = (["join", "kubeconfig"] as const).map((what) => this.parameter(what));
    const [control, ...others] = plan.nodes;
    if (control === undefined) throw new Error("no control plane is planned");
    const { link, eip, attached } = this.publicAddress(control);
    this.address = eip.publicIp;
    this.controlPlane = this.makeControlPlane(control, link, [attached]);
    const profile = this.profile("worker", false);
    this.workers = others.map((node) => this.makeWorker(node, profile));
    this.registerOutputs({});
  }

  /** Made here, so that it goes with the stack; the control plane writes what is in it. */
  private parameter(what: "join" | "kubeconfig"): aws.ssm.Parameter {
    return new aws.ssm.Parameter(
      `${this.prefix}-${what}`,
      { name: this.args.plan.handover[what], type: "SecureString", value: pulumi.secret("none yet") },
      {
        parent: this,
        // The control plane's, which may also take the larger tier for it.
        ignoreChanges: ["value", "tier"],
        deleteBeforeReplace: true,
      },
    );
  }

  /** Interface and address before the instance: it boots with both, and the next one has the same. */
  private publicAddress(node: Ec2Node) {
    const { plan, network } = this.args;
    const named = { Name: node.name };
    const link = new aws.ec2.NetworkInterface(
      `${this.prefix}-control-plane-interface`,
      {
        subnetId: network.subnetIds("public", [node.zone])[0] ?? "",
        privateIps: [plan.kubeadm.address],
        securityGroups: this.security.groupIds(true),
        sourceDestCheck: plan.sourceDestCheck !== "off",
        description: `${node.name}, control plane`,
        tags: named,
      },
      // Two interfaces cannot have one address.
      { parent: this, deleteBeforeReplace: true, ...this.felixSets() },
    );
    const eip = new aws.ec2.Eip(
      `${this.prefix}-control-plane-address`,
      { domain: "vpc", tags: named },
      { parent: this, dependsOn: network.ways },
    );
    const attached = new aws.ec2.EipAssociation(
      `${this.prefix}-control-plane-attached`,
      { allocationId: eip.allocationId, networkInterfaceId: link.id },
      { parent: this, dependsOn: network.ways },
    );
    return { link, eip, attached };
  }

  private makeControlPlane(
    node: Ec2Node,
    link: aws.ec2.NetworkInterface,
    after: pulumi.Resource[],
  ): aws.ec2.Instance {
    const { plan } = this.args;
    const profile = this.profile("control-plane", true);
    const data = this.address.apply((ip) => userData(node, controlPlaneFiles(this.setup(node), ip)));
    return new aws.ec2.Instance(
      `${this.prefix}-control-plane`,
      {
        ...this.machine(node, profile, data),
        primaryNetworkInterface: { networkInterfaceId: link.id },
      },
      {
        ...this.options(profile, after),
        // Another cluster: kubeadm changes none of it in place here. A newer patch is for new clusters.
        replacementTrigger: JSON.stringify({ ...plan.kubeadm, version: minorOf(plan.kubeadm.version) }),
        // The interface is one.
        deleteBeforeReplace: true,
      },
    );
  }

  private makeWorker(node: Ec2Node, profile: aws.iam.InstanceProfile): aws.ec2.Instance {
    const { plan, network } = this.args;
    const data = this.controlPlane.id.apply((id) => userData(node, workerFiles(this.setup(node), id)));
    const made = new aws.ec2.Instance(
      `${this.prefix}-${this.short(node)}`,
      {
        ...this.machine(node, profile, data),
        subnetId: network.subnetIds(node.subnet, [node.zone])[0] ?? "",
        vpcSecurityGroupIds: this.security.groupIds(false),
        sourceDestCheck: plan.sourceDestCheck !== "off",
      },
      {
        ...this.options(profile, [this.controlPlane]),
        // A node of an earlier control plane belongs to no cluster.
        replaceWith: [this.controlPlane],
        // Its name is taken until it is gone.
        deleteBeforeReplace: true,
      },
    );
    if (plan.sourceDestCheck === "felix")
      // A launch gives an interface no tags, and by this one Felix's right holds.
      new aws.ec2.Tag(
        `${this.prefix}-${this.short(node)}-interface`,
        { resourceId: made.primaryNetworkInterfaceId, key: "labs:cluster", value: plan.name },
        { parent: this, deletedWith: made },
      );
    return made;
  }

  private machine(node: Ec2Node, profile: aws.iam.InstanceProfile, data: pulumi.Output<string>) {
    const { plan, provider } = this.args;
    const image = aws.ssm.getParameterOutput({ name: node.image }, { provider, parent: this });
    return {
      ami: image.insecureValue,
      instanceType: node.instanceType,
      iamInstanceProfile: profile.name,
      userData: data,
      // Tokens only, and one hop: pods do not get the node's rights. calico-node is on the host's network.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        volumeType: "gp3",
        volumeSize: node.diskGiB,
        encrypted: true,
        deleteOnTermination: true,
        // Volumes get no tags from the provider.
        tags: { ...plan.tags, Name: node.name },
      },
      tags: { Name: node.name },
    };
  }

  private options(profile: aws.iam.InstanceProfile, after: pulumi.Resource[]): pulumi.CustomResourceOptions {
    const { network } = this.args;
    return {
      parent: this,
      dependsOn: [...network.ways, ...this.security.rules, ...this.handover, profile, ...after],
      // A newer image, or newer words for cloud-init, which runs once: no reason to take a node away.
      ignoreChanges: ["ami", "userData", ...(this.felixSets().ignoreChanges ?? [])],
    };
  }

  private profile(who: "control-plane" | "worker", controlPlane: boolean): aws.iam.InstanceProfile {
    const { plan } = this.args;
    const role = new ServiceRole(
      `${this.prefix}-${who}-role`,
      {
        trust: serviceTrust("ec2.amazonaws.com"),
        policy: nodePolicy(plan.place, controlPlane, plan.sourceDestCheck === "felix"),
      },
      { parent: this },
    );
    return new aws.iam.InstanceProfile(
      `${this.prefix}-${who}-profile`,
      { role: role.roleName },
      { parent: this, dependsOn: role },
    );
  }

  /** Felix's from then on. */
  private felixSets(): { ignoreChanges?: string[] } {
    return this.args.plan.sourceDestCheck === "felix" ? { ignoreChanges: ["sourceDestCheck"] } : {};
  }

  private setup(node: Ec2Node) {
    const { plan } = this.args;
    return { cluster: plan.kubeadm, node, region: plan.place.region, handover: plan.handover };
  }

  private short(node: Ec2Node): string {
    return node.name.slice(this.args.plan.name.length + 1);
  }
}
