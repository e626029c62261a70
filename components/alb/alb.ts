import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { afterLoadBalancers, goesWith, onCluster, type Cluster } from "../cluster";
import type { AlbPlan } from "../../routing/alb/objects";
import { registerObject } from "../kubernetes/objects";
import { ALB_BASE, ALB_NAMESPACE, albBase, albClass, albClassParams, albNamespace } from "./alb-objects";

export interface AlbIngressArgs {
  cluster: Cluster;
  className: string;
  alb: AlbPlan;
  /** What must stand before: the pod network. */
  after: pulumi.Resource[];
}

/**
 * An IngressClass whose Ingresses the AWS Load Balancer Controller makes into one Application Load Balancer. Ingresses
 * own it: they are deleted for real, and before the controller.
 */
export class AlbIngress extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource[];
  /** DNS name of the load balancer. */
  readonly loadBalancer: pulumi.Output<string | undefined>;

  constructor(name: string, args: AlbIngressArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { cluster, className, alb, after } = args;
    super("labs:alb:AlbIngress", name, {}, onCluster(cluster, opts));
    const settings = { mirrors: { charts: {}, images: {} }, wait: true };
    const controller = [...after, ...afterLoadBalancers(cluster).dependsOn];
    const register = (
      what: string,
      ...[object, dependsOn, more]: [Parameters<typeof registerObject>[1], pulumi.Resource[], object?]
    ) => registerObject(`${name}-${what}`, object, settings, { parent: this, dependsOn, ...more });
    // The controller's chart brings the CRD.
    const parameters = register("parameters", albClassParams(className, alb), controller, goesWith(cluster));
    const theClass = register("class", albClass(className), [parameters], goesWith(cluster));
    const namespace = register("namespace", albNamespace, after, goesWith(cluster));
    const base = register("base", albBase(className), [theClass, namespace, ...controller]);
    this.ready = [base];
    const id = base.id.apply(() => `${ALB_NAMESPACE}/${ALB_BASE}`);
    const found = k8s.networking.v1.Ingress.get(`${name}-address`, id, { parent: this, dependsOn: base });
    this.loadBalancer = found.status.apply(
      (s) => (s as Status | undefined)?.loadBalancer?.ingress?.[0]?.hostname,
    );
    this.registerOutputs({ className });
  }
}

interface Status {
  loadBalancer?: { ingress?: { hostname?: string }[] };
}
