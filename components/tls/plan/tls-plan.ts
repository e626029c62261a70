import { ENCRYPTED } from "../../../kube/config-fields";
import type { Problem } from "../../../kube/problems";
import type { ClusterFacts } from "../../../kube/cluster-facts";
import type { SiteTls } from "../../../routing/ingress-site";
import { portUsers } from "../../node-ports";
import type { TlsConfig } from "../tls-config";
import { certificateProblems } from "./own";

export type Issuer = NonNullable<TlsConfig["issuer"]>;

/** What certificates depend on besides the cluster. */
export interface TlsSite {
  baseDomain: string;
  /** Whether a Route 53 zone is found or made for the base domain. */
  zone: boolean;
  /** Whether cert-manager can be given rights over the zone. */
  rights: boolean;
  /** Whether a lab of the stack asks for TLS. */
  needed: boolean;
  /** Whether an ingress controller is there to use certificates. */
  ingress: boolean;
  /** Whether this stack installs it, so that its default certificate can be set. */
  ownController: boolean;
  /** Certificates of an ALB, where one serves requests: none of cert-manager's reach it. */
  acm?: readonly string[];
}

/** Everything about certificates that is decided before anything is made. */
export type TlsPlan =
  | { issuer: "none" }
  | { issuer: "own"; certificate: string; key: string }
  | ({ issuer: "self-signed"; baseDomain: string } & Managed)
  | ({ issuer: "acme-staging" | "acme"; server: string; email: string } & Managed);

/** Certificates that cert-manager gets. */
interface Managed {
  webhook: WebhookPlan;
  manager: ManagerPlan;
}

/** cert-manager itself. A ClusterIssuer's Secrets are in its namespace. */
export interface ManagerPlan {
  how: "install" | "existing";
  namespace: string;
}

export const CERT_MANAGER_NAMESPACE = "cert-manager";

export interface WebhookPlan {
  hostNetwork: boolean;
  /** Port of the webhook; the chart's own default is the kubelet's on a host network. */
  port: number;
}

/** Directories of Let's Encrypt. */
export const ACME = {
  acme: "https://acme-v02.api.letsencrypt.org/directory",
  "acme-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

/** Name of the ClusterIssuer that every Certificate of the labs asks. */
export const ISSUER = "labs";

type Facts = Pick<ClusterFacts, "controlPlaneReachesPods" | "owned" | "isolated">;

export function planTls(
  config: TlsConfig,
  facts: Facts,
  site: TlsSite,
): { plan: TlsPlan; problems: Problem[]; notes: string[] } {
  if (site.acm !== undefined) return acmTls(config, site.acm, site.needed);
  const issuer = config.issuer ?? (site.needed ? "self-signed" : "none");
  const problems = [...common(config, issuer, facts, site), ...sections(config, issuer)];
  const webhook = {
    hostNetwork: !facts.controlPlaneReachesPods,
    port: facts.controlPlaneReachesPods ? 10250 : config.webhookPort,
  };
  const manager = {
    how: config.certManager,
    namespace: config.certManagerNamespace ?? CERT_MANAGER_NAMESPACE,
  };
  switch (issuer) {
    case "none":
      return { plan: { issuer }, problems, notes: [] };
    case "self-signed":
      return { plan: { issuer, baseDomain: site.baseDomain, webhook, manager }, problems, notes: [] };
    case "own": {
      const { certificate = "", key = "" } = config;
      problems.push(...certificateProblems(certificate, key, new Date()));
      return { plan: { issuer, certificate, key }, problems, notes: encryptedNotes({ certificate, key }) };
    }
    case "acme":
    case "acme-staging":
      problems.push(...acmeProblems(config, issuer, site));
      if (facts.isolated === true)
        problems.push({
          path: "tls.issuer",
          value: issuer,
          message:
            "cert-manager reaches neither Let's Encrypt nor Route 53 from a network without the internet",
          fix: "self-signed, or own",
        });
      return {
        plan: { issuer, server: ACME[issuer], email: config.email ?? "", webhook, manager },
        problems,
        notes:
          issuer === "acme-staging"
            ? [
                "tls: browsers do not trust Let's Encrypt's staging certificates; change issuer to acme when all works",
              ]
            : [],
      };
  }
}

function acmTls(config: TlsConfig, arns: readonly string[], needed: boolean) {
  const problems: Problem[] = [];
  if (config.issuer !== undefined && config.issuer !== "none")
    problems.push({
      path: "tls.issuer",
      value: config.issuer,
      message: "an ALB takes certificates from ACM, not from cert-manager or a Secret",
      fix: "leave it out, and set ingress.certificateArns",
    });
  if (needed && arns.length === 0)
    problems.push({
      path: "ingress.certificateArns",
      message: "a lab of this stack needs certificates, and an ALB takes them from ACM only",
      fix: "the ARN of a certificate for *.<base domain> (aws acm list-certificates)",
    });
  return { plan: { issuer: "none" as const }, problems, notes: [] };
}

function common(config: TlsConfig, issuer: Issuer, facts: Facts, site: TlsSite): Problem[] {
  const problems: Problem[] = [];
  if (issuer === "none" && site.needed) {
    problems.push({
      path: "tls.issuer",
      value: issuer,
      message: "a lab of this stack needs certificates",
      fix: "use self-signed, or switch the lab off",
    });
  }
  if (issuer !== "none" && !site.ingress) {
    problems.push({
      path: "tls.issuer",
      value: issuer,
      message: "there is no ingress controller to use a certificate",
      fix: "set ingress.install to true",
    });
  }
  if (issuer === "own" && !site.ownController) {
    problems.push({
      path: "tls.issuer",
      value: issuer,
      message: "is the controller's default certificate, and the controller is not this stack's",
      fix: "self-signed; or set the default certificate there yourself, and tls.issuer none",
    });
  }
  if (config.certManager === "existing" && facts.owned) {
    problems.push({
      path: "tls.certManager",
      value: "existing",
      message: "this stack makes the cluster itself, so nothing is in it yet",
      fix: "leave it out: cert-manager is installed",
    });
  }
  if (config.certManager === "install" && config.certManagerNamespace !== undefined) {
    problems.push({
      path: "tls.certManagerNamespace",
      value: config.certManagerNamespace,
      message: "is of a cert-manager that is there already, and this stack installs its own",
      fix: "set tls.certManager to existing, or leave it out",
    });
  }
  const port = config.webhookPort;
  if (
    config.certManager === "install" &&
    issuer !== "none" &&
    issuer !== "own" &&
    !facts.controlPlaneReachesPods
  ) {
    const user = portUsers[port];
    if (user !== undefined) {
      problems.push({
        path: "tls.webhookPort",
        value: port,
        message: `is ${user}'s on the host network`,
        fix: "use 10260",
      });
    }
  }
  return problems;
}

/** Settings of another issuer are mistakes: they would change nothing, in silence. */
function sections(config: TlsConfig, issuer: Issuer): Problem[] {
  const problems: Problem[] = [];
  const own = issuer === "own";
  const acme = issuer === "acme" || issuer === "acme-staging";
  for (const key of ["certificate", "key"] as const) {
    if (!own && config[key] !== undefined) {
      problems.push({
        path: `tls.${key}`,
        message: `is for issuer own, and the issuer is ${issuer}`,
        fix: "remove it, or set tls.issuer to own",
      });
    }
  }
  if (!acme && config.email !== undefined) {
    problems.push({
      path: "tls.email",
      value: config.email,
      message: `is for ACME, and the issuer is ${issuer}`,
      fix: "remove it",
    });
  }
  return problems;
}

function encryptedNotes(pair: Readonly<Record<string, string>>): string[] {
  const unread = Object.keys(pair).filter((name) => pair[name] === ENCRYPTED);
  return unread.length === 0
    ? []
    : [
        `tls: ${unread.join(" and ")} not checked here, as encrypted in the stack's file; the engine checks it`,
      ];
}

function acmeProblems(config: TlsConfig, issuer: Issuer, site: TlsSite): Problem[] {
  const problems: Problem[] = [];
  if (config.email === undefined) {
    problems.push({
      path: "tls.email",
      message: "an ACME account needs an address",
      fix: "pulumi config set --path tls.email you@example.org",
    });
  }
  // RFC 2606 and RFC 6761: no public authority signs these.
  if (/(^|\.)(localhost|test|example|invalid|local|internal|example\.(com|net|org))$/.test(site.baseDomain)) {
    problems.push({
      path: "dns.baseDomain",
      value: site.baseDomain,
      message: "no public authority signs names of this domain",
      fix: "use a domain of your own, or tls.issuer self-signed",
    });
  }
  if (!site.zone) {
    problems.push({
      path: "tls.issuer",
      value: issuer,
      message: "proves the names by DNS-01 on Route 53, and there is no zone",
      fix: "set dns.zone to find or create, on a target on AWS",
    });
  }
  if (site.zone && !site.rights) {
    problems.push({
      path: "tls.issuer",
      value: issuer,
      message:
        "cert-manager gets its rights over the zone by EKS Pod Identity, and this stack has no agent for it",
      fix: "set eks.loadBalancer.identity to pod-identity, with the controller aws-lbc",
    });
  }
  return problems;
}

/** How labs get certificates under this plan; undefined where they get none. */
export function siteTls(plan: TlsPlan, redirect: boolean, newZone = false): SiteTls | undefined {
  const acme = plan.issuer === "acme" || plan.issuer === "acme-staging";
  // Of a cert-manager that is there already nobody knows whether its Gateway support is on.
  const readsGateways = "manager" in plan && plan.manager.how === "install";
  const issued = {
    certificate: { issuer: ISSUER, readsGateways },
    redirect,
    awaited: !(acme && newZone),
  } as const;
  switch (plan.issuer) {
    case "none":
      return undefined;
    case "own":
      return { certificate: "default", redirect, awaited: false, trust: "the certificate is your own" };
    case "self-signed":
      return {
        ...issued,
        trust:
          "the authority is this cluster's own: pulumi stack output caCertificate > ca.crt, then curl --cacert ca.crt",
      };
    case "acme-staging":
      return { ...issued, trust: "Let's Encrypt's staging authority is not trusted by browsers" };
    case "acme":
      return { ...issued, trust: "Let's Encrypt is trusted by browsers" };
  }
}
