import type { Problem } from "../../../kube/problems";
import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { DnsConfig } from "../dns-config";

export interface DnsPlan {
  baseDomain: string;
  /** Absent: names are not made by this stack. */
  zone?: { how: "find" | "create"; name: string };
  /** Names that become alias records to the load balancer. */
  records: readonly string[];
  /** Percent of their answers that lead to the Gateway beside ingress-nginx; absent where there are not both. */
  gatewayWeight?: number;
}

type Facts = Pick<ClusterFacts, "baseDomain">;

/** What the stack can do for names. */
export interface DnsSite {
  /** How requests get in; undefined without an ingress controller. */
  expose: "host-ports" | "load-balancer" | "node-ports" | undefined;
  /** Whether the stack has an AWS account to make records in. */
  route53: boolean;
  /** The load balancer has private addresses only. */
  internal?: boolean;
  /** ingress-nginx and a Gateway, each behind a load balancer of its own. */
  both?: boolean;
}

/**
 * Names of the labs. On a laptop they live under `localhost`: RFC 6761 gives every name below it to the own machine;
 * browsers, curl (7.78 and newer) and systemd-resolved answer without asking anybody, so nothing is set up and nothing
 * of the class's traffic depends on somebody's wildcard DNS service.
 */
export function planDns(
  config: DnsConfig,
  facts: Facts,
  { expose, route53, internal, both = false }: DnsSite,
): { plan: DnsPlan; problems: Problem[]; notes: string[] } {
  const baseDomain = config.baseDomain ?? facts.baseDomain;
  const problems: Problem[] = [];
  const notes: string[] = [];
  const zoneName = config.zoneName ?? baseDomain;
  if (config.zone !== "none") {
    if (config.baseDomain === undefined) {
      problems.push({
        path: "dns.baseDomain",
        message: "a zone needs a domain of your own",
        fix: "pulumi config set --path dns.baseDomain labs.example.org",
      });
    }
    if (!route53 || expose !== "load-balancer") {
      problems.push({
        path: "dns.zone",
        value: config.zone,
        message: "records lead to a load balancer that this stack makes on AWS, and there is none",
        fix: "set dns.zone to none, and make the names yourself",
      });
    }
  } else if (config.zoneName !== undefined) {
    problems.push({
      path: "dns.zoneName",
      value: config.zoneName,
      message: "changes nothing while dns.zone is none",
      fix: "set dns.zone to find or create",
    });
  }
  if (zoneName !== baseDomain && !baseDomain.endsWith(`.${zoneName}`)) {
    problems.push({
      path: "dns.zoneName",
      value: zoneName,
      message: `the base domain ${baseDomain} is not in this zone`,
      fix: "use the zone that holds it",
    });
  }
  if (config.gatewayWeight !== undefined && (!both || config.zone === "none")) {
    problems.push({
      path: "dns.gatewayWeight",
      value: config.gatewayWeight,
      message:
        "shares out names between ingress-nginx and a Gateway, each behind a load balancer of its own, by records of this stack; there are not both, or no records",
      fix: "on EKS set ingress.controller to both and dns.zone to find or create; or leave it out",
    });
  }
  const local = baseDomain === "localhost" || baseDomain.endsWith(".localhost");
  if (local && expose === "load-balancer") {
    notes.push(
      `names under ${baseDomain} are your own machine, not the load balancer: set dns.baseDomain, or use curl --connect-to`,
    );
  }
  if (!local && config.zone === "none" && expose !== undefined) {
    notes.push(`this stack makes no DNS records: *.${baseDomain} must lead to the ingress controller`);
  }
  if (config.zone === "create") {
    notes.push(
      `names under ${baseDomain} resolve, and can be proved for ACME, once the parent zone names the servers of output nameServers`,
    );
  }
  if (config.zone === "create" && internal === true) {
    notes.push(
      "dns.zone create makes a public zone, and its records hold the internal load balancer's private addresses: names resolve everywhere and lead somewhere only inside the network; dns.zone none with a private zone of your own keeps them there",
    );
  }
  return {
    plan: {
      baseDomain,
      ...(config.zone === "none" ? {} : { zone: { how: config.zone, name: zoneName } }),
      // The name itself as well: a wildcard does not cover it.
      records: config.zone === "none" ? [] : [baseDomain, `*.${baseDomain}`],
      ...(both && config.zone !== "none" ? { gatewayWeight: config.gatewayWeight ?? 0 } : {}),
    },
    problems,
    notes,
  };
}
