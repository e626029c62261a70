/**
 * Calico's v3 resources as plain data, after their published reference (projectcalico/calico api/pkg/apis/projectcalico/v3,
 * docs.tigera.io/calico/latest/reference/resources). `apiVersion` is `projectcalico.org/v3` for all of them, whether the
 * cluster has native v3 CRDs or Calico's aggregated API server.
 */
import type { ObjectMeta } from "../../kube/objects";

export const CALICO_API_VERSION = "projectcalico.org/v3";

export interface Resource<Kind extends string, Spec> {
  apiVersion: typeof CALICO_API_VERSION;
  kind: Kind;
  metadata: ObjectMeta;
  spec: Spec;
  [field: string]: unknown;
}

export interface Namespaced<Kind extends string, Spec> extends Resource<Kind, Spec> {
  metadata: ObjectMeta & { namespace: string };
}

/** By name, or by number from 1 to 255. */
export type Protocol = "TCP" | "UDP" | "ICMP" | "ICMPv6" | "SCTP" | "UDPLite" | number;
/** A number, a range `"8000:8100"` (both ends included), or the name of a port of the endpoint. */
export type Port = number | string;
/** Calico durations are Go durations: `"90s"`, `"5m"`. */
export type Duration = string;
export type Toggle = "Enabled" | "Disabled";
