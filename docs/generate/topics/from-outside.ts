import { done, missing, read, type TopicGroup } from "./topic";

export const fromOutside: TopicGroup = {
  title: "Traffic from outside: load balancers, ingress, canaries, isolation",
  topics: [
    done("A Service of type LoadBalancer", {
      "load-balancing": { "load-balancer": /describe svc echo-lb/ },
    }),
    done("Calico's own LoadBalancer addresses, announced by BGP", {
      bgp: {
        "load-balancer": /get ippools\S* load-balancer-pool[\s\S]*"serviceLoadBalancerIPs"/,
        "load-balancer-local": /show ip route bgp[\s\S]*"externalTrafficPolicy":"Local"/,
      },
    }),
    done("The source address under each externalTrafficPolicy", {
      "load-balancing": { "node-port": /grep RemoteAddr/, "load-balancer": /grep RemoteAddr/ },
      bgp: { "load-balancer": /http:\/\/\$LB/, "load-balancer-local": /http:\/\/\$LB/ },
    }),
    read(
      "The nginx ingress controller behind an NLB, names in Route 53",
      { "aws-load-balancers": /alias record/ },
      "`ingress` and `dns` on the `eks` stack",
    ),
    done("An Ingress for Online Boutique", { boutique: { open: /get ingress,certificate/ } }),
    read("Ingress against ingress controller", {
      "ingress-and-gateway": /An \*\*ingress controller\*\* carries them out/,
    }),
    done("A request while the controller has no Ingress for it", {
      "ingress-routing": { controller: /curl -si http:\/\/store\.localhost\// },
    }),
    done("Expose the 2048 game under a subdomain", {
      "game-2048": { outside: /https:\/\/game-2048\.localhost\// },
    }),
    done("Canary: 5 %", { boutique: { "canary-5": /seq 200[\s\S]*canary-weight":"5"/ } }),
    done("Canary by header FOO=bar", { boutique: { "canary-header": /-H 'FOO: bar'/ } }),
    done("A/B by header and by cookie", {
      boutique: { "canary-header": /-H 'FOO: bar'/, "canary-cookie": /canary-by-cookie/ },
    }),
    read("Canary, blue-green, A/B: what each is for", { "ingress-and-gateway": /Canary, blue-green, A\/B/ }),
    done("Other strategies: promotion, blue-green", {
      boutique: {
        "canary-half": /canary-weight":"50"/,
        promoted: /shop-next\.localhost/,
        "roll-back": /shop-next\.localhost/,
        switch: /shop-next\.localhost/,
      },
    }),
    read("Calico on EKS by Helm", { "installing-calico": /by its chart/ }, "every `eks` stack does it"),
    done("stars: default deny", { stars: { "default-deny": /get networkpolicy default-deny/ } }),
    done("stars: allow the management UI", { stars: { "allow-ui": /describe networkpolicy allow-ui/ } }),
    done("stars: backend policy", { stars: { backend: /"backend-policy"/ } }),
    done("stars: frontend policy", { stars: { frontend: /"frontend-policy"/ } }),
    done("HTTPS by hand: certificate by openssl, secret, force-ssl-redirect", {
      "ingress-routing": { rewrite: /openssl req[\s\S]*create secret tls[\s\S]*force-ssl-redirect/ },
    }),
    done("HTTPS by cert-manager, and the redirect to it", {
      "ingress-routing": { tls: /grep -i -e '\^HTTP'[\s\S]*get certificate,secret/ },
    }),
    done("Gateway API: class, Gateway, HTTPRoute, and what a rejected route says", {
      "gateway-api": {
        classes: /get gatewayclasses/,
        gateway: /get gateway web/,
        rejected: /describe httproute books/,
        invited: /"gateway-web":"invited"|get namespace gateway-shop/,
      },
    }),
    done("Gateway API: another team's Service, ReferenceGrant", {
      "gateway-api": { "other-namespace": /describe httproute/, granted: /get referencegrant/ },
    }),
    done("Gateway API: HTTPS, canary by header and weight", {
      "gateway-api": { https: /https:\/\/books\.localhost/, canary: /release: next[\s\S]*"weight":10/ },
    }),
    done("Policies for a Gateway's proxies under a default deny", {
      "gateway-api": { closed: /get networkpolicies/, opened: /describe networkpolicy proxies/ },
    }),
    done("From ingress-nginx to a Gateway: inventory, both side by side, without nginx", {
      "leaving-ingress-nginx": {
        "on-nginx": /labs -- migrate kind/,
        beside: /get httproutes/,
        protected: /get backendtrafficpolicies/,
        gone: /get ingress$/m,
      },
    }),
    read(
      "Moving a name from one load balancer to another by weighted DNS records",
      { "aws-load-balancers": /dns\.gatewayWeight/ },
      "`dns.gatewayWeight` on an `eks` stack with both controllers",
    ),
    missing("Moving a name by a step of a lab", "it needs a zone and two load balancers at AWS"),
  ],
};
