import { done, missing, read, type TopicGroup } from "./topic";

export const networking: TopicGroup = {
  title: "Linux and cluster networking: namespaces, CNI, Services, DNS, Ingress",
  topics: [
    done("Network namespaces red and blue, veth pairs, link-netns, addresses", {
      "pod-and-host-views": { "by-hand": /ip netns add red[\s\S]*type veth peer[\s\S]*addr add/ },
    }),
    done("Bridge, ip_forward, NAT", {
      "pod-and-host-views": { "by-hand": /type bridge[\s\S]*ip_forward[\s\S]*MASQUERADE/ },
    }),
    done("Docker networks: the default bridge, one of your own with names, two kept apart", {
      "docker-networks": {
        "default-bridge": /docker network inspect bridge/,
        "own-network": /docker network create[\s\S]*docker network rm/,
        "second-network": /wget .*http:\/\/db/,
      },
    }),
    done("Docker networks: connect, disconnect, published ports", {
      "docker-networks": {
        connect: /docker network disconnect[\s\S]*docker network connect/,
        publish: /docker port/,
      },
    }),
    done("Docker networks: host, none, macvlan", {
      "docker-networks": {
        "host-and-none": /labs-kind-on-host[\s\S]*labs-kind-alone/,
        macvlan: /labs-kind-lan-b/,
      },
    }),
    missing(
      "Docker's overlay network",
      "it needs a swarm, which changes the engine for everyone on the machine; the guide of `docker-networks` says what it is",
    ),
    done("A CNI plugin called by hand: ADD and DEL on a node", {
      "docker-networks": { cni: /CNI_COMMAND=ADD[\s\S]*CNI_COMMAND=DEL/ },
    }),
    read("How CNI works: who calls whom, ADD and DEL", { "cni-and-ipam": /`ADD`[\s\S]*`DEL`/ }),
    done("Cluster networking: ports that must be open on nodes, and who listens", {
      "host-endpoints": { "no-guard": /nc -z -v .*10250[\s\S]*ss -ltnp/, "node-policy": /nc -z -v .*10250/ },
    }),
    read("What nodes need: addresses, names, ports", {
      "network-model": /6443[\s\S]*10250[\s\S]*30000 to 32767/,
    }),
    done("Ports on which the control plane listens: 2379, 2380, 6443, 10250", {
      "pod-and-host-views": { "host-view": /ss -nltp \| grep -E '2379\|2380\|6443\|10250'/ },
    }),
    done("Interfaces, MAC addresses, bridges, routes, default gateway of a node", {
      "pod-and-host-views": {
        "host-view": /ip addr show eth0[\s\S]*ip route show default[\s\S]*ip link show type bridge/,
      },
    }),
    done("Listening ports, connections to etcd", {
      "pod-and-host-views": { "host-view": /ss -nltp[\s\S]*grep etcd \| grep -c 2379/ },
    }),
    done("Pod networking by script: veth, bridge, address, up", {
      "pod-and-host-views": { "by-hand": /veth-red-br master br0 up[\s\S]*link set veth-red up/ },
    }),
    done("kubelet and CNI: /opt/cni/bin, /etc/cni/net.d", {
      "pod-and-host-views": { "host-view": /ls \/opt\/cni\/bin \/etc\/cni\/net\.d/ },
    }),
    done("Weave Net: DaemonSet, log, the range 10.32.0.0/12, the bridge weave, its policy controller", {
      weave: {
        bridge:
          /daemonset weave-net[\s\S]*logs ds\/weave-net -c weave [\s\S]*status ipam[\s\S]*addr show weave/,
        closed: /-c weave-npc/,
      },
    }),
    done("A pod's default gateway", {
      "pod-and-host-views": { "pod-view": /-- ip route$/m },
      weave: { bridge: /-- ip route$/m },
    }),
    done("Service networking: ClusterIP, NodePort, kube-proxy's rules", {
      "services-and-dns": {
        "cluster-ip": /iptables-save -t nat \| grep payroll\/web-service/,
        "node-port": /get service web-nodeport/,
      },
      "pod-and-host-views": { "host-view": /iptables-save -t nat \| grep views\/web/ },
    }),
    done("kube-proxy's logs and mode: iptables, ipvs, nftables", {
      "pod-and-host-views": { "host-view": /logs -l k8s-app=kube-proxy[\s\S]*grep -E "mode/ },
      "services-and-dns": { "cluster-ip": /ipvs[\s\S]*nft|nft[\s\S]*ipvs/ },
    }),
    done("/etc/hosts before DNS; edit the Deployment, not the pod", {
      "services-and-dns": { "cluster-ip": /hostAliases[\s\S]*patch deployment client[\s\S]*getent hosts/ },
    }),
    done("Range of pod addresses, range of Services", {
      "ip-pools": { ranges: /service-cluster-ip-range\|cluster-cidr/ },
      "pod-and-host-views": { "host-view": /grep range \/etc\/kubernetes\/manifests\/kube-apiserver\.yaml/ },
    }),
    done("CoreDNS: the Service kube-dns, Corefile, ConfigMap", {
      "services-and-dns": {
        "cluster-ip": /get service kube-dns/,
        "stub-domain": /get configmap coredns[\s\S]*Corefile/,
      },
    }),
    read("Why a cluster has a DNS server, and what it answers", {
      "services-and-nat": /kube-dns[\s\S]*\/etc\/hosts/,
    }),
    done("Which forms of a name resolve (web-service.payroll …)", {
      "services-and-dns": {
        "cluster-ip": /for NAME in web-service\.payroll\.svc .*\.svc\.cluster web-service;/,
      },
    }),
    done("What an ingress controller is made of: its args, env and ports", {
      "ingress-routing": { controller: /get deploy,svc,cm,sa[\s\S]*args[\s\S]*env[\s\S]*ports/ },
    }),
    done("Ingress with one backend: only a default backend, one rule", {
      "ingress-routing": {
        "default-only": /"spec":\{[^[]*"defaultBackend"/,
        "one-service": /"kind":"Ingress".*"path":"\/"/,
      },
    }),
    done("Path based routing, default backend", {
      "ingress-routing": {
        paths: /curl -s http:\/\/store\.localhost\/watch/,
        "default-backend": /"defaultBackend"/,
      },
    }),
    done("Host name based routing, the load balancer's own name", {
      "ingress-routing": { hosts: /watch\.localhost[\s\S]*loadBalancer/ },
    }),
    done("Rewrite target", { "ingress-routing": { rewrite: /rewrite-target/ } }),
    done("kubectl create ingress in the right namespace", {
      "ingress-routing": {
        hosts: /kubectl create ingress .*-n critical-space/,
        "other-namespace": /"kind":"Ingress".*"namespace":"critical-space"/,
      },
    }),
  ],
};
