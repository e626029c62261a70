import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../components/cluster";
import { AlbIngress } from "../components/alb/alb";
import { ChallengeRole } from "../components/dns/challenge-role";
import { Records } from "../components/dns/records";
import { Zone } from "../components/dns/zone";
import { IngressNginx } from "../components/ingress-nginx/ingress-nginx";
import { balancerOf } from "../components/kubernetes/service-address";
import { Gateway } from "../components/gateway/gateway";
import { GatewayController } from "../components/gateway/gateway-controller";
import { Certificates } from "../components/tls/certificates";
import { ACCOUNT } from "../components/tls/plan/objects";
import type { StackPlan } from "./stack-plan";
import { plannedGateway } from "./gateway-hosts";
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
  const serving = makeGatewayController(ingress, shared);
  const tls = makeCertificates(ingress, { ...shared, after: [...shared.after, ...serving] }, zone, site);
  const gateway = makeGateway(ingress, { ...shared, controller: serving }, tls?.ready ?? []);
  const entry = controller ?? gateway;
  makeRecords(ingress, { controller, gateway }, zone, site);
  const exposed = (ingress.controller ?? ingress.gateway)?.expose === "load-balancer";
  const beside = controller !== undefined && ingress.gateway?.expose === "load-balancer";
  return {
    ready: [...(controller?.ready ?? []), ...(gateway?.ready ?? []), ...(tls?.ready ?? [])],
    outputs: {
      ...(exposed ? { loadBalancer: entry?.loadBalancer } : {}),
      ...(beside ? { gatewayLoadBalancer: gateway?.loadBalancer } : {}),
      ...(ingress.tls.issuer === "self-signed" && tls !== undefined
        ? { caCertificate: tls.caCertificate }
        : {}),
      ...(ingress.dns.zone?.how === "create" && zone !== undefined ? { nameServers: zone.nameServers } : {}),
    },
  };
}

type Shared = Pick<ConstructorParameters<typeof IngressNginx>[1], "cluster" | "mirrors" | "wait" | "after">;

/** The controller, or where the one that is there is reached; none where a Gateway alone serves. */
function makeController(
  ingress: IngressPlan,
  shared: Shared,
): Pick<IngressNginx, "ready" | "loadBalancer"> | undefined {
  const { controller: plan } = ingress;
  if (plan === undefined) return undefined;
  const { alb, className, existing, expose } = plan;
  if (alb !== undefined) return new AlbIngress("ingress", { ...shared, className, alb });
  if (existing === undefined)
    return new IngressNginx("ingress", { ...shared, plan, ...ownCertificate(ingress) });
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

function makeGatewayController(ingress: IngressPlan, shared: Shared): pulumi.Resource[] {
  const { gateway: plan } = ingress;
  const hosts = plannedGateway(ingress)?.gateway?.hosts ?? [];
  if (plan === undefined) return [];
  return new GatewayController("gateway-controller", { ...shared, plan, https: hosts.length > 0 }).ready;
}

function makeGateway(
  ingress: IngressPlan,
  shared: Omit<Shared, "after"> & Pick<ConstructorParameters<typeof Gateway>[1], "controller">,
  issuer: pulumi.Resource[],
): Gateway | undefined {
  const { gateway: plan } = ingress;
  const site = plannedGateway(ingress);
  if (plan === undefined || site?.gateway === undefined) return undefined;
  const { hosts } = site.gateway;
  return new Gateway("gateway", { ...shared, plan, site, hosts, issuer, ...ownCertificate(ingress) });
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
  { tls, gateway }: IngressPlan,
  shared: Shared,
  zone: Zone | undefined,
  site: AwsSite | undefined,
): Certificates | undefined {
  if (tls.issuer === "none" || tls.issuer === "own") return undefined;
  const gateways = gateway !== undefined;
  if (tls.issuer === "self-signed" || zone === undefined || site === undefined) {
    return new Certificates("tls", { ...shared, gateways, plan: tls });
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
    gateways,
    after,
    plan: tls,
    zone: { id: zone.zoneId, region: site.region },
  });
}

function makeRecords(
  { dns, controller: planned, gatewaySite }: IngressPlan,
  { controller, gateway }: { controller?: Balanced | undefined; gateway?: Balanced | undefined },
  zone: Zone | undefined,
  site?: AwsSite,
): void {
  if (zone === undefined || site === undefined || dns.records.length === 0) return;
  const lead = (name: string, to: Balanced | undefined, identifier: string, weight: number) => {
    if (to === undefined) return;
    new Records(name, {
      names: dns.records,
      zoneId: zone.zoneId,
      loadBalancer: to.loadBalancer.apply((balancer) => balancer ?? ""),
      type: planned?.alb !== undefined ? "application" : "network",
      identifier,
      weight,
      provider: site.provider,
    });
  };
  const beside = dns.gatewayWeight ?? 0;
  lead("names", controller, "ingress", 100 - beside);
  const alone = gatewaySite === undefined;
  if (alone || dns.gatewayWeight !== undefined)
    lead("names-gateway", gateway, "gateway", alone ? 100 : beside);
}

/** Who has a load balancer that names can lead to. */
type Balanced = Pick<IngressNginx, "loadBalancer">;
