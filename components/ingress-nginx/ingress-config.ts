import { z } from "zod";
import { cidr4, dnsLabel, port } from "../../kube/config-fields";
import { CONTROLLER } from "../../routing/ingress-site";
import {
  chartName,
  chartVersion,
  imageDigest,
  imageName,
  imageTag,
  urlOrPath,
} from "../../kube/reference-fields";

const loadBalancer = z.strictObject({
  scheme: z
    .enum(["internet-facing", "internal"])
    .default("internet-facing")
    .meta({ description: "Who reaches the load balancer: everybody, or the network around the nodes." }),
  targetType: z.enum(["instance", "ip"]).default("instance").meta({
    description: "What it sends to: nodes, or pods directly where the network knows their addresses.",
  }),
  crossZone: z.boolean().default(true).meta({
    description: "Whether it sends to every zone from every zone. AWS charges traffic between zones.",
  }),
  sourceRanges: z.array(cidr4).default([]).meta({
    description:
      "Address ranges that may connect. On AWS they must be said before the archived ingress-nginx faces the internet: `[0.0.0.0/0]` is everybody.",
  }),
});

const hsts = z.strictObject({
  maxAge: z
    .int()
    .min(0)
    .max(63_072_000)
    .default(300)
    .meta({ description: "How long a browser insists on HTTPS, in seconds; 0 takes it back." }),
  includeSubdomains: z
    .boolean()
    .default(false)
    .meta({ description: "Whether it holds for every name below." }),
  preload: z
    .boolean()
    .default(false)
    .meta({ description: "Whether the name may enter the browsers' own lists." }),
});

/** Config of the ingress controller. Which combinations fit a target is checked by components/ingress-nginx. */
export const ingressSchema = z.strictObject({
  install: z.boolean().exactOptional().meta({
    description:
      "Whether the stack has an ingress: somebody who serves routes. If left out: when a lab of this stack needs it.",
  }),
  controller: z.enum(["ingress-nginx", "gateway", "both", "existing", "alb"]).exactOptional().meta({
    description:
      "Who serves the labs' routes. If left out: ingress-nginx, a Gateway where all labs with routes are about Gateways, or both where the labs need both. `gateway`: a Gateway of Envoy Gateway (section `gateway`), and routes are HTTPRoutes. `both`: ingress-nginx, and a Gateway beside it for the labs that compare them. `alb`: the AWS Load Balancer Controller makes one Application Load Balancer of them. `existing`: an ingress-nginx that is in the cluster already (`target: existing`); `className` names its class, and `expose`, `hostNetwork`, `metrics` and `existing` say how it runs.",
  }),
  existing: z
    .strictObject({
      namespace: dnsLabel().default(CONTROLLER.namespace).meta({ description: "Its namespace." }),
      name: dnsLabel(63)
        .default(CONTROLLER.name)
        .meta({ description: "Name of its Service, and of its Deployment or DaemonSet." }),
      serviceAccount: dnsLabel(63)
        .default(CONTROLLER.serviceAccount)
        .meta({ description: "ServiceAccount of its pods." }),
      labels: z
        .record(z.string(), z.string())
        .default({ ...CONTROLLER.labels })
        .meta({ description: "Labels of its pods: policies of labs let them in." }),
    })
    .exactOptional()
    .meta({
      description:
        "Where the controller that is there already runs; as its chart puts it under the name `ingress-nginx` if left out.",
    }),
  certificateArns: z
    .array(z.string().regex(/^arn:aws[a-z-]*:acm:/, "must be the ARN of a certificate in ACM"))
    .default([])
    .meta({
      description:
        "With `controller: alb`: certificates in ACM for the names of the labs; HTTPS then, and a redirect to it.",
    }),
  className: dnsLabel().default("labs").meta({
    description:
      "Name of its IngressClass, which nobody else uses; with `controller: existing` the class that is there.",
  }),
  expose: z.enum(["host-ports", "load-balancer", "node-ports"]).exactOptional().meta({
    description:
      "How requests get in. If left out: `host-ports` where ports 80 or 443 of a node are open on your machine, else `load-balancer` where one is served, else `node-ports`.",
  }),
  loadBalancer: loadBalancer
    .prefault({})
    .meta({ description: "The load balancer, with `expose: load-balancer`." }),
  externalTrafficPolicy: z.enum(["Local", "Cluster"]).exactOptional().meta({
    description:
      "`Local` keeps the client's address and sends to nodes with a controller only. If left out: Local with a load balancer, Cluster with proxy protocol or node ports.",
  }),
  proxyProtocol: z.boolean().default(false).meta({
    description:
      "Whether the load balancer sends the client's address along (AWS Load Balancer Controller only).",
  }),
  hostNetwork: z.boolean().exactOptional().meta({
    description:
      "Whether the controller runs on the host network. If left out: where the API server cannot reach pods, so that the admission webhook works.",
  }),
  nodePorts: z
    .strictObject({
      http: port.default(30080).meta({ description: "NodePort of HTTP." }),
      https: port.default(30443).meta({ description: "NodePort of HTTPS." }),
    })
    .prefault({})
    .meta({ description: "Ports with `expose: node-ports`." }),
  replicas: z.int().max(20).exactOptional().meta({
    description:
      "Controller pods. If left out: 2, or 1 with one worker or host ports. On the host network one runs on each node.",
  }),
  metrics: z
    .boolean()
    .default(true)
    .meta({ description: "Whether Prometheus can read metrics on port 10254." }),
  hsts: hsts
    .exactOptional()
    .meta({ description: "HSTS for hosts with TLS; off if left out, as a browser remembers it." }),
  chart: z
    .strictObject({
      name: chartName.meta({ description: "Name of the chart." }),
      version: chartVersion.meta({ description: "Its version." }),
      repository: urlOrPath("https", "http", "oci").meta({
        description: "Its repository: `https://…` or `oci://…`.",
      }),
    })
    .exactOptional()
    .meta({ description: "Another chart with the values of ingress-nginx: a maintained fork." }),
  image: z
    .strictObject({
      repository: imageName.meta({ description: "Image without tag." }),
      tag: imageTag.meta({ description: "Tag." }),
      digest: imageDigest.exactOptional().meta({ description: "Digest, which then counts." }),
    })
    .exactOptional()
    .meta({ description: "Another controller image: a maintained fork." }),
});

type Parsed = z.output<typeof ingressSchema>;

/** The section with its controller decided: what is left out depends on the stack's labs. */
export type IngressConfig = Omit<Parsed, "controller"> & {
  controller: NonNullable<Parsed["controller"]>;
};
