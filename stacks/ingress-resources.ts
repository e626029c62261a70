import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster";
import { AlbIngress } from "../components/alb/alb";
import { ChallengeRole } from "../components/dns/challenge-role";
import { Records } from "../components/dns/records";
import { Zone } from "../components/dns/zone";
import { balancerOf, IngressNginx } from "../components/ingress-nginx/ingress-nginx";
import { Certificates } from "../components/tls/certificates";
import { ACCOUNT } from "../components/tls/plan/objects";
import type { StackPlan } from "./stack-plan";
import type { IngressPlan } from "./ingress-plan";

/** Where names can be made; absent off AWS. */
export interface AwsSite {
  provider: aws.Provider;
  region: string;
  partition: string;
  account: string;
  tags?: Readonly<Record<string, string>>;
  /** What must stand before an account of the cluster can be given rights; absent without Pod Identity. */
  podIdentity?: pulumi.Resource[];
}

export interface IngressResources {
  /** What labs with routes wait for. */
  ready: pulumi.Resource[];
  outputs: Record<string, unknown>;
}

/** Makes what requests come in by: zone, controller, certificates, records. */
export function provisionIngress(
  plan: StackPlan,
  ingress: IngressPlan,
  cluster: Cluster,
  after: pulumi.Resource[],
  site?: AwsSite,
): IngressResources {
  const zone = makeZone(ingress, site);
  const shared = { cluster, mirrors: plan.mirrors, wait: plan.config.wait, after };
  const controller = makeController(ingress, shared);
  const tls = makeCertificates(ingress, shared, zone, site);
  makeRecords(ingress, controller, zone, site);
  return {
    ready: [...controller.ready, ...(tls?.ready ?? [])],
    outputs: {
      ...(ingress.controller.expose === "load-balancer" ? { loadBalancer: controller.loadBalancer } : {}),
      ...(ingress.tls.issuer === "self-signed" && tls !== undefined
        ? { caCertificate: tls.caCertificate }
        : {}),
      ...(ingress.dns.zone?.how === "create" && zone !== undefined ? { nameServers: zone.nameServers } : {}),
    },
  };
}

/** The controller, or where the one that is there is reached. */
function makeController(
  ingress: IngressPlan,
  shared: Pick<ConstructorParameters<typeof IngressNginx>[1], "cluster" | "mirrors" | "wait" | "after">,
): Pick<IngressNginx, "ready" | "loadBalancer"> {
  const { alb, className, existing, expose } = ingress.controller;
  if (alb !== undefined) return new AlbIngress("ingress", { ...shared, className, alb });
  if (existing === undefined)
    return new IngressNginx("ingress", { ...shared, plan: ingress.controller, ...ownCertificate(ingress) });
  return {
    ready: [],
    loadBalancer:
      expose === "load-balancer"
        ? balancerOf("ingress-service", `${existing.namespace}/${existing.name}`, {
            provider: shared.cluster.provider,
          })
        : pulumi.output(undefined),
  };
}

function makeZone({ dns }: IngressPlan, site?: AwsSite): Zone | undefined {
  if (dns.zone === undefined || site === undefined) return undefined;
  const { provider, tags } = site;
  return new Zone("zone", { plan: dns.zone, provider, ...(tags === undefined ? {} : { tags }) });
}

function ownCertificate({ tls }: IngressPlan) {
  if (tls.issuer !== "own") return {};
  return { certificate: { certificate: tls.certificate, key: pulumi.secret(tls.key) } };
}

function makeCertificates(
  { tls }: IngressPlan,
  shared: Pick<ConstructorParameters<typeof Certificates>[1], "cluster" | "mirrors" | "wait" | "after">,
  zone: Zone | undefined,
  site: AwsSite | undefined,
): Certificates | undefined {
  if (tls.issuer === "none" || tls.issuer === "own") return undefined;
  if (tls.issuer === "self-signed" || zone === undefined || site === undefined) {
    return new Certificates("tls", { ...shared, plan: tls });
  }
  const role = new ChallengeRole("challenge", {
    clusterName: shared.cluster.name,
    partition: site.partition,
    account: site.account,
    zoneId: zone.zoneId,
    ...ACCOUNT,
    provider: site.provider,
    after: site.podIdentity ?? [],
  });
  // A pod gets its rights when it starts.
  const after = [...shared.after, ...role.ready];
  return new Certificates("tls", {
    ...shared,
    after,
    plan: tls,
    zone: { id: zone.zoneId, region: site.region },
  });
}

function makeRecords(
  { dns, controller: { alb } }: IngressPlan,
  controller: Pick<IngressNginx, "loadBalancer">,
  zone: Zone | undefined,
  site?: AwsSite,
): void {
  if (zone === undefined || site === undefined || dns.records.length === 0) return;
  const loadBalancer = controller.loadBalancer.apply((name) => name ?? "");
  new Records("names", {
    names: dns.records,
    zoneId: zone.zoneId,
    loadBalancer,
    type: alb !== undefined ? "application" : "network",
    provider: site.provider,
  });
}
