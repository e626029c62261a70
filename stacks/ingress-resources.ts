import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster";
import { Proof } from "../components/dns/proof";
import { Records } from "../components/dns/records";
import { Zone } from "../components/dns/zone";
import { IngressNginx } from "../components/ingress-nginx/ingress-nginx";
import { Certificates } from "../components/tls/certificates";
import { ACCOUNT } from "../components/tls/plan/objects";
import type { StackPlan } from "./stack-plan";
import type { WayIn } from "./ingress-plan";

/** Where names can be made; absent off AWS. */
export interface AwsSite {
  provider: aws.Provider;
  region: string;
  partition: string;
  tags?: Readonly<Record<string, string>>;
  /** What must stand before an account of the cluster can be given rights; absent without Pod Identity. */
  podIdentity?: pulumi.Resource[];
}

export interface Entered {
  /** What labs that use the way in wait for. */
  ready: pulumi.Resource[];
  outputs: Record<string, unknown>;
}

/** Makes the way in: zone, controller, certificates, records. */
export function enter(
  plan: StackPlan,
  wayIn: WayIn,
  cluster: Cluster,
  after: pulumi.Resource[],
  site?: AwsSite,
): Entered {
  const zone = makeZone(wayIn, site);
  const shared = { cluster, mirrors: plan.mirrors, wait: plan.config.wait, after };
  const ingress = new IngressNginx("ingress", {
    ...shared,
    plan: wayIn.controller,
    ...ownCertificate(wayIn),
  });
  const tls = makeCertificates(wayIn, shared, zone, site);
  makeRecords(wayIn, ingress, zone, site);
  return {
    ready: [...ingress.ready, ...(tls?.ready ?? [])],
    outputs: {
      ...(wayIn.controller.expose === "load-balancer" ? { loadBalancer: ingress.loadBalancer } : {}),
      ...(wayIn.tls.issuer === "self-signed" && tls !== undefined
        ? { caCertificate: tls.caCertificate }
        : {}),
      ...(wayIn.dns.zone?.how === "create" && zone !== undefined ? { nameServers: zone.nameServers } : {}),
    },
  };
}

function makeZone({ dns }: WayIn, site?: AwsSite): Zone | undefined {
  if (dns.zone === undefined || site === undefined) return undefined;
  const { provider, tags } = site;
  return new Zone("zone", { plan: dns.zone, provider, ...(tags === undefined ? {} : { tags }) });
}

function ownCertificate({ tls }: WayIn) {
  if (tls.issuer !== "own") return {};
  return { certificate: { certificate: tls.certificate, key: pulumi.secret(tls.key) } };
}

function makeCertificates(
  { tls }: WayIn,
  shared: Pick<ConstructorParameters<typeof Certificates>[1], "cluster" | "mirrors" | "wait" | "after">,
  zone: Zone | undefined,
  site: AwsSite | undefined,
): Certificates | undefined {
  if (tls.issuer === "none" || tls.issuer === "own") return undefined;
  if (tls.issuer === "self-signed" || zone === undefined || site === undefined) {
    return new Certificates("tls", { ...shared, plan: tls });
  }
  const proof = new Proof("proof", {
    clusterName: shared.cluster.name,
    partition: site.partition,
    zoneId: zone.zoneId,
    ...ACCOUNT,
    provider: site.provider,
    after: site.podIdentity ?? [],
  });
  // A pod gets its rights when it starts.
  const after = [...shared.after, ...proof.ready];
  return new Certificates("tls", {
    ...shared,
    after,
    plan: tls,
    zone: { id: zone.zoneId, region: site.region },
  });
}

function makeRecords({ dns }: WayIn, ingress: IngressNginx, zone: Zone | undefined, site?: AwsSite): void {
  if (zone === undefined || site === undefined || dns.records.length === 0) return;
  const loadBalancer = ingress.loadBalancer.apply((name) => name ?? "");
  new Records("names", { names: dns.records, zoneId: zone.zoneId, loadBalancer, provider: site.provider });
}
