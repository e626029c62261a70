import type { Strategy } from "../canary/canary";
import type { Backend, Ingress } from "./ingresses";
import type { ClientCertificate } from "./access-settings";
import type { Settings } from "./settings";

export interface Server {
  host: string;
  aliases: readonly string[];
  locations: Location[];
  /** What nginx gets, in its order. */
  nginx: readonly NginxLocation[];
  /** One expression or rewrite on a host makes all of its locations expressions. */
  regex: boolean;
  /** Whether a certificate is configured for the host: its own, or the controller's. */
  tls: boolean;
  /** `namespace/name` of the certificate's Secret; absent where it is the controller's own. */
  secret?: string;
  /** No tls entry names the host: nginx takes the Secret only if its certificate covers the host. */
  secretIsGuess?: boolean;
  /** The Ingress that brought the certificate. */
  tlsFrom?: Ingress;
  passthrough: boolean;
  serverSnippet?: string;
  clientCertificate?: ClientCertificate;
  /** Why every request gets 403. */
  refused?: string;
}

export interface Location {
  path: string;
  type: "Prefix" | "Exact";
  /** How the Ingress wrote the type. */
  asWritten: string;
  /** Undefined: the controller's own 404. */
  upstream?: Upstream;
  /** The root location that every server has, as long as no rule takes it. */
  isDefault: boolean;
  /** Undefined for the catch-all's own root. */
  ingress?: Ingress;
  settings: Settings;
  /** What the answer takes for granted. */
  assumes?: string;
}

export interface Upstream extends Backend {
  namespace: string;
}

export interface UpstreamCanary {
  upstream: Upstream;
  strategy: Strategy;
  /** The Ingress that brought it. */
  ingress: string;
}

/** A location as the template writes it. */
export interface NginxLocation {
  location: Location;
  path: string;
  /** `= path`. */
  exact: boolean;
}
