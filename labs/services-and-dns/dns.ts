import { addressAt, prefixOf } from "../../kube/ip";
import type { KubeObject } from "../../kube/objects";
import { COREDNS } from "../images";
import { deployment, NOBODY, service } from "../workload";

/** Domain of the lab's own zone: RFC 2606 keeps `example` free, so it can clash with nothing. */
export const ZONE = "corp.example";

/** Offsets in the Service range; its first addresses are those that the API server hands out last (KEP-3070). */
const OFFSETS = { resolver: 53, corp: 54 } as const;

export interface DnsAddresses {
  resolver: string;
  corp: string;
}

/** Fixed addresses for the lab's two DNS servers, or undefined where the Service range is not known or too small. */
export function dnsAddresses(serviceCidr: string | undefined): DnsAddresses | undefined {
  if (serviceCidr === undefined || prefixOf(serviceCidr) > 25) return undefined;
  return { resolver: addressAt(serviceCidr, OFFSETS.resolver), corp: addressAt(serviceCidr, OFFSETS.corp) };
}

/** The company's own DNS server: it alone knows the zone. */
export function corpDns(namespace: string, addresses: DnsAddresses): KubeObject[] {
  return dnsServer(namespace, "corp-dns", addresses.corp, {
    Corefile: `${ZONE}:53 {
    errors
    log
    ready
    file /etc/coredns/db.${ZONE}
}
`,
    [`db.${ZONE}`]: `$ORIGIN ${ZONE}.
$TTL 30
@         IN SOA   ns admin 2026110101 7200 3600 1209600 30
@         IN NS    ns
ns        IN A     ${addresses.corp}
wiki      IN A     192.0.2.80
intranet  IN CNAME wiki
_http._tcp IN SRV  10 10 80 wiki
wiki      IN TXT   "the company's wiki"
`,
  });
}

/** A resolver with a stub domain: the zone goes to the company's server, everything else to the cluster's own DNS. */
export function stubResolver(namespace: string, addresses: DnsAddresses): KubeObject[] {
  return dnsServer(namespace, "resolver", addresses.resolver, {
    // Its own /etc/resolv.conf names the cluster's DNS (dnsPolicy ClusterFirst).
    Corefile: `.:53 {
    errors
    log
    ready
    forward . /etc/resolv.conf
    cache 30
    reload
}
${ZONE}:53 {
    errors
    log
    forward . ${addresses.corp}
    cache 30
}
`,
  });
}

function dnsServer(
  namespace: string,
  name: string,
  clusterIP: string,
  data: Record<string, string>,
): KubeObject[] {
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data },
    deployment({
      name,
      namespace,
      image: COREDNS,
      user: NOBODY,
      labels: { app: name },
      args: ["-conf", "/etc/coredns/Corefile"],
      limits: { memory: "64Mi" },
      container: {
        ports: [
          { name: "dns", containerPort: 53, protocol: "UDP" },
          { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
        ],
        readinessProbe: { httpGet: { path: "/ready", port: 8181 } },
        // As kubeadm runs CoreDNS: its program carries the capability, and does not start where it is taken away.
        securityContext: {
          readOnlyRootFilesystem: true,
          capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
        },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
      pod: { volumes: [{ name: "config", configMap: { name } }] },
    }),
    service({
      name,
      namespace,
      selector: { app: name },
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
      ],
      spec: { clusterIP },
    }),
  ];
}
