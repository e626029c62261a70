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
import { askedCertificates } from "../../routing/secrets";
import { afterLoadBalancers, goesWith, onCluster, type Cluster } from "../cluster";
import { ClusterJob } from "../kubernetes/cluster-job";
import { registerObject } from "../kubernetes/objects";
import { balancerOf } from "../kubernetes/service-address";
import type { Mirrors } from "../mirrors";
import { gatewayNamespace, proxyProtocolPolicy } from "./plan/gateway-objects";
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
  /** Who serves it: a GatewayController. */
  controller: pulumi.Resource[];
  /** What gives certificates. */
  issuer: pulumi.Resource[];
  /** The user's own certificate for every host, as PEM. */
  certificate?: { certificate: pulumi.Input<string>; key: pulumi.Input<string> };
}

/**
 * The one Gateway that the labs' routes hang on. At destroy it goes first, then a job waits until its proxies' Service and
 * load balancer are gone, and only then the controller that would remove them.
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
    const { place } = args.plan;
    const namespace = this.object("namespace", gatewayNamespace(args.cluster.name, place.namespace), []);
    const certificates = this.certificates(namespace);
    const gateway = this.gateway([namespace, ...args.issuer, ...certificates, ...this.gone()]);
    this.ready = [gateway, ...this.proxyProtocol(gateway), ...this.issued(gateway)];
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
    const { cluster, mirrors, wait, controller } = this.args;
    return registerObject(
      `${this.prefix}-${what}`,
      object,
      { mirrors, wait },
      { parent: this, dependsOn: [...controller, ...dependsOn], ...goesWith(cluster) },
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
  private gone(): pulumi.Resource[] {
    const { cluster, plan, controller } = this.args;
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
        { parent: this, dependsOn: [...controller, ...afterLoadBalancers(cluster).dependsOn] },
      ),
    ];
  }

  private gateway(dependsOn: pulumi.Resource[]): pulumi.CustomResource {
    const { cluster, site, hosts, mirrors, wait, controller } = this.args;
    const object = siteGateway(site, hosts);
    const awaited = wait || this.balanced();
    const awaiting = awaited ? { "pulumi.com/waitFor": "condition=Programmed" } : {};
    const metadata = { ...object.metadata, annotations: { ...object.metadata.annotations, ...awaiting } };
    return registerObject(
      `${this.prefix}-gateway`,
      { ...object, metadata },
      { mirrors, wait: awaited },
      {
        parent: this,
        dependsOn: [
          ...controller,
          ...dependsOn,
          ...(this.balanced() ? afterLoadBalancers(cluster).dependsOn : []),
        ],
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

  /** cert-manager makes the Certificates once it sees the Gateway: nobody asks by HTTPS before they are there. */
  private issued(gateway: pulumi.Resource): pulumi.Resource[] {
    const { cluster, site, wait } = this.args;
    const asked = askedCertificates([siteGateway(site, this.args.hosts)]);
    if (!wait || site.tls?.awaited !== true || asked.length === 0) return [];
    const work = asked.map((c) => `cert-manager.io/v1/Certificate/${c.namespace}:${c.secret}`);
    return [
      new ClusterJob(
        `${this.prefix}-issued`,
        { cluster, work: ["ready", ...work], triggers: [work.join(" ")], timeout: 900 },
        { parent: this, dependsOn: gateway },
      ),
    ];
  }
}
