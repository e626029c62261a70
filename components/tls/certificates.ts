import * as k8s from "@pulumi/kubernetes";
import * as certManager from "@pulumi/kubernetes-cert-manager";
import * as pulumi from "@pulumi/pulumi";
import { goesWith, inCluster, type Cluster } from "../cluster";
import { logicalName, registerObject } from "../kubernetes/objects";
import { chartRef, type Mirrors } from "../mirrors";
import { charts } from "../versions";
import { acmeIssuer, authority, authorityIssuer, CA, certManagerNamespace, selfSigned } from "./plan/objects";
import { CERT_MANAGER_NAMESPACE, type TlsPlan } from "./plan/tls-plan";
import { certManagerValues } from "./cert-manager-values";

export interface CertificatesArgs {
  cluster: Cluster;
  plan: Extract<TlsPlan, { webhook: unknown }>;
  mirrors: Mirrors;
  wait: boolean;
  /** Whether cert-manager, where it is installed here, makes the certificates of annotated Gateways. Their CRDs must stand. */
  gateways: boolean;
  /** What must stand before: the pod network. */
  after: pulumi.Resource[];
  /** Where names are proved by DNS-01; needed for ACME. */
  zone?: { id: pulumi.Input<string>; region: pulumi.Input<string> };
}

/**
 * cert-manager, unless it is there already, and one ClusterIssuer named `labs`. The component returns when the chart's own check has had an answer
 * from the webhook, so whatever needs an issuer depends on `ready`.
 */
export class Certificates extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource[];
  /** Certificate of the cluster's own authority, as PEM; undefined with ACME, and where nothing is waited for. */
  readonly caCertificate: pulumi.Output<string | undefined>;
  private readonly args: CertificatesArgs;
  private readonly prefix: string;

  constructor(name: string, args: CertificatesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:tls:Certificates", name, {}, inCluster(args.cluster, opts));
    this.args = args;
    this.prefix = name;
    const { how, namespace } = args.plan.manager;
    const manager =
      how === "existing"
        ? args.after
        : [this.certManager(this.object(certManagerNamespace(args.cluster.name), []))];
    if (args.plan.issuer === "self-signed") {
      const ca = this.object(
        authority(args.cluster.name, namespace, how === "existing" ? undefined : args.plan.baseDomain),
        [this.object(selfSigned(), manager)],
      );
      this.ready = [this.object(authorityIssuer(), [ca])];
      this.caCertificate = args.wait ? this.readAuthority(ca) : pulumi.output(undefined);
    } else {
      this.ready = [this.acme(args.plan, manager)];
      this.caCertificate = pulumi.output(undefined);
    }
    this.registerOutputs({ issuer: args.plan.issuer });
  }

  private certManager(ns: pulumi.Resource): pulumi.Resource {
    const { cluster, plan, mirrors, wait, gateways, after } = this.args;
    const { values, ...typed } = certManagerValues(plan.webhook, mirrors.images, gateways);
    // A remote component is run by a provider of its own, which default providers would hide.
    const plugin = new certManager.Provider(`${this.prefix}-plugin`, {}, { parent: this });
    return new certManager.CertManager(
      `${this.prefix}-manager`,
      {
        ...typed,
        helmOptions: {
          // Kept CRDs name the release that owns them: under another name it could not be installed again.
          name: "cert-manager",
          namespace: CERT_MANAGER_NAMESPACE,
          ...chartRef(charts["cert-manager"], mirrors),
          values,
          skipAwait: !wait,
          timeout: 600,
        },
      },
      {
        parent: this,
        provider: plugin,
        providers: { kubernetes: cluster.provider },
        dependsOn: [ns, ...after],
        ...goesWith(cluster),
      },
    );
  }

  private acme(plan: Extract<TlsPlan, { server: string }>, manager: pulumi.Resource[]): pulumi.Resource {
    const { zone, cluster, wait } = this.args;
    if (zone === undefined) throw new Error("ACME needs a zone: planTls lets none through without");
    const object = acmeIssuer({
      server: plan.server,
      email: plan.email,
      region: zone.region,
      zoneId: zone.id,
    });
    const { annotations, ...metadata } = object.metadata;
    const marks = wait ? annotations : { "pulumi.com/skipAwait": "true" };
    return new k8s.apiextensions.CustomResource(
      logicalName(this.prefix, object),
      { ...object, metadata: { ...metadata, ...(marks === undefined ? {} : { annotations: marks }) } },
      { parent: this, dependsOn: manager, ...goesWith(cluster) },
    );
  }

  /** The id is known only once the certificate stands, so that a preview reads nothing that is not there yet. */
  private readAuthority(ca: pulumi.CustomResource): pulumi.Output<string> {
    const id = ca.id.apply(() => `${this.args.plan.manager.namespace}/${CA}`);
    const secret = k8s.core.v1.Secret.get(`${this.prefix}-authority`, id, { parent: this, dependsOn: ca });
    // The Secret's other half, the key, stays secret in the state.
    return pulumi.unsecret(secret.data).apply((data) => pemOf(data as Record<string, string> | undefined));
  }

  private object(
    o: Parameters<typeof registerObject>[1],
    dependsOn: pulumi.Resource[],
  ): pulumi.CustomResource {
    const { cluster, mirrors, wait } = this.args;
    const opts = { parent: this, dependsOn, ...goesWith(cluster) };
    return registerObject(logicalName(this.prefix, o), o, { mirrors, wait }, opts);
  }
}

const pemOf = (data: Record<string, string> | undefined) =>
  Buffer.from(data?.["tls.crt"] ?? "", "base64").toString("utf8");
