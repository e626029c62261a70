import { done, missing, read, type TopicGroup } from "./topic";

export const inKubernetes: TopicGroup = {
  title: "Calico in Kubernetes",
  topics: [
    read("The network model", { "network-model": /without NAT/ }),
    done("Pods reach each other without NAT", {
      "load-balancing": { "cluster-ip": /curl -s echo \| grep RemoteAddr/ },
    }),
    read("How a pod gets its address: kubelet, runtime, plugin, IPAM", {
      "cni-and-ipam": /kubelet asks the runtime/,
    }),
    done("Which pool and block a pod's address comes from", {
      "ip-pools": { "external-ns": /get pods -o wide/, blocks: /ipam show --show-blocks/ },
    }),
    read(
      "Chained plugins: Amazon CNI with Calico, host-local, Azure",
      { chains: /host-local[\s\S]*Azure/ },
      "`eks.cni: aws`",
    ),
    done("Services: ClusterIP, NodePort", {
      "services-and-dns": {
        "cluster-ip": /get service web-service/,
        "node-port": /get service web-nodeport/,
      },
    }),
    done("Services: LoadBalancer", { "load-balancing": { "load-balancer": /get svc echo-lb/ } }),
    done("Kubernetes DNS and its search list", {
      "services-and-dns": { "cluster-ip": /cat \/etc\/resolv\.conf/ },
    }),
    done("Outgoing NAT", {
      "ip-pools": { "no-nat": /http:\/\/example\.com[\s\S]*"natOutgoing":false/ },
      bgp: { routable: /nc -l -v -p 8000/ },
    }),
    done("IPv6 and dual stack: addresses, Services, policies by family", {
      "dual-stack": {
        families: /curl -6/,
        "forgotten-door": /curl -6/,
        "both-doors": /curl -6/,
        "forgotten-list": /get networkpolicies\S* deny-threats/,
        "whole-list": /get networkpolicies\S* deny-threats/,
        labels: /curl -6/,
      },
    }),
    read("From firewalls to policies: north-south, east-west, labels", {
      "north-south-east-west": /## Why labels/,
    }),
    done("Kubernetes policy: selectors, ingress and egress rules", {
      stars: {
        "default-deny": /"podSelector":\{\}/,
        "allow-ui": /"namespaceSelector"/,
        backend: /"podSelector"[\s\S]*6379/,
        frontend: /"namespaceSelector"/,
      },
      yaobank: { "least-privilege": /"policyTypes":\["Ingress","Egress"\]/ },
    }),
    done("Calico policy: Allow and Deny, order, tiers, service accounts, network sets", {
      "global-policy": {
        order: /"action":"Deny"/,
        "network-sets": /get globalnetworksets/,
        "make-it-work": /"order":1\b/,
        tiers: /kubectl get tiers/,
        "service-accounts": /"serviceAccounts"/,
      },
    }),
    read("Implicit deny and allow, in both APIs", { policies: /## Implicit deny, implicit allow/ }),
    done("Kubernetes and Calico policies side by side", {
      "global-policy": {
        developers: /"networking\.k8s\.io\/v1","kind":"NetworkPolicy"/,
        order: /"kind":"GlobalNetworkPolicy"/,
      },
    }),
    done("Policies for common tasks, and the mistake beside each", {
      "policy-recipes": {
        "allow-one": /"allow-one"/,
        "pod-of-a-namespace": /describe networkpolicy pod-of-a-namespace/,
        "dns-only": /"dns-only".*53/,
        "range-with-exception": /"except"/,
        "deny-one": /"action":"Deny"/,
      },
    }),
    done("Cluster policies: admin and baseline tier, Accept, Deny, Pass", {
      "cluster-policy": {
        "admin-denies": /no-sandbox/,
        baseline: /closed-unless-allowed/,
        "admin-accepts": /db-for-nobody/,
        "admin-passes": /auditor/,
        "calico-beside": /web-is-closed/,
      },
    }),
    done("Staged policies, flow logs of Goldmane and Whisker", {
      staged: {
        open: /port-forward service\/whisker/,
        "stage-deny": /get stagednetworkpolicies/,
        "stage-tiers": /reach diff - --staged/,
        "stage-dns": /reach explain - --staged/,
        enforce: /"projectcalico\.org\/v3","kind":"NetworkPolicy"/,
        "stage-removal": /reach diff - --staged/,
      },
    }),
    done("Host endpoints", {
      "host-endpoints": { automatic: /get hostendpoints/, "node-policy": /has\(kubernetes\.io\/hostname\)/ },
    }),
    read(
      "Istio: policies for HTTP, inside the mesh",
      { policies: /Istio/, encryption: /Istio/ },
      "no lab does it: it needs a mesh",
    ),
    missing(
      "Virtual machines with k3s",
      "the kind stacks take their place, with a router beside the nodes where a lab needs one; your own k3s is a target `existing`",
    ),
    done("Operator, Installation, reviewing Calico's pods, node health", {
      "bring-up": {
        "not-ready": /helm install/,
        installed: /kubectl get nodes[\s\S]*-n calico-system get pods -o wide/,
      },
    }),
    done("Install, verify and open the sample application", {
      yaobank: { open: /rollout status deployment\/customer[\s\S]*curl http:\/\/localhost:30180/ },
    }),
  ],
};
