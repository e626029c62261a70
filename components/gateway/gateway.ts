import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubeObject } from "../../kube/objects";
import {
  GATEWAY_CERTIFICATE,
  gatewayCertificates,
  proxyLabels,
  siteGateway,
} from "../../routing/gateway/site-gateway";
import type { IngressSite } from "../../routing/ingress-site";
import { afterLoadBalancers, goesWith, onCluster, type Cluster } from "../cluster";
import { ClusterJob } from "../kubernetes/cluster-job";
import { registerObject } from "../kubernetes/objects";
import { balancerOf } from "../kubernetes/service-address";
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
  gatewayNamespace,
  proxyProtocolPolicy,
} from "./plan/gateway-objects";
import type { GatewayPlan } from "./plan/types";

export interface GatewayArgs {
  cluster: Cluster;
  plan: GatewayPlan;
  site: IngressSite;
  /** Names with a listener for HTTPS. */
  hosts: readonly string[];
  mirrors: Mirrors;
  /** false: nothing is waited for, except what owns a load balancer. */
  wait: boolean;
  /** What must stand before: the pod network. */
  after: pulumi.Resource[];
  /** What gives certificates. */
  issuer: pulumi.Resource[];
  /** The user's own certificate for every host, as PEM. */
  certificate?: { certificate: pulumi.Input<string>; key: pulumi.Input<string> };
}

/**
 * Envoy Gateway, and the one Gateway that the labs' routes hang on. At destroy the Gateway goes first, then a job waits
 * until its proxies' Service and load balancer are gone, and only then what would remove them.
 */
export class Gateway extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource[];
  /** DNS name of the load balancer; undefined where there is none. */
  readonly loadBalancer: pulumi.Output<string | undefined>;
  private readonly args: GatewayArgs;
  private readonly prefix: string;

  constructor(name: string, args: GatewayArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:gateway:Gateway", name, {}, onCluster(args.cluster, opts));
    this.args = args;
    this.prefix = name;
    const installed = args.plan.by === "calico" ? this.byOperator() : this.byChart();
    const served = this.served(installed);
    const { place } = args.plan;
    const namespace = this.object(
      "namespace",
      gatewayNamespace(args.cluster.name, place.namespace),
      args.after,
    );
    const certificates = this.certificates(namespace);
    const gone = this.gone([served, ...installed]);
    const gateway = this.gateway([served, namespace, ...certificates, ...gone]);
    this.ready = [gateway, ...this.proxyProtocol(gateway)];
    this.loadBalancer = this.balanced()
      ? balancerOf(
          `${name}-service`,
          gateway.id.apply(() => `${place.namespace}/${place.name}`),
          { parent: this, dependsOn: gateway },
        )
      : pulumi.output(undefined);
    this.registerOutputs({ className: args.plan.className });
  }

  private balanced(): boolean {
    return this.args.plan.expose === "load-balancer";
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
    const { cluster, plan, hosts, after } = this.args;
    return [this.object("api", gatewayApi(plan, cluster.name, hosts.length > 0), after)];
  }

  private byChart(): pulumi.Resource[] {
    const { cluster, plan, hosts, mirrors, after } = this.args;
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
    for (const o of chartClasses(plan, hosts.length > 0))
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
        work: wait || this.balanced() ? ["ready", accepted] : ["crds", ...GATEWAY_CRDS],
        triggers: [plan.by, plan.className],
        timeout: 600,
      },
      { parent: this, dependsOn: installed },
    );
  }

  private certificates(namespace: pulumi.Resource): pulumi.Resource[] {
    const { cluster, site, hosts, issuer, certificate, plan } = this.args;
    const own =
      certificate === undefined
        ? []
        : [
            new k8s.core.v1.Secret(
              `${this.prefix}-certificate`,
              {
                metadata: { name: GATEWAY_CERTIFICATE, namespace: plan.place.namespace },
                type: "kubernetes.io/tls",
                stringData: {
                  "tls.crt": certificate.certificate,
                  "tls.key": pulumi.secret(certificate.key),
                },
              },
              { parent: this, dependsOn: namespace, ...goesWith(cluster) },
            ),
          ];
    const made = gatewayCertificates(site, hosts).map((o) =>
      this.object(`certificate-${o.metadata.name}`, o, [namespace, ...issuer]),
    );
    return [...own, ...made];
  }

  /**
   * The proxies' Service is Envoy Gateway's, not the stack's: with the Gateway gone it and its load balancer may still
   * be going. Nothing to wait for where all goes with the cluster.
   */
  private gone(before: pulumi.Resource[]): pulumi.Resource[] {
    const { cluster, plan } = this.args;
    if (!this.balanced() && cluster.goesWith !== undefined) return [];
    const labels = proxyLabels(plan.place);
    const owner = "gateway.envoyproxy.io/owning-gateway-name";
    return [
      new ClusterJob(
        `${this.prefix}-gone`,
        {
          cluster,
          work: ["gone", plan.place.namespace, `${owner}=${labels[owner] ?? ""}`],
          triggers: [],
          timeout: 900,
          atDestroy: true,
        },
        { parent: this, dependsOn: [...before, ...afterLoadBalancers(cluster).dependsOn] },
      ),
    ];
  }

  private gateway(dependsOn: pulumi.Resource[]): pulumi.CustomResource {
    const { cluster, site, hosts, mirrors, wait } = this.args;
    const object = siteGateway(site, hosts);
    const awaited = wait || this.balanced();
    const metadata = {
      ...object.metadata,
      ...(awaited ? { annotations: { "pulumi.com/waitFor": "condition=Programmed" } } : {}),
    };
    return registerObject(
      `${this.prefix}-gateway`,
      { ...object, metadata },
      { mirrors, wait: awaited },
      {
        parent: this,
        dependsOn: [...dependsOn, ...(this.balanced() ? afterLoadBalancers(cluster).dependsOn : [])],
        // A load balancer takes minutes to come.
        customTimeouts: { create: "15m", update: "15m" },
        ...(this.balanced() ? {} : goesWith(cluster)),
      },
    );
  }

  private proxyProtocol(gateway: pulumi.Resource): pulumi.Resource[] {
    const { plan } = this.args;
    return plan.proxyProtocol ? [this.object("proxy-protocol", proxyProtocolPolicy(plan), [gateway])] : [];
  }
}
