import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { OWNER_LABEL } from "../owner-label";
import { afterLoadBalancers, goesWith, onCluster, type Cluster } from "../cluster";
import { registerObject } from "../kubernetes/objects";
import { balancerOf } from "../kubernetes/service-address";
import { chartRef, type Mirrors } from "../mirrors";
import {
  DEFAULT_CERTIFICATE,
  INGRESS_NAMESPACE,
  RELEASE,
  SERVICE,
  type ControllerPlan,
} from "./controller/types";
import { controllerValues } from "./nginx-values";

export interface IngressNginxArgs {
  cluster: Cluster;
  plan: ControllerPlan;
  mirrors: Mirrors;
  /** false: nothing is waited for, except what owns a load balancer. */
  wait: boolean;
  /** What must stand before: the pod network. */
  after: pulumi.Resource[];
  /** The user's own certificate for every host, as PEM; with `plan.defaultCertificate`. */
  certificate?: { certificate: pulumi.Input<string>; key: pulumi.Input<string> };
}

/** ingress-nginx by its chart. Ingresses wait for `ready`: its webhook fails closed until the controller runs. */
export class IngressNginx extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource[];
  /** DNS name of the load balancer; undefined where there is none. */
  readonly loadBalancer: pulumi.Output<string | undefined>;
  private readonly args: IngressNginxArgs;
  private readonly prefix: string;

  constructor(name: string, args: IngressNginxArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:ingress-nginx:IngressNginx", name, {}, onCluster(args.cluster, opts));
    this.args = args;
    this.prefix = name;
    const namespace = this.namespace();
    const certificate = args.certificate === undefined ? [] : [this.certificate(args.certificate, namespace)];
    const release = this.release([namespace, ...certificate]);
    this.ready = [release];
    this.loadBalancer = this.ownsLoadBalancer() ? this.address(release) : pulumi.output(undefined);
    this.registerOutputs({ className: args.plan.className });
  }

  private ownsLoadBalancer(): boolean {
    return this.args.plan.expose === "load-balancer";
  }

  private namespace(): pulumi.Resource {
    const { cluster, mirrors, wait, plan } = this.args;
    const usesNode = plan.hostNetwork || plan.expose === "host-ports";
    const object = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: INGRESS_NAMESPACE,
        labels: {
          [OWNER_LABEL]: cluster.name,
          // Host ports and the host network are what the stricter levels forbid.
          ...(usesNode ? { "pod-security.kubernetes.io/enforce": "privileged" } : {}),
        },
      },
    };
    return registerObject(
      `${this.prefix}-namespace`,
      object,
      { mirrors, wait },
      { parent: this, ...goesWith(cluster) },
    );
  }

  private certificate(
    pem: NonNullable<IngressNginxArgs["certificate"]>,
    namespace: pulumi.Resource,
  ): pulumi.Resource {
    return new k8s.core.v1.Secret(
      `${this.prefix}-certificate`,
      {
        metadata: { name: DEFAULT_CERTIFICATE, namespace: INGRESS_NAMESPACE },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": pem.certificate, "tls.key": pulumi.secret(pem.key) },
      },
      { parent: this, dependsOn: namespace, ...goesWith(this.args.cluster) },
    );
  }

  private release(before: pulumi.Resource[]): k8s.helm.v3.Release {
    const { cluster, plan, mirrors, wait, after } = this.args;
    const { chart } = plan;
    return new k8s.helm.v3.Release(
      `${this.prefix}-release`,
      {
        name: RELEASE,
        namespace: INGRESS_NAMESPACE,
        ...chartRef({ chart: chart.name, version: chart.version, repository: chart.repository }, mirrors),
        values: controllerValues(plan, mirrors),
        // Not waited for, its uninstall would end before the load balancer is gone, and so would what takes that away.
        skipAwait: !wait && !this.ownsLoadBalancer(),
        // A load balancer takes minutes to come, and as long to go.
        timeout: 900,
      },
      {
        parent: this,
        ...(this.ownsLoadBalancer()
          ? { dependsOn: [...before, ...after, ...afterLoadBalancers(cluster).dependsOn] }
          : { dependsOn: [...before, ...after], ...goesWith(cluster) }),
      },
    );
  }

  /** Read from the Service that the chart makes; its id is known only once the release stands. */
  private address(release: k8s.helm.v3.Release): pulumi.Output<string | undefined> {
    const id = pulumi.interpolate`${release.status.namespace}/${SERVICE}`;
    return balancerOf(`${this.prefix}-service`, id, { parent: this, dependsOn: release });
  }
}
