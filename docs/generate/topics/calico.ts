import { done, missing, read, type TopicGroup } from "./topic";

export const calico: TopicGroup = {
  title: "Calico: installation, policy, AWS",
  topics: [
    done("Multi-node kind cluster without default CNI: NotReady nodes, what runs and what waits", {
      "bring-up": { "not-ready": /kubectl get nodes[\s\S]*kubectl get pods -A/ },
    }),
    done("Installing the tigera-operator by Helm: repo, values, namespace", {
      "bring-up": {
        "not-ready":
          /helm repo add[\s\S]*helm show values[\s\S]*create namespace tigera-operator[\s\S]*helm install/,
      },
    }),
    read(
      "Installation without encapsulation, containerIPForwarding",
      { "overlays-and-routing": /`None`/, "installing-calico": /containerIPForwarding/ },
      "`Pulumi.ip-pools.yaml`: `calico.pools[].encapsulation: None`, `calico.containerIpForwarding`",
    ),
    done("Installation with VXLANCrossSubnet, and the API server", {
      "bring-up": { installed: /"encapsulation":"VXLANCrossSubnet"/, "api-server": /"kind":"APIServer"/ },
    }),
    done("What the operator refuses, and where it says so: a wrong provider, a wrong pool", {
      "bring-up": {
        "wrong-provider": /"kubernetesProvider":"EKS"|get tigerastatus calico/,
        "wrong-pool": /get tigerastatus ippools/,
      },
    }),
    read(
      "Four ways to install Calico: manifest, operator, the cloud's own, a distribution's installer",
      { "installing-calico": /manifest[\s\S]*distribution's installer/ },
      "this project uses the operator",
    ),
    done("Validation: tigerastatus, pods, nodes", {
      "bring-up": {
        installed: /tigerastatus\/calico[\s\S]*kubectl get nodes[\s\S]*-n calico-system get pods/,
        "api-server": /kubectl get tigerastatus/,
      },
      "global-policy": { "default-deny": /kubectl get tigerastatus/ },
    }),
    done("Sample application yaobank, NodePort 30180, commands in customer", {
      yaobank: { open: /curl http:\/\/localhost:30180[\s\S]*kubectl -n yaobank exec deploy\/customer/ },
    }),
    done("Sample Kubernetes network policy: database-policy", {
      yaobank: { database: /describe networkpolicy database-policy/ },
    }),
    done("Sample Calico global network policy: default-app-policy, default deny", {
      yaobank: { "default-deny": /get globalnetworkpolicies\S* default-app-policy/ },
      "global-policy": { "default-deny": /get globalnetworkpolicies\S* default-app-policy/ },
    }),
    done("default-app-policy with DNS", {
      yaobank: { "allow-dns": /"GlobalNetworkPolicy".*"ports":\[53\]/ },
      "global-policy": { "allow-dns": /"GlobalNetworkPolicy".*"ports":\[53\]/ },
    }),
    done("nodeport-policy: preDNAT, applyOnForward, one source", {
      "host-endpoints": { "nodeport-policy": /"applyOnForward":true,"preDNAT":true[\s\S]*"nets"/ },
      ebpf: { "before-dnat": /"preDNAT":true/ },
    }),
    done("Network policy for nodes: default-node-policy", {
      "host-endpoints": { "node-policy": /get globalnetworkpolicies\S* default-node-policy/ },
    }),
    done("Automatic host endpoints, get heps", {
      "host-endpoints": { automatic: /"autoCreate":"Enabled"|kubectl get hostendpoints/ },
    }),
    done("customer-policy, summary-policy", {
      yaobank: { "least-privilege": /"customer-policy"[\s\S]*"summary-policy"/ },
    }),
    done("egress-lockdown: order 600, serviceAccountSelector", {
      "egress-lockdown": {
        lockdown: /"order":600[\s\S]*serviceAccountSelector|serviceAccountSelector[\s\S]*"order":600/,
      },
    }),
    done("The exception: serviceaccount customer internet-egress=allowed", {
      "egress-lockdown": { exception: /get serviceaccount customer --show-labels/ },
    }),
    read(
      "AWS networking: regions, zones, VPC, subnets, ENIs, secondary ranges, at most five CIDRs",
      { "aws-network": /up to five IPv4 ranges/, glossary: /\| ENI / },
      "the `eks` stack's plan",
    ),
    read(
      "EKS, or your own cluster on EC2 (kops)",
      { "aws-network": /kops create cluster/ },
      "EKS is a target; your own is `existing`",
    ),
    read(
      "EKS with Amazon VPC networking, Calico for policy",
      { chains: /AmazonVPC/, "aws-network": /VPC CNI, Calico for policies/ },
      "`eks.cni: aws`, `aws-prefix`, `aws-custom`, `aws-custom-prefix`",
    ),
    read(
      "EKS with Calico networking (VXLAN)",
      { chains: /cni calico/, "aws-network": /Calico's CNI, VXLAN/ },
      "`eks.cni: calico`",
    ),
    read(
      "Addresses and ENIs per instance type (t3.small, t3.2xlarge)",
      { "aws-network": /t3\.small[\s\S]*t3\.2xlarge/ },
      "`npm run labs -- capacity`",
    ),
    read(
      "The control plane cannot reach Calico pods: the workaround",
      { "aws-network": /on the host network/ },
      "`eks.cni: calico`: hostNetwork where it calls",
    ),
    read(
      "Source/destination check in CrossSubnet mode",
      { "overlays-and-routing": /awsSrcDstCheck/ },
      "the plan refuses such pools on EKS; nothing here turns the check off",
    ),
    read(
      "Security groups, and security groups for pods",
      { "aws-network": /Security groups for pods/ },
      "no stack uses the latter",
    ),
    done("Encryption by WireGuard", { wireguard: { encrypted: /tcpdump .*udp port 51820/ } }),
    done("Exposing services: NodePort, LoadBalancer, externalTrafficPolicy", {
      "load-balancing": {
        "node-port": /jsonpath='\{\.spec\.ports\[0\]\.nodePort\}'/,
        "node-port-local": /"NodePort".*"externalTrafficPolicy":"Local"/,
        "load-balancer": /get svc echo-lb/,
        "load-balancer-local": /"LoadBalancer".*"externalTrafficPolicy":"Local"/,
      },
    }),
    read("The load balancers of AWS: NLB, ALB, CLB", { "aws-load-balancers": /CLB/ }),
    done("Exposing services: Ingress", {
      "ingress-routing": { controller: /get ingressclass labs/, "one-service": /"kind":"Ingress"/ },
    }),
    done(
      "The eBPF dataplane: no kube-proxy, the client's address behind node ports, connect-time load balancing",
      {
        ebpf: {
          "no-kube-proxy": /bpf nat dump[\s\S]*ss -tn/,
          "node-port": /wget .*:30480/,
          "known-client": /get networkpolicy known-client/,
        },
      },
    ),
    missing(
      "Azure",
      "no target of this project uses it; [chains](concepts/chains.md) says what its CNI does",
    ),
  ],
};
