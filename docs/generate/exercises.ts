/** Every exercise of the course notes, in the notes' own order, and what became of it. */
export interface Note {
  title: string;
  exercises: readonly Exercise[];
}

export interface Exercise {
  /** What the notes do there, in their words where these are short. */
  what: string;
  /** Labs and their steps. */
  labs?: Readonly<Record<string, readonly string[]>>;
  /** What of a stack does it, where it is no lab's work. */
  stack?: string;
  /** Why there is nothing (yet). */
  missing?: string;
}

const lab = (what: string, labs: Exercise["labs"] & object, stack?: string): Exercise => ({
  what,
  labs,
  ...(stack === undefined ? {} : { stack }),
});
const stack = (what: string, how: string): Exercise => ({ what, stack: how });
const missing = (what: string, why: string): Exercise => ({ what, missing: why });

const operatorCourse: Note = {
  title: "Certified Calico Operator, levels 1 and AWS Expert",
  exercises: [
    stack("Multi-node kind cluster without default CNI", "every `kind` stack"),
    stack("Installing the tigera-operator", "every stack with `calico.install`"),
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
    lab("nodeport-policy: preDNAT, applyOnForward, one source", { "host-endpoints": ["nodeport-policy"] }),
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
    stack("EKS with Amazon VPC networking, Calico for policy", "`eks.cni: aws`, `aws-prefix`, `aws-custom`"),
    stack("EKS with Calico networking (VXLAN)", "`eks.cni: calico`"),
    stack("Addresses and ENIs per instance type (t3.small, t3.2xlarge)", "`npm run labs -- capacity`"),
    stack(
      "The control plane cannot reach Calico pods: the workaround",
      "`eks.cni: calico`: hostNetwork where it calls",
    ),
    missing(
      "Source/destination check in CrossSubnet mode",
      "the overlay on EKS is VXLAN everywhere, which needs no change of that check",
    ),
    missing(
      "Self-managed clusters on EC2 (kops)",
      "later; until then such a cluster is a target `existing`, and carries the labs that do not change the cluster",
    ),
    missing(
      "Security groups for pods",
      "Calico's policies do not apply to such pods, so the labs would show nothing there",
    ),
    lab("Encryption by WireGuard", { wireguard: ["encrypted"] }),
    lab("Exposing services: NodePort, LoadBalancer, externalTrafficPolicy", {
      "load-balancing": ["node-port", "node-port-local", "load-balancer", "load-balancer-local"],
    }),
    lab("Exposing services: Ingress", { "ingress-routing": ["controller", "one-service"] }),
    missing("Azure Expert, eBPF", "the notes only link to these courses; there is no exercise in them"),
  ],
};

const networking: Note = {
  title: "Networking (namespaces, CNI, Services, DNS, Ingress)",
  exercises: [
    lab("Network namespaces red and blue, veth pairs, addresses", { "pod-and-host-views": ["by-hand"] }),
    lab("Bridge, ip_forward, NAT", { "pod-and-host-views": ["by-hand"] }),
    missing(
      "Docker networks: bridge, host, overlay, macvlan, the docker network commands",
      "docker only carries the nodes here (`kind.network` makes a network of its own); its other drivers have no part in Kubernetes",
    ),
    lab("How CNI works: who sets up the network when", { "pod-and-host-views": ["host-view", "by-hand"] }),
    lab("Cluster networking: ports that must be open on nodes", { "host-endpoints": ["node-policy"] }),
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
    lab("kube-proxy's logs and mode", { "pod-and-host-views": ["host-view"] }),
    lab("Range of pod addresses, range of Services", {
      "ip-pools": ["ranges"],
      "pod-and-host-views": ["host-view"],
    }),
    lab("CoreDNS: Corefile, ConfigMap, the Service kube-dns", { "services-and-dns": ["stub-domain"] }),
    lab("Which forms of a name resolve (web-service.payroll …)", { "services-and-dns": ["cluster-ip"] }),
    lab("What an ingress controller is made of", { "ingress-routing": ["controller"] }),
    lab("Ingress with one backend", { "ingress-routing": ["one-service"] }),
    lab("Path based routing, default backend", { "ingress-routing": ["paths", "default-backend"] }),
    lab("Host name based routing", { "ingress-routing": ["hosts"] }),
    lab("Rewrite target", { "ingress-routing": ["rewrite"] }),
    lab("Lab 1 and 2: kubectl create ingress in the right namespace", {
      "ingress-routing": ["other-namespace"],
    }),
  ],
};

const weekThree: Note = {
  title: "Week 3: pod and host views, encryption, IP pools, BGP",
  exercises: [
    lab("How pods see the network: ip addr, ip link, ip route, 169.254.1.1", {
      "pod-and-host-views": ["pod-view"],
    }),
    lab("How hosts see connections to pods: cali interfaces", { "pod-and-host-views": ["host-view"] }),
    lab("How hosts route pod traffic: proto bird, blocks, blackhole", {
      "pod-and-host-views": ["host-view"],
      "ip-pools": ["blocks"],
    }),
    stack("Overlays: VXLAN, IPIP, CrossSubnet", "`calico.pools[].encapsulation`"),
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

const inKubernetes: Note = {
  title: "Calico in Kubernetes",
  exercises: [
    lab("The network model: pods reach each other without NAT", { "services-and-dns": ["cluster-ip"] }),
    lab("How a pod gets its address", { "ip-pools": ["external-ns", "blocks"] }),
    stack("Chained plugins: Amazon CNI with Calico", "`eks.cni: aws`"),
    missing("Chained plugins: host-local, Azure", "no target of this project uses them"),
    lab("Services: ClusterIP, NodePort", { "services-and-dns": ["cluster-ip", "node-port"] }),
    lab("Services: LoadBalancer", { "load-balancing": ["load-balancer"] }),
    lab("Kubernetes DNS and its search list", { "services-and-dns": ["cluster-ip"] }),
    lab("Outgoing NAT", { "ip-pools": ["no-nat"], bgp: ["routable"] }),
    missing(
      "IPv6 and dual stack",
      "later: ranges, pools and the evaluator know IPv6, the stacks are IPv4 only",
    ),
    lab("Kubernetes policy: selectors, ingress and egress rules", {
      stars: ["default-deny", "allow-ui", "backend", "frontend"],
    }),
    lab("Calico policy: Allow and Deny, order, service accounts, network sets", {
      "global-policy": ["order", "network-sets", "make-it-work", "tiers", "service-accounts"],
    }),
    lab("Kubernetes and Calico policies side by side", {
      "global-policy": ["developers", "service-accounts"],
    }),
    lab("Host endpoints", { "host-endpoints": ["automatic", "node-policy"] }),
    missing(
      "Istio integration",
      "not at all: it needs a mesh, and policy at layer 7 that nothing else here uses",
    ),
    missing(
      "Virtual machines by multipass with k3s (control, node1, node2, host1)",
      "the kind stacks take their place, with the same addresses and a host1 where a lab needs them; your own k3s is a target `existing`",
    ),
    stack("Operator, Installation, reviewing Calico's pods, node health", "every stack"),
    missing(
      "Installation by manifest, or by a distribution's installer",
      "the operator is the recommended way, and the one kept here",
    ),
    lab("Install, verify and open the sample application", { yaobank: ["open"] }),
  ],
};

const kubernetesNetworking: Note = {
  title: "Kubernetes networking (load balancers, ingress, canary, Calico)",
  exercises: [
    lab("A Service of type LoadBalancer", { "load-balancing": ["load-balancer"] }),
    stack("The nginx ingress controller behind an NLB", "`ingress` on the `eks` stack"),
    lab("An Ingress for Online Boutique", { boutique: ["open"] }),
    lab("Ingress against ingress controller", { "ingress-routing": ["controller"] }),
    lab("Expose the 2048 game under a subdomain", { "game-2048": ["outside"] }),
    lab("Canary: 5 %", { boutique: ["canary-5"] }),
    lab("Canary by header FOO=bar", { boutique: ["canary-header"] }),
    lab("Other strategies: promotion, blue-green, A/B", {
      boutique: ["canary-half", "promoted", "roll-back", "switch"],
    }),
    stack("Calico on EKS by Helm", "every `eks` stack"),
    lab("stars: default deny", { stars: ["default-deny"] }),
    lab("stars: allow the management UI", { stars: ["allow-ui"] }),
    lab("stars: backend policy", { stars: ["backend"] }),
    lab("stars: frontend policy", { stars: ["frontend"] }),
    lab("HTTPS: certificate, secret, force-ssl-redirect", { "ingress-routing": ["tls"] }),
  ],
};

export const notes: readonly Note[] = [
  operatorCourse,
  networking,
  weekThree,
  inKubernetes,
  kubernetesNetworking,
];
