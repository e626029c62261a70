import { done, read, type TopicGroup } from "./topic";

export const calicoNetworking: TopicGroup = {
  title: "Calico networking: pod and host views, encryption, IP pools, BGP",
  topics: [
    done("How pods see the network: ip addr, ip link, ip route", {
      "pod-and-host-views": { "pod-view": /ip addr$[\s\S]*ip -c link[\s\S]*ip route$/m },
    }),
    done("A pod on a chosen node: nodeName", { "pod-and-host-views": { "pod-view": /nodeName/ } }),
    done("How hosts see connections to pods: cali interfaces, link-netns", {
      "pod-and-host-views": { "host-view": /ip link \| grep -A1 \^\$N:/ },
    }),
    done("How hosts route pod traffic: proto bird, blocks, blackhole", {
      "pod-and-host-views": { "host-view": /\$TOOLBOX -- ip route$/m },
      "ip-pools": { blocks: /get blockaffinities[\s\S]*ip route$/m },
    }),
    done("Overlays: None, IPIP, VXLAN, captured between nodes; headers, MTU, source addresses", {
      overlays: {
        none: /tcpdump .*ip proto 4 or udp port 4789/,
        ipip: /tcpdump [\s\S]*addr show tunl0/,
        vxlan: /tcpdump [\s\S]*addr show vxlan\.calico/,
      },
    }),
    done("Overlays: CrossSubnet, on two subnets with a router", {
      overlays: {
        "two-subnets": /IPv4Address/,
        "vxlan-cross-subnet": /"vxlanMode":"CrossSubnet"/,
        "ipip-cross-subnet": /"ipipMode":"CrossSubnet"/,
      },
    }),
    read("Choosing the networking option", { "overlays-and-routing": /## How to choose/ }),
    done("Enabling encryption: public keys, wireguard.cali", {
      wireguard: { encrypted: /WireguardPublicKey[\s\S]*addr show wireguard\.cali/ },
    }),
    done("Disabling encryption", { wireguard: { "plain-again": /addr show wireguard\.cali/ } }),
    done("Cluster pod CIDR and service CIDR, get ippools", {
      "ip-pools": { ranges: /cluster-cidr[\s\S]*get ippools/ },
    }),
    read("CIDR against subnet", {
      glossary: /\| CIDR[\s\S]*\| subnet/,
      "network-model": /Range is not subnet/,
    }),
    done("Create the externally routable pool", {
      "ip-pools": { "external-pool": /"external-pool".*"blockSize":29.*"!all\(\)"/ },
    }),
    done("Examine BGP peering status", { bgp: { mesh: /birdcl .*show protocols/ } }),
    done("Add the BGP peer bgppeer-global-host1", { bgp: { peer: /"kind":"BGPPeer"/ } }),
    done("A namespace that uses the external pool", {
      "ip-pools": { "external-ns": /cni\.projectcalico\.org\/ipv4pools/ },
    }),
    done("A web server in it, reached from host1", {
      bgp: { peer: /docker exec labs-bgp-host1 wget .*http:\/\/\$POD_IP/ },
    }),
    done("Allocation statistics: calicoctl ipam show", {
      "ip-pools": { ranges: /calicoctl ipam show/, blocks: /calicoctl ipam show/ },
    }),
  ],
};
