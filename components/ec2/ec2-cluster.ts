import type * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterFacts } from "../../kube/cluster-facts";
import { Network } from "../aws/network";
import type { Cluster } from "../cluster";
import { ClusterJob } from "../kubernetes/cluster-job";
import { Ec2Nodes } from "./ec2-nodes";
import { KUBECONFIG_JOB, type KubeconfigWork } from "./kubeconfig-job/work";
import type { Ec2Plan } from "./plan/ec2-types";
import { API_PORT } from "./plan/kubeadm-config";

export interface Ec2ClusterArgs {
  plan: Ec2Plan;
  facts: ClusterFacts;
  aws: aws.Provider;
  local: command.Provider;
}

const READ = "node --import tsx components/ec2/kubeconfig-job/main.ts";

/** Seconds from an instance that runs to an API server: packages, images, kubeadm. */
const PATIENCE = 1200;

/** A cluster of EC2 instances by kubeadm: network, nodes, and its kubeconfig. Nodes are NotReady until a CNI runs. */
export class Ec2Cluster extends pulumi.ComponentResource {
  readonly cluster: Cluster;
  private readonly args: Ec2ClusterArgs;
  private readonly prefix: string;

  constructor(name: string, args: Ec2ClusterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:ec2:Ec2Cluster", name, {}, { ...opts, providers: [args.aws, args.local] });
    const { plan, facts, local } = args;
    this.args = args;
    this.prefix = name;
    const parts = { plan, provider: args.aws };
    const network = new Network(`${name}-network`, parts, { parent: this });
    const nodes = new Ec2Nodes(`${name}-nodes`, { ...parts, network }, { parent: this });
    const { controlPlane, workers } = nodes;
    const kubeconfig = this.readKubeconfig(controlPlane);
    const provider = new k8s.Provider(
      `${name}-kubernetes`,
      { kubeconfig, clusterIdentifier: controlPlane.id, enableServerSideApply: true },
      // Deleted objects need the API server's address to the last.
      { parent: this, dependsOn: controlPlane },
    );
    this.cluster = {
      name: plan.name,
      provider,
      local,
      kubeconfig,
      facts,
      apiServer: { host: plan.kubeadm.address, port: API_PORT },
      identity: controlPlane.id,
      goesWith: controlPlane,
      nodes: workers,
    };
    this.registerOutputs({ clusterName: plan.name });
  }

  /** Once Calico is there: every node that was planned has joined and is Ready. */
  nodesReady(after: pulumi.Resource[]): pulumi.Resource[] {
    const { plan } = this.args;
    return [
      new ClusterJob(
        `${this.prefix}-nodes-ready`,
        {
          cluster: this.cluster,
          work: ["ready", ...plan.nodes.map((n) => `v1/Node/${n.name}`)],
          triggers: plan.nodes.map((n) => n.name),
          timeout: 900,
        },
        { parent: this, dependsOn: after },
      ),
    ];
  }

  /** Waits for the control plane's word in the parameter; an earlier instance may have left its own there. */
  private readKubeconfig(controlPlane: aws.ec2.Instance): pulumi.Output<string> {
    const { place, profile, handover } = this.args.plan;
    const work = controlPlane.id.apply((instance) =>
      JSON.stringify({
        region: place.region,
        ...(profile === undefined ? {} : { profile }),
        parameter: handover.kubeconfig,
        instance,
        patience: PATIENCE,
      } satisfies KubeconfigWork),
    );
    const read = new command.local.Command(
      `${this.prefix}-kubeconfig`,
      {
        create: READ,
        // Another way to ask, as another profile, is no reason to ask again.
        update: "node --version",
        environment: { [KUBECONFIG_JOB]: work },
        logging: command.local.Logging.None,
        triggers: [controlPlane.id],
      },
      {
        parent: this,
        additionalSecretOutputs: ["stdout"],
        customTimeouts: { create: `${PATIENCE + 60}s` },
      },
    );
    return pulumi.secret(read.stdout);
  }
}
