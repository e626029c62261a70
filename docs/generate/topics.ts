/** What people come to learn, in the order of common courses, and where it is taught here. */
export interface TopicGroup {
  title: string;
  topics: readonly Topic[];
}

export interface Topic {
  what: string;
  /** Labs and their steps. */
  labs?: Readonly<Record<string, readonly string[]>>;
  /** What of a stack does it, where no lab is needed. */
  stack?: string;
  /** Why there is nothing (yet). */
  missing?: string;
}

const lab = (what: string, labs: Topic["labs"] & object, stack?: string): Topic => ({
  what,
  labs,
  ...(stack === undefined ? {} : { stack }),
});
const stack = (what: string, how: string): Topic => ({ what, stack: how });
const missing = (what: string, why: string): Topic => ({ what, missing: why });

const calico: TopicGroup = {
  title: "Calico: installation, policy, AWS",
  topics: [
    stack("Multi-node kind cluster without default CNI", "every `kind` stack"),
    stack(
      "Installing the tigera-operator",
      "every stack with `calico.install` does it; no step does it by hand",
    ),
    stack(
      "Installation without encapsulation, containerIPForwarding",
      "`Pulumi.ip-pools.yaml`: `calico.pools[].encapsulation: None`, `calico.containerIpForwarding`",
    ),
    stack("Installation with VXLANCrossSubnet, and the API server", "the default of every stack"),
    stack(
      "Validation: tigerastatus, pods, nodes",
      "`up` waits for both resources; by hand in `global-policy`",
    ),
    lab("Sample application yaobank, NodePort 30180, a shell in customer", { yaobank: ["open"] }),
    lab("Sample Kubernetes network policy: database-policy", { yaobank: ["database"] }),
    lab("Sample Calico global network policy: default-app-policy, default deny", {
      yaobank: ["default-deny"],
      "global-policy": ["default-deny"],
    }),
    lab("default-app-policy with DNS", { yaobank: ["allow-dns"], "global-policy": ["allow-dns"] }),
    lab("nodeport-policy: preDNAT, applyOnForward, one source", {
      "host-endpoints": ["nodeport-policy"],
      ebpf: ["before-dnat"],
    }),
    lab("Network policy for nodes: default-node-policy", { "host-endpoints": ["node-policy"] }),
    lab("Automatic host endpoints, get heps", { "host-endpoints": ["automatic"] }),
    lab("customer-policy, summary-policy", { yaobank: ["least-privilege"] }),
    lab("egress-lockdown: order 600, serviceAccountSelector", { "egress-lockdown": ["lockdown"] }),
    lab("The exception: serviceaccount customer internet-egress=allowed", {
      "egress-lockdown": ["exception"],
    }),
    stack(
      "AWS networking: VPC, zones, subnets, secondary ranges, at most five CIDRs",
      "the `eks` stack's plan",
    ),
    stack(
      "EKS with Amazon VPC networking, Calico for policy",
      "`eks.cni: aws`, `aws-prefix`, `aws-custom`, `aws-custom-prefix`",
    ),
    stack("EKS with Calico networking (VXLAN)", "`eks.cni: calico`"),
    stack("Addresses and ENIs per instance type (t3.small, t3.2xlarge)", "`npm run labs -- capacity`"),
    stack(
      "The control plane cannot reach Calico pods: the workaround",
      "`eks.cni: calico`: hostNetwork where it calls",
    ),
    missing(
      "Source/destination check in CrossSubnet mode",
      "on EKS the overlay is VXLAN everywhere, which works with that check on; the guide of `overlays` says what turns it off",
    ),
    missing(
      "Self-managed clusters on EC2 (kops)",
      "use such a cluster as target `existing`, for the labs that do not change the cluster",
    ),
    missing("Security groups for pods", "Calico's policies do not apply to such pods"),
    lab("Encryption by WireGuard", { wireguard: ["encrypted"] }),
    lab("Exposing services: NodePort, LoadBalancer, externalTrafficPolicy", {
      "load-balancing": ["node-port", "node-port-local", "load-balancer", "load-balancer-local"],
    }),
    lab("Exposing services: Ingress", { "ingress-routing": ["controller", "one-service"] }),
    lab(
      "The eBPF dataplane: no kube-proxy, the client's address behind node ports, connect-time load balancing",
      {
        ebpf: ["no-kube-proxy", "node-port", "known-client"],
      },
    ),
    missing("Azure", "no target of this project uses it"),
  ],
};

const networking: TopicGroup = {
  title: "Linux and cluster networking: namespaces, CNI, Services, DNS, Ingress",
  topics: [
    lab("Network namespaces red and blue, veth pairs, link-netns, addresses", {
      "pod-and-host-views": ["by-hand"],
    }),
    lab("Bridge, ip_forward, NAT", { "pod-and-host-views": ["by-hand"] }),
    missing(
      "Docker networks: bridge, host, overlay, macvlan, the docker network commands",
      "Docker only carries the nodes here; its other drivers have no part in Kubernetes",
    ),
    lab("How CNI works: who sets up the network when", { "pod-and-host-views": ["host-view", "by-hand"] }),
    lab("Cluster networking: ports that must be open on nodes, and who listens", {
      "host-endpoints": ["no-guard", "node-policy"],
    }),
    lab("Interfaces, MAC addresses, bridges, routes, default gateway of a node", {
      "pod-and-host-views": ["host-view"],
    }),
    lab("Listening ports, connections to etcd", { "pod-and-host-views": ["host-view"] }),
    lab("Pod networking by script: veth, bridge, address, up", { "pod-and-host-views": ["by-hand"] }),
    lab("kubelet and CNI: /opt/cni/bin, /etc/cni/net.d", { "pod-and-host-views": ["host-view"] }),
    missing(
      "Weave Net: installation, pods, logs",
      "the project has ended; its images and manifests are not kept",
    ),
    lab("A pod's default gateway", { "pod-and-host-views": ["pod-view"] }),
    lab("Service networking: ClusterIP, NodePort, kube-proxy's rules", {
      "services-and-dns": ["cluster-ip", "node-port"],
      "pod-and-host-views": ["host-view"],
    }),
    lab("kube-proxy's logs and mode: iptables, ipvs, nftables", {
      "pod-and-host-views": ["host-view"],
      "services-and-dns": ["cluster-ip"],
    }),
    lab("Range of pod addresses, range of Services", {
      "ip-pools": ["ranges"],
      "pod-and-host-views": ["host-view"],
    }),
    lab("/etc/hosts before DNS; edit the Deployment, not the pod", { "services-and-dns": ["cluster-ip"] }),
    lab("CoreDNS: the Service kube-dns, Corefile, ConfigMap", {
      "services-and-dns": ["cluster-ip", "stub-domain"],
    }),
    lab("Which forms of a name resolve (web-service.payroll …)", { "services-and-dns": ["cluster-ip"] }),
    lab("What an ingress controller is made of: its args, env and ports", {
      "ingress-routing": ["controller"],
    }),
    lab("Ingress with one backend: only a default backend, one rule", {
      "ingress-routing": ["default-only", "one-service"],
    }),
    lab("Path based routing, default backend", { "ingress-routing": ["paths", "default-backend"] }),
    lab("Host name based routing, the load balancer's own name", { "ingress-routing": ["hosts"] }),
    lab("Rewrite target", { "ingress-routing": ["rewrite"] }),
    lab("kubectl create ingress in the right namespace", {
      "ingress-routing": ["other-namespace"],
    }),
  ],
};

const calicoNetworking: TopicGroup = {
  title: "Calico networking: pod and host views, encryption, IP pools, BGP",
  topics: [
    lab("How pods see the network: ip addr, ip link, ip route, 169.254.1.1", {
      "pod-and-host-views": ["pod-view"],
    }),
    lab("A pod on a chosen node: nodeName", { "pod-and-host-views": ["pod-view"] }),
    lab("How hosts see connections to pods: cali interfaces, link-netns", {
      "pod-and-host-views": ["host-view"],
    }),
    lab("How hosts route pod traffic: proto bird, blocks, blackhole", {
      "pod-and-host-views": ["host-view"],
      "ip-pools": ["blocks"],
    }),
    lab("Overlays: None, IPIP, VXLAN, captured between nodes; headers, MTU, source addresses", {
      overlays: ["none", "ipip", "vxlan"],
    }),
    lab("Overlays: CrossSubnet, on two subnets with a router", {
      overlays: ["two-subnets", "vxlan-cross-subnet", "ipip-cross-subnet"],
    }),
    lab("Enabling encryption: public keys, wireguard.cali", { wireguard: ["encrypted"] }),
    lab("Disabling encryption", { wireguard: ["plain-again"] }),
    lab("Cluster pod CIDR and service CIDR, get ippools", { "ip-pools": ["ranges"] }),
    lab("Create the externally routable pool", { "ip-pools": ["external-pool"] }),
    lab("Examine BGP peering status", { bgp: ["mesh"] }),
    lab("Add the BGP peer bgppeer-global-host1", { bgp: ["peer"] }),
    lab("A namespace that uses the external pool", { "ip-pools": ["external-ns"] }),
    lab("nginx in it, reached from host1", { bgp: ["peer"] }),
    lab("Allocation statistics: calicoctl ipam show", { "ip-pools": ["ranges", "blocks"] }),
  ],
};

const inKubernetes: TopicGroup = {
  title: "Calico in Kubernetes",
  topics: [
    lab("The network model: pods reach each other without NAT", { "services-and-dns": ["cluster-ip"] }),
    lab("How a pod gets its address", { "ip-pools": ["external-ns", "blocks"] }),
    stack("Chained plugins: Amazon CNI with Calico", "`eks.cni: aws`"),
    missing("Chained plugins: host-local, Azure", "no target of this project uses them"),
    lab("Services: ClusterIP, NodePort", { "services-and-dns": ["cluster-ip", "node-port"] }),
    lab("Services: LoadBalancer", { "load-balancing": ["load-balancer"] }),
    lab("Kubernetes DNS and its search list", { "services-and-dns": ["cluster-ip"] }),
    lab("Outgoing NAT", { "ip-pools": ["no-nat"], bgp: ["routable"] }),
    lab("IPv6 and dual stack: addresses, Services, policies by family", {
      "dual-stack": ["families", "forgotten-door", "both-doors", "forgotten-list", "whole-list", "labels"],
    }),
    lab("Kubernetes policy: selectors, ingress and egress rules", {
      stars: ["default-deny", "allow-ui", "backend", "frontend"],
    }),
    lab("Calico policy: Allow and Deny, order, service accounts, network sets", {
      "global-policy": ["order", "network-sets", "make-it-work", "tiers", "service-accounts"],
    }),
    lab("Kubernetes and Calico policies side by side", {
      "global-policy": ["developers", "service-accounts"],
    }),
    lab("Policies for common tasks, and the mistake beside each", {
      "policy-recipes": ["allow-one", "pod-of-a-namespace", "dns-only", "range-with-exception", "deny-one"],
    }),
    lab("Staged policies, flow logs of Goldmane and Whisker", {
      staged: ["stage-deny", "stage-tiers", "stage-dns", "enforce", "stage-removal"],
    }),
    lab("Host endpoints", { "host-endpoints": ["automatic", "node-policy"] }),
    missing("Istio integration", "it needs a mesh and layer 7 policy, which nothing else here uses"),
    missing(
      "Virtual machines with k3s",
      "the kind stacks take their place, with a router beside the nodes where a lab needs one; your own k3s is a target `existing`",
    ),
    stack("Operator, Installation, reviewing Calico's pods, node health", "every stack"),
    missing(
      "Installation by manifest, or by a distribution's installer",
      "this project installs Calico by its operator, as Calico recommends",
    ),
    lab("Install, verify and open the sample application", { yaobank: ["open"] }),
  ],
};

const fromOutside: TopicGroup = {
  title: "Traffic from outside: load balancers, ingress, canaries, isolation",
  topics: [
    lab("A Service of type LoadBalancer", { "load-balancing": ["load-balancer"] }),
    stack("The nginx ingress controller behind an NLB", "`ingress` on the `eks` stack"),
    lab("An Ingress for Online Boutique", { boutique: ["open"] }),
    lab("Ingress against ingress controller", { "ingress-routing": ["controller"] }),
    lab("Expose the 2048 game under a subdomain", { "game-2048": ["outside"] }),
    lab("Canary: 5 %", { boutique: ["canary-5"] }),
    lab("Canary by header FOO=bar", { boutique: ["canary-header"] }),
    lab("A/B by header and by cookie", { boutique: ["canary-header", "canary-cookie"] }),
    lab("Other strategies: promotion, blue-green", {
      boutique: ["canary-half", "promoted", "roll-back", "switch"],
    }),
    stack("Calico on EKS by Helm", "every `eks` stack"),
    lab("stars: default deny", { stars: ["default-deny"] }),
    lab("stars: allow the management UI", { stars: ["allow-ui"] }),
    lab("stars: backend policy", { stars: ["backend"] }),
    lab("stars: frontend policy", { stars: ["frontend"] }),
    lab("HTTPS by hand: certificate by openssl, secret, force-ssl-redirect", {
      "ingress-routing": ["rewrite"],
    }),
    lab("HTTPS by cert-manager", { "ingress-routing": ["tls"] }),
    lab("Gateway API: class, Gateway, HTTPRoute, and what a rejected route says", {
      "gateway-api": ["classes", "gateway", "rejected", "invited"],
    }),
    lab("Gateway API: another team's Service, ReferenceGrant", {
      "gateway-api": ["other-namespace", "granted"],
    }),
    lab("Gateway API: HTTPS, canary by header and weight", { "gateway-api": ["https", "canary"] }),
    lab("Policies for a Gateway's proxies under a default deny", { "gateway-api": ["closed", "opened"] }),
    lab("From ingress-nginx to a Gateway: inventory, both side by side, without nginx", {
      "leaving-ingress-nginx": ["on-nginx", "beside", "protected", "gone"],
    }),
    missing(
      "Moving a name from one load balancer to another by weighted DNS records",
      "the guide of `leaving-ingress-nginx` says how; no step does it",
    ),
  ],
};

export const topicGroups: readonly TopicGroup[] = [
  calico,
  networking,
  calicoNetworking,
  inKubernetes,
  fromOutside,
];
