import fc from "fast-check";
import { planController } from "../../../components/ingress-nginx/controller/controller-plan";
import type { IngressFacts } from "../../../components/ingress-settings";
import type {} from "../../../components/ingress-nginx/controller/types";
import { controllerValues } from "../../../components/ingress-nginx/nginx-values";
import { versionSet } from "../../../components/versions";
import { ingressSchema, type IngressConfig } from "../../../components/ingress-nginx/ingress-config";

interface Controller extends Record<string, unknown> {
  service: { type: string; externalTrafficPolicy?: string; annotations?: Record<string, string> };
  config: Record<string, string>;
  topologySpreadConstraints?: { topologyKey: string }[];
}

const NONE = { charts: {}, images: {} };
const open = (nodePort: number, hostPort = nodePort) => ({
  nodePort,
  hostPort,
  listenAddress: "127.0.0.1",
  protocol: "TCP" as const,
});
const overlay = { type: "calico", bgp: false, encapsulation: "VXLAN", podsRoutable: false } as const;
const vpc = { type: "aws", bgp: false, encapsulation: "cloud", podsRoutable: true } as const;

const kind: IngressFacts = {
  kubernetes: "1.36",
  workers: 2,
  cni: overlay,
  controlPlaneReachesPods: true,
  loadBalancer: "none",
  hostPorts: [open(80), open(443)],
  hostPortNodes: { "ingress-ready": "true" },
  owned: true,
  baseDomain: "localhost",
};
const bare: IngressFacts = { ...kind, kubernetes: "1.35", hostPorts: [], baseDomain: "example.org" };
const eks: IngressFacts = { ...bare, workers: 3, cni: vpc, loadBalancer: "aws-lbc" };
const eksCalico: IngressFacts = { ...eks, cni: overlay, controlPlaneReachesPods: false };
const inTree: IngressFacts = { ...eks, loadBalancer: "aws-in-tree" };

const config = (over: object = {}): IngressConfig => ({
  controller: "ingress-nginx",
  ...ingressSchema.parse(over),
});
const values = (over: object, facts: IngressFacts) => {
  const { plan, problems } = planController(config(over), facts);
  expect(problems).toEqual([]);
  return controllerValues(plan, NONE) as { controller: Controller };
};
const refusals = (over: object, facts: IngressFacts) =>
  planController(config(over), facts).problems.map((p) => p.path);
const AWS = "service.beta.kubernetes.io/aws-load-balancer";

test("kind: host ports on the node whose ports are open, and nothing that waits for a load balancer", () => {
  expect(values({}, kind).controller).toMatchObject({
    kind: "Deployment",
    replicaCount: 1,
    hostNetwork: false,
    hostPort: { enabled: true, ports: { http: 80, https: 443 } },
    nodeSelector: { "ingress-ready": "true" },
    tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
    updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    service: { type: "ClusterIP" },
    publishService: { enabled: false },
    extraArgs: { "publish-status-address": "localhost" },
  });
});

test("kind with HTTPS on another port: nginx listens on it, so that redirects name it", () => {
  const { controller } = values({}, { ...kind, hostPorts: [open(80, 20001), open(443, 20002)] });
  expect(controller).toMatchObject({
    containerPort: { http: 80, https: 20002 },
    hostPort: { ports: { http: 80, https: 443 } },
    extraArgs: { "https-port": "20002" },
    config: { "use-port-in-redirects": "true" },
  });
  const taken = planController(config(), { ...kind, hostPorts: [open(80), open(443, 8443)] });
  expect(taken.notes.join()).toMatch(/8443.*cannot name in a redirect/);
  expect(controllerValues(taken.plan, NONE)).not.toHaveProperty("controller.containerPort");
});

test("a bare cluster: node ports, and redirects that name them", () => {
  expect(values({}, bare).controller).toMatchObject({
    containerPort: { https: 30443 },
    extraArgs: { "https-port": "30443" },
    config: { "use-port-in-redirects": "true" },
  });
  expect(planController(config({ hostNetwork: true }), bare).notes.join()).toMatch(/30443.*cannot name/);
  expect(values({}, bare).controller.service).toEqual({
    type: "NodePort",
    externalTrafficPolicy: "Cluster",
    nodePorts: { http: 30080, https: 30443 },
  });
});

describe("NLB", () => {
  test("by the AWS Load Balancer Controller", () => {
    const { controller } = values({}, eks);
    expect(controller.service).toEqual({
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      annotations: {
        [`${AWS}-type`]: "external",
        [`${AWS}-nlb-target-type`]: "instance",
        [`${AWS}-scheme`]: "internet-facing",
        [`${AWS}-attributes`]: "load_balancing.cross_zone.enabled=true",
      },
    });
    expect(controller).toMatchObject({
      kind: "Deployment",
      replicaCount: 2,
      maxUnavailable: 1,
      publishService: { enabled: true },
    });
    expect(controller.topologySpreadConstraints?.map((c) => c.topologyKey)).toEqual([
      "topology.kubernetes.io/zone",
      "kubernetes.io/hostname",
    ]);
  });
  test("ip targets keep the client's address by an attribute of the target group", () => {
    const { service } = values({ loadBalancer: { targetType: "ip", scheme: "internal" } }, eks).controller;
    expect(service).not.toHaveProperty("externalTrafficPolicy");
    expect(service.annotations).toMatchObject({
      [`${AWS}-nlb-target-type`]: "ip",
      [`${AWS}-scheme`]: "internal",
      [`${AWS}-target-group-attributes`]: "preserve_client_ip.enabled=true",
    });
  });
  test("proxy protocol on both sides, and no Local beside it", () => {
    const { controller } = values({ proxyProtocol: true }, eks);
    expect(controller.service.externalTrafficPolicy).toBe("Cluster");
    expect(controller.service.annotations?.[`${AWS}-proxy-protocol`]).toBe("*");
    expect(controller.config["use-proxy-protocol"]).toBe("true");
  });
  test("by the in-tree controller", () => {
    expect(
      values({ loadBalancer: { scheme: "internal", crossZone: false } }, inTree).controller.service[
        "annotations"
      ],
    ).toEqual({
      [`${AWS}-type`]: "nlb",
      [`${AWS}-backend-protocol`]: "tcp",
      [`${AWS}-cross-zone-load-balancing-enabled`]: "false",
      [`${AWS}-internal`]: "true",
    });
  });
  test("where the API server cannot reach pods: host network, one pod on each node, and the webhook stays on", () => {
    const { controller } = values({}, eksCalico);
    expect(controller).toMatchObject({
      kind: "DaemonSet",
      hostNetwork: true,
      dnsPolicy: "ClusterFirstWithHostNet",
      updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
      admissionWebhooks: { enabled: true, port: 8443, failurePolicy: "Fail" },
    });
    expect(controller).not.toHaveProperty("replicaCount");
  });
});

test.each<[string, object, IngressFacts, string]>([
  ["a load balancer where none is served", { expose: "load-balancer" }, kind, "expose"],
  ["ip targets in an overlay", { loadBalancer: { targetType: "ip" } }, eksCalico, "loadBalancer.targetType"],
  ["ip targets in-tree", { loadBalancer: { targetType: "ip" } }, inTree, "loadBalancer.targetType"],
  ["proxy protocol with nobody in front", { proxyProtocol: true }, kind, "proxyProtocol"],
  ["proxy protocol in-tree", { proxyProtocol: true }, inTree, "proxyProtocol"],
  [
    "proxy protocol with Local",
    { proxyProtocol: true, externalTrafficPolicy: "Local" },
    eks,
    "externalTrafficPolicy",
  ],
  [
    "a policy that ip targets never meet",
    { loadBalancer: { targetType: "ip" }, externalTrafficPolicy: "Local" },
    eks,
    "externalTrafficPolicy",
  ],
  ["a policy with host ports", { externalTrafficPolicy: "Local" }, kind, "externalTrafficPolicy"],
  ["no host network where the API server needs it", { hostNetwork: false }, eksCalico, "hostNetwork"],
  ["two pods on one node's ports", { replicas: 2 }, kind, "replicas"],
  ["no pods", { replicas: 0 }, bare, "replicas"],
  ["a node port outside the range", { nodePorts: { http: 80 } }, bare, "nodePorts.http"],
  ["one node port for both", { nodePorts: { http: 30443 } }, bare, "nodePorts.https"],
  [
    "source ranges without a load balancer",
    { loadBalancer: { sourceRanges: ["10.0.0.0/8"] } },
    bare,
    "loadBalancer.sourceRanges",
  ],
  [
    "internal on an unknown load balancer",
    { loadBalancer: { scheme: "internal" } },
    { ...bare, loadBalancer: "provided" },
    "loadBalancer.scheme",
  ],
  ["an image that can change", { image: { repository: "fork/nginx", tag: "latest" } }, kind, "image.tag"],
])("%s is refused", (_, over, facts, path) => {
  expect(refusals(over, facts)).toEqual([`ingress.${path}`]);
});

test("a class and a controller name of its own; snippets off, validation on, HSTS only by choice", () => {
  const { controller } = values({ className: "lab2" }, kind);
  expect(controller).toMatchObject({
    ingressClass: "lab2",
    ingressClassResource: { name: "lab2", default: false, controllerValue: "k8s.io/ingress-nginx-lab2" },
    watchIngressWithoutClass: false,
    allowSnippetAnnotations: false,
    enableAnnotationValidations: true,
    metrics: { enabled: true },
  });
  expect(controller.config).toMatchObject({ hsts: "false", "annotations-risk-level": "Medium" });
  expect(values({ hsts: {} }, kind).controller.config).toMatchObject({
    hsts: "true",
    "hsts-max-age": "300",
    "hsts-include-subdomains": "false",
  });
});

test("a fork by chart and image: its digest or none, never the upstream's", () => {
  const { plan, problems, notes } = planController(
    config({
      image: { repository: "registry.k8s.io/fork/controller", tag: "v2" },
      chart: { name: "fork", version: "5.0.0", repository: "oci://x/y" },
    }),
    kind,
  );
  expect(problems).toEqual([]);
  expect(plan.chart).toEqual({ name: "fork", version: "5.0.0", repository: "oci://x/y" });
  const made = controllerValues(plan, { charts: {}, images: { "registry.k8s.io": "mirror.local/k8s/" } });
  expect(made).toMatchObject({
    global: { image: { registry: "mirror.local/k8s" } },
    controller: { image: { repository: "mirror.local/k8s/fork/controller", tag: "v2", digest: "" } },
  });
  expect(notes).toEqual([expect.stringMatching(/chart fork 5.0.0 and image .*not tested/)]);
});

test("the plan says what upstream left behind, and what it has not tested", () => {
  expect(planController(config(), kind).notes).toEqual([expect.stringMatching(/retired.*CVE-2026-42945/)]);
  expect(versionSet("1.36")?.untested.join()).toMatch(/ingress-nginx .*not with 1.36/);
});

test("whatever is asked of whatever cluster: refused, or values that can work", () => {
  const facts = fc.constantFrom(kind, bare, eks, eksCalico, inTree, {
    ...bare,
    loadBalancer: "provided" as const,
  });
  const asked = fc.record(
    {
      expose: fc.constantFrom("host-ports", "load-balancer", "node-ports"),
      externalTrafficPolicy: fc.constantFrom("Local", "Cluster"),
      proxyProtocol: fc.boolean(),
      hostNetwork: fc.boolean(),
      replicas: fc.integer({ min: 1, max: 3 }),
      loadBalancer: fc.record({
        targetType: fc.constantFrom("instance", "ip"),
        scheme: fc.constantFrom("internal", "internet-facing"),
      }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(asked, facts, (over, f) => {
      const { plan, problems } = planController(config(over), f);
      if (problems.length > 0) return;
      const { controller } = controllerValues(plan, NONE) as { controller: Controller };
      const annotations: Record<string, string> = controller.service.annotations ?? {};
      if (controller.service.type === "LoadBalancer") expect(f.loadBalancer).not.toBe("none");
      if (annotations[`${AWS}-nlb-target-type`] === "ip") expect(f.cni.podsRoutable).toBe(true);
      expect(controller.config["use-proxy-protocol"] === "true").toBe(
        annotations[`${AWS}-proxy-protocol`] === "*",
      );
      if (!f.controlPlaneReachesPods) expect(controller["hostNetwork"]).toBe(true);
      // Pods that hold ports of their node: one each, and the old one goes first.
      if (controller["hostNetwork"] && controller["kind"] === "Deployment")
        expect(controller["replicaCount"]).toBe(1);
    }),
  );
});
