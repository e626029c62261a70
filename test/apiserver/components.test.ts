import { registeredObjects } from "../../stacks/offline/registered-objects";
import { stackGraph } from "../support/graph";
import { ambient } from "../support/apiserver/ambient";
import { Moves } from "../support/apiserver/moves";
import { removeAll } from "../support/apiserver/stand-ins";
import { running } from "../support/apiserver/running";
import { since, standing } from "../support/apiserver/standing";
import { certificate, key } from "../components/tls/pem";

/** Stacks that between them take every branch in which components register objects of Kubernetes. */
const labs = {
  boutique: { step: "canary-half" },
  "game-2048": { step: "outside" },
  "ingress-routing": { step: "tls" },
  "load-balancing": { step: "load-balancer" },
};
const existing = { context: "mine", workers: 2, podCidrs: ["10.244.0.0/16"], serviceCidr: "10.96.0.0/12" };
const eks = (cni: string, more: object = {}) => ({
  target: "eks",
  labs: { "game-2048": labs["game-2048"], "load-balancing": labs["load-balancing"], stars: { step: 4 } },
  owner: "ada",
  expires: "2026-12-01T18:00:00Z",
  eks: { cni, endpoint: { publicCidrs: ["203.0.113.7/32"] }, nodeGroups: { workers: { min: 3 } } },
  ...more,
});
const zone = { baseDomain: "labs.acme.dev", zone: "create" };
const stacks: Readonly<Record<string, Record<string, unknown>>> = {
  "kind, all that ingress and TLS bring": { labs },
  "kind with two pools, BGP and nftables": {
    labs: {},
    calico: {
      bgp: true,
      containerIpForwarding: true,
      pools: [
        { cidr: "192.168.0.0/17", encapsulation: "IPIP" },
        { cidr: "192.168.128.0/17", encapsulation: "None", natOutgoing: false },
      ],
    },
  },
  "kind with a certificate of one's own": {
    labs,
    dns: { baseDomain: "labs.example.org" },
    tls: { issuer: "own", certificate, key },
  },
  "kind, every option of ingress": {
    labs,
    ingress: { hsts: { maxAge: 600, includeSubdomains: true }, className: "mine" },
  },
  "kind, a Gateway by Calico's operator": { labs, ingress: { controller: "gateway" } },
  "kind, a Gateway beside nginx, by its chart": {
    labs,
    ingress: { controller: "both" },
    gateway: { installedBy: "chart" },
  },
  "EKS, a Gateway behind a load balancer with proxy protocol": eks("calico", {
    ingress: { controller: "gateway", proxyProtocol: true },
  }),
  "an existing cluster": { target: "existing", existing, labs: { stars: { step: 4 } } },
  "an existing cluster with ingress-nginx and cert-manager": {
    target: "existing",
    existing: { ...existing, installedCni: "calico" },
    calico: { install: false },
    labs: { boutique: { step: "canary-half" } },
    ingress: { controller: "existing", className: "nginx", expose: "node-ports" },
    // A namespace that is there.
    tls: { issuer: "self-signed", certManager: "existing", certManagerNamespace: "default" },
  },
  "an existing cluster without nodes": {
    target: "existing",
    existing: { ...existing, workers: 0 },
    labs: { stars: { step: 4 } },
    wait: false,
  },
  "EKS, VPC CNI": eks("aws"),
  "EKS, volumes": eks("calico", {
    eks: {
      cni: "calico",
      storage: "ebs",
      endpoint: { publicCidrs: ["203.0.113.7/32"] },
      nodeGroups: { workers: { min: 3 } },
    },
  }),
  "EKS, one ALB": eks("aws", {
    labs: { boutique: { step: "canary-half" }, "game-2048": labs["game-2048"] },
    ingress: {
      controller: "alb",
      certificateArns: [
        "arn:aws:acm:us-west-2:123456789012:certificate/00000000-0000-0000-0000-000000000000",
      ],
      loadBalancer: { sourceRanges: ["198.51.101.0/24"] },
    },
    eks: {
      cni: "aws",
      endpoint: { publicCidrs: ["203.0.113.7/32"] },
      nodeGroups: { workers: { instanceTypes: ["m5.large"], min: 3 } },
    },
  }),
  "EKS, prefixes, ACME on Route 53": eks("aws-prefix", {
    dns: zone,
    tls: { issuer: "acme-staging", email: "ada@acme.dev" },
  }),
  "EKS, a second range for pods": eks("aws-custom", { ingress: { install: true, proxyProtocol: true } }),
  "EKS, Calico's own network": eks("calico", { dns: zone, tls: { issuer: "self-signed" } }),
};

const options = {
  preview: false,
  outputs: (args: { type: string; name: string; inputs: unknown }) => {
    if (args.name === "ingress-service")
      return {
        status: { loadBalancer: { ingress: [{ hostname: "labs-0123456789.elb.us-west-2.amazonaws.com" }] } },
      };
    if (args.name === "tls-authority") return { data: { "tls.crt": Buffer.from("PEM").toString("base64") } };
    if (args.type === "aws:route53/zone:Zone")
      return { ...(args.inputs as object), zoneId: "Z1", nameServers: ["ns1"] };
    return undefined;
  },
  call: (args: { token: string; inputs: unknown }) => {
    if (args.token === "aws:lb/getHostedZoneId:getHostedZoneId") return { id: "ZNLB" };
    if (args.token === "aws:route53/getZone:getZone") return { zoneId: "Z1", nameServers: ["ns1"] };
    return args.inputs as Record<string, unknown>;
  },
};

describe.each(running().map((r) => [r.set.kubernetes, r] as const))(
  "Kubernetes %s",
  (kubernetes, { client, set }) => {
    const possible = Object.keys(stacks).filter(
      (name) => set.where.includes("EKS") || !name.startsWith("EKS"),
    );
    test.each(possible)(
      "what the components register is taken without error or warning: %s",
      async (name) => {
        const graph = await stackGraph({ ...stacks[name], kubernetes }, options);
        const objects = registeredObjects(graph.resources, "unmasked");
        expect(objects.length).toBeGreaterThan(0);
        const before = await standing(client);
        await ambient(client);
        try {
          const moves = new Moves(client);
          expect(await moves.to(objects)).toEqual([]);
          expect(await moves.to([])).toEqual([]);
        } finally {
          await removeAll(client, since(before, await standing(client)));
        }
      },
    );
  },
);
