import { X509Certificate } from "node:crypto";
import { CONTROLLER, placeOf, type IngressSite } from "../../routing/ingress-site";
import { CA } from "../../components/tls/plan/objects";
import { UserError } from "../../kube/problems";
import type { StackPlan } from "../../stacks/stack-plan";
import type { ReachedCluster } from "./cluster/cluster-access";
import { ApiError, type ClusterApi } from "../cluster/api-client";
import type { Trust } from "./cluster/request-often";
import { core } from "../cluster/api-paths";
import type { Inventory } from "./core/inventory";
import type { RequestCheck } from "./core/check-model";

/**
 * Where the ingress is reached. Names under `localhost` are this machine (RFC 6761), but not every resolver knows it:
 * they are not asked. Without a port of this machine they mean the load balancer.
 */
export function entryOf(
  plan: StackPlan,
  inventory: Inventory,
  wish: string | undefined,
): (check: Pick<RequestCheck, "host" | "port" | "gateway">) => string | undefined {
  const balancerOf = (site: IngressSite | undefined): string | undefined => {
    const place = site === undefined ? CONTROLLER : placeOf(site);
    return inventory.services.find((s) => s.namespace === place.namespace && s.name === place.name)
      ?.loadBalancer[0];
  };
  const beside = plan.ingress?.gatewaySite;
  return ({ host, port, gateway }) => {
    // Names lead to nginx: the Gateway beside it is asked at its own load balancer.
    const besides = gateway !== undefined && beside !== undefined;
    const balancer = balancerOf(besides ? beside : plan.ingress?.site);
    // Names that are shared out may lead to either: each is asked at its own.
    const shared = (plan.ingress?.dns.gatewayWeight ?? 0) > 0;
    if ((besides || shared) && balancer !== undefined) return balancer;
    if (wish !== undefined) return wish;
    const isLocal = host === "localhost" || host.endsWith(".localhost");
    if (!isLocal) return undefined;
    if (plan.ingress?.site.kind === "alb")
      throw new UserError(
        `${host} is no name of the load balancer: --entry <its name> (pulumi stack output loadBalancer)`,
      );
    const open = plan.facts.hostPorts.find((h) => h.hostPort === port && h.protocol === "TCP");
    if (open === undefined) return balancer ?? "127.0.0.1";
    return /^(0\.0\.0\.0|::)?$/.test(open.listenAddress) ? "127.0.0.1" : open.listenAddress;
  };
}

/** Whom to trust: as the stack's certificates are made. */
export async function trustOf(
  plan: StackPlan,
  reached: ReachedCluster,
  api: ClusterApi,
  signal?: AbortSignal,
): Promise<Trust> {
  const tls = plan.ingress?.tls;
  if (tls === undefined) return {};
  switch (tls.issuer) {
    case "none":
    case "acme":
      return {};
    case "acme-staging":
      return { anyAuthority: true };
    case "own":
      return { own: new X509Certificate(tls.certificate).fingerprint256 };
    case "self-signed": {
      const ca = reached.ca ?? (await authority(api, tls.manager.namespace, signal));
      return ca === undefined ? {} : { ca };
    }
  }
}

/** The cluster's authority from its Secret, where the stack's outputs were not at hand. Only the certificate is used. */
async function authority(
  api: ClusterApi,
  namespace: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const secret = await api.get(core(namespace, "secrets", CA), signal);
    const data = secret["data"] as Record<string, string> | undefined;
    const found = data?.["tls.crt"] ?? data?.["ca.crt"];
    return found === undefined ? undefined : Buffer.from(found, "base64").toString("utf8");
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
