import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubeObject } from "../../kube/objects";
import { goesWith, inCluster, type Cluster } from "../cluster";
import { ClusterJob } from "../kubernetes/cluster-job";
import { registerObject } from "../kubernetes/objects";
import { chartRef, type Mirrors } from "../mirrors";
import { charts } from "../versions";
import {
  CHART_NAMESPACE,
  CHART_RELEASE,
  GATEWAY_CRDS,
  chartClasses,
  chartNamespace,
  chartValues,
  gatewayApi,
} from "./plan/gateway-objects";
import type { GatewayPlan } from "./plan/types";

export interface GatewayControllerArgs {
  cluster: Cluster;
  plan: GatewayPlan;
  /** Whether the Gateway has a listener for HTTPS, and so its Service the port. */
  https: boolean;
  mirrors: Mirrors;
  /** false: nothing is waited for, except what owns a load balancer. */
  wait: boolean;
  /** What must stand before: the pod network. */
  after: pulumi.Resource[];
}

/** Envoy Gateway and its classes. Apart from the Gateway, since cert-manager starts between the two: it wants the CRDs. */
export class GatewayController extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource[];
  private readonly args: GatewayControllerArgs;
  private readonly prefix: string;

  constructor(name: string, args: GatewayControllerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:gateway:GatewayController", name, {}, inCluster(args.cluster, opts));
    this.args = args;
    this.prefix = name;
    const installed = args.plan.by === "calico" ? this.byOperator() : this.byChart();
    this.ready = [this.served(installed), ...installed];
    this.registerOutputs({ className: args.plan.className });
  }

  private object(what: string, object: KubeObject, dependsOn: pulumi.Resource[]): pulumi.CustomResource {
    const { cluster, mirrors, wait } = this.args;
    return registerObject(
      `${this.prefix}-${what}`,
      object,
      { mirrors, wait },
      { parent: this, dependsOn, ...goesWith(cluster) },
    );
  }

  private byOperator(): pulumi.Resource[] {
    const { cluster, plan, https, after } = this.args;
    return [this.object("api", gatewayApi(plan, cluster.name, https), after)];
  }

  private byChart(): pulumi.Resource[] {
    const { cluster, plan, https, mirrors, after } = this.args;
    const namespace = this.object("system", chartNamespace(cluster.name), after);
    const release = new k8s.helm.v3.Release(
      `${this.prefix}-release`,
      {
        name: CHART_RELEASE,
        namespace: CHART_NAMESPACE,
        ...chartRef(charts["gateway-helm"], mirrors),
        values: chartValues(plan, mirrors),
        timeout: 600,
      },
      { parent: this, dependsOn: [namespace, ...after], ...goesWith(cluster) },
    );
    const made: pulumi.Resource[] = [];
    for (const o of chartClasses(plan, https))
      made.push(this.object(`${o.kind.toLowerCase()}-${o.metadata.name}`, o, [release, ...made]));
    return [release, ...made];
  }

  /** Until the CRDs are there no Gateway can be registered, whether or not anything else is waited for. */
  private served(installed: pulumi.Resource[]): pulumi.Resource {
    const { cluster, plan, wait } = this.args;
    const accepted = `gateway.networking.k8s.io/v1/GatewayClass/${plan.className}=Accepted`;
    return new ClusterJob(
      `${this.prefix}-served`,
      {
        cluster,
        work: wait || plan.expose === "load-balancer" ? ["ready", accepted] : ["crds", ...GATEWAY_CRDS],
        triggers: [plan.by, plan.className],
        timeout: 600,
      },
      { parent: this, dependsOn: installed },
    );
  }
}
