import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { goesWith, inCluster, type ApiServerAddress, type Cluster } from "../cluster";
import { ClusterJob } from "../kubernetes/cluster-job";
import { logicalName, registerObject, registerPatch } from "../kubernetes/objects";
import { chartRef, type Mirrors } from "../mirrors";
import { charts } from "../versions";
import type { CalicoPlan } from "./plan/calico-plan";
import {
  apiServer,
  crdNames,
  felixConfiguration,
  installation,
  observability,
  operatorNamespace,
  operatorValues,
} from "./plan/specs";

export interface CalicoArgs {
  cluster: Cluster;
  plan: CalicoPlan;
  mirrors: Mirrors;
  /** Fields of FelixConfiguration that a lab of this stack sets. */
  felixLeftToLabs?: readonly string[];
  /** false: nothing is waited for (a cluster without nodes, or without time). */
  wait: boolean;
}

/**
 * Calico by its operator. The order is CRDs, operator, Installation, APIServer, and, once nodes are there, a job that
 * waits for both to be Ready; policies come after it, because the webhook that checks them fails closed until then.
 * Deletion is the reverse, so the operator still lives when its resources go and takes their finalizers off.
 */
export class Calico extends pulumi.ComponentResource {
  /** After these, nodes may come. */
  readonly installed: pulumi.Resource[];
  private readonly args: CalicoArgs;
  private readonly prefix: string;

  constructor(name: string, args: CalicoArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:calico:Calico", name, {}, inCluster(args.cluster, opts));
    this.args = args;
    this.prefix = name;
    const before = args.plan.crds.by === "apply" ? [this.applyCrds()] : [];
    const operator = this.operator(before);
    const crds = args.plan.crds.by === "operator" && args.wait ? [this.operatorCrds(operator)] : before;
    const resource = this.object(installation(args.plan, args.mirrors), [operator, ...crds]);
    const server = this.object(apiServer(), [resource]);
    const logs = args.plan.observability ? observability.map((o) => this.object(o, [server])) : [];
    this.installed = [resource, server, ...logs];
    this.registerOutputs({ version: args.plan.version });
  }

  /** What policies and pods wait for; `nodes` are those that came after Calico. */
  ready(nodes: pulumi.Resource[]): pulumi.Resource[] {
    const { cluster, plan, wait } = this.args;
    const after = [...this.installed, ...nodes];
    const running = wait
      ? [
          new ClusterJob(
            `${this.prefix}-ready`,
            {
              cluster,
              work: [
                "ready",
                "operator.tigera.io/v1/Installation/default",
                "operator.tigera.io/v1/APIServer/default",
                // Their own status has no condition; the operator tells it in a TigeraStatus.
                ...(plan.observability
                  ? ["goldmane", "whisker"].map((n) => `operator.tigera.io/v1/TigeraStatus/${n}=Available`)
                  : []),
              ],
              triggers: [plan.version],
              timeout: 900,
            },
            { parent: this, dependsOn: after },
          ),
        ]
      : after;
    const settings = felixConfiguration(plan, this.args.felixLeftToLabs);
    const felix = registerPatch(logicalName(this.prefix, settings), settings, {
      parent: this,
      dependsOn: running,
      // Where nothing else set a field, the patch alone holds the required `spec` and could not be given back.
      retainOnDelete: true,
      ...goesWith(cluster),
    });
    return [...running, felix];
  }

  private operator(dependsOn: pulumi.Resource[]): k8s.helm.v3.Release {
    const { cluster, plan, mirrors, wait } = this.args;
    const namespace = this.object(operatorNamespace(cluster.name), []);
    return new k8s.helm.v3.Release(
      `${this.prefix}-operator`,
      {
        name: "calico",
        namespace: "tigera-operator",
        ...chartRef({ ...charts["tigera-operator"], version: plan.version }, mirrors),
        values: operatorValues(plan, mirrors, plan.dataplane === "BPF" ? apiServerOf(cluster) : undefined),
        skipAwait: !wait || plan.nodesLater || cluster.facts.workers === 0,
        // The chart's pre-delete hook waits up to five minutes for the Installation to go.
        timeout: 900,
      },
      {
        parent: this,
        // Where nodes come first, the operator runs on them; elsewhere it waits for none.
        dependsOn: [namespace, ...dependsOn, ...cluster.nodes],
        ...this.operatorDeletion(namespace),
      },
    );
  }

  /**
   * With the cluster, where it is ours. Elsewhere by helm; but its pre-delete Job would wait for ever where no node
   * can run it, or where it asks the API server by a Service that nobody translates any more: there the operator goes
   * with its namespace.
   */
  private operatorDeletion(namespace: pulumi.Resource): { deletedWith?: pulumi.Resource } {
    const { cluster } = this.args;
    if (cluster.goesWith !== undefined) return { deletedWith: cluster.goesWith };
    const stuck = cluster.facts.workers === 0 || this.args.plan.dataplane === "BPF";
    return stuck ? { deletedWith: namespace } : {};
  }

  /** CRDs before any node exists: applied once per version, so that no preview pays for them. */
  private applyCrds(): ClusterJob {
    const { cluster, plan, mirrors } = this.args;
    return new ClusterJob(
      `${this.prefix}-crds`,
      {
        cluster,
        work: [
          "apply",
          ...(mirrors.calicoCrdsDigest === undefined ? [] : [`--digest=${mirrors.calicoCrdsDigest}`]),
          plan.crds.source,
          ...crdNames(plan),
        ],
        triggers: [plan.version, plan.crds.source],
        timeout: 300,
      },
      { parent: this },
    );
  }

  /** The operator makes its CRDs when it starts, before its controllers: wait for them. */
  private operatorCrds(operator: pulumi.Resource): ClusterJob {
    const { cluster, plan } = this.args;
    return new ClusterJob(
      `${this.prefix}-crds`,
      { cluster, work: ["crds", ...crdNames(plan)], triggers: [plan.version], timeout: 600 },
      { parent: this, dependsOn: [operator] },
    );
  }

  private object(
    object: Parameters<typeof registerObject>[1],
    dependsOn: pulumi.Resource[],
  ): pulumi.Resource {
    const { cluster, mirrors, wait } = this.args;
    return registerObject(
      logicalName(this.prefix, object),
      object,
      { mirrors, wait },
      {
        parent: this,
        dependsOn,
        ...goesWith(cluster),
      },
    );
  }
}

/** The planner refuses a cluster of which it is not known. */
function apiServerOf({ name, apiServer }: Cluster): ApiServerAddress {
  if (apiServer === undefined) throw new Error(`no address of ${name}'s API server`);
  return apiServer;
}
