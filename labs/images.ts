/**
 * Images that several labs run, by tag and digest of the index over all architectures. A digest is written down only
 * where independent public sources name the same one; they stand beside it.
 */

/** A shell and small network clients. Docker official image. */
export const BUSYBOX =
  "busybox:1.37.0@sha256:9db7b59979c38555a39def84a31fb98b5296952f9e3afd4f6f11f05b07adfab0";

/** A web server that answers with its own name and addresses and the caller's. */
export const WHOAMI =
  "traefik/whoami:v1.11.0@sha256:200689790a0a0ea48ca45992e0450bc26ccab5307375b41c84dfc4f2475937ab";

/** A client that shows every header. */
export const CURL =
  "curlimages/curl:8.11.1@sha256:c1fe1679c34d9784c1b0d1e5f62ac0a79fca01fb6377cdd33e90473c6f9f9a69";

/** The user that its image is made for. */
export const CURL_USER = 100;

/** Docker official image. */
export const REDIS =
  "redis:7.4.2-alpine@sha256:02419de7eddf55aa5bcf49efb74e88fa8d931b4d77c07eff8a6b2144472b6952";

/** ip, bridge, ss, iptables, tcpdump, dig and the like (nicolaka/netshoot). */
export const NETSHOOT =
  "nicolaka/netshoot:v0.14@sha256:7f08c4aff13ff61a35d30e30c5c1ea8396eac6ab4ce19fd02d5a4b3b5d0d09a2";

/** The version that kubeadm 1.36 installs; digest: cilium/cilium's connectivity tests. */
export const COREDNS =
  "registry.k8s.io/coredns/coredns:v1.14.2@sha256:e7e6440cfd1e919280958f5b5a6ab2b184d385bba774c12ad2a9e1e4183f90d9";
