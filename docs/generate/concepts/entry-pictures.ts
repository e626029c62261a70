import { albClassParams } from "../../../components/alb/alb-objects";
import type { KubeObject } from "../../../kube/objects";
import { atStep } from "./at-step";
import { box, diagram, group, idOf, table } from "./mermaid";
import { planned } from "./planned";

/** Pictures of ways in: Services, Ingresses and Gateways, load balancers of AWS. */

interface ServiceShape {
  metadata: { name: string };
  spec: {
    type: string;
    externalTrafficPolicy?: string;
    selector: Record<string, string>;
    ports: { port: number; targetPort: number }[];
  };
}

/** Who the pod takes for its caller, by type and policy. */
function callerSeen({ type, externalTrafficPolicy }: ServiceShape["spec"]): string {
  if (type === "ClusterIP") return "the calling pod";
  return externalTrafficPolicy === "Local" ? "who called the node" : "the node that was called";
}

export function services(): string {
  const at = atStep("load-balancing", "load-balancer");
  const all = at.objects.filter((o) => o.kind === "Service") as unknown as ServiceShape[];
  const inside = all.filter((s) => s.spec.type === "ClusterIP");
  const rows = all.map(({ metadata, spec }) => ({ name: metadata.name, spec, port: spec.ports[0] }));
  return [
    diagram("flowchart LR", [
      box("pod", "a pod"),
      box("outside", "outside"),
      box("proxy", "kube-proxy's rules", "on each node"),
      ...rows.map((r) => box(idOf(r.name), r.name, r.spec.type, `port ${r.port?.port ?? "?"}`)),
      box("echo", "the pod echo"),
      ...inside.map((s) => `pod --> ${idOf(s.metadata.name)}`),
      ...all.filter((s) => !inside.includes(s)).map((s) => `outside --> ${idOf(s.metadata.name)}`),
      ...rows.map((r) => `${idOf(r.name)} --> proxy`),
      ...[...new Set(rows.map((r) => r.port?.targetPort ?? 0))].map(
        (port) => `proxy -->|DNAT to port ${port}| echo`,
      ),
    ]),
    "",
    "The Services of the lab `load-balancing` at step `load-balancer`, and who the pod takes for its caller:",
    "",
    table(
      ["Service", "type", "`externalTrafficPolicy`", "the pod sees"],
      rows.map((r) => [
        `\`${r.name}\``,
        r.spec.type,
        r.spec.externalTrafficPolicy ?? "–",
        callerSeen(r.spec),
      ]),
    ),
  ].join("\n");
}

interface Backend {
  service: { name: string };
}
interface IngressShape {
  spec: {
    ingressClassName: string;
    defaultBackend?: Backend;
    rules: { host: string; http: { paths: { path: string; backend: Backend }[] } }[];
  };
}
interface RouteShape {
  metadata: { name: string };
  spec: {
    hostnames: string[];
    parentRefs: { name: string; sectionName?: string }[];
    rules: {
      matches?: { path?: { value: string }; headers?: { name: string; value: string }[] }[];
      backendRefs?: { name: string; weight?: number }[];
    }[];
  };
}
interface GatewayShape {
  metadata: { name: string };
  spec: { gatewayClassName: string; listeners: { name: string; protocol: string; port: number }[] };
}

const of = <T>(objects: readonly KubeObject[], kind: string): T[] =>
  objects.filter((o) => o.kind === kind) as unknown as T[];

/** The same idea twice: rules of an Ingress, and routes that hang on a Gateway. */
export function routes(): string {
  const ingress = of<IngressShape>(atStep("ingress-routing", "hosts").objects, "Ingress").flatMap((i) => [
    `ingress_class["ingress controller, class ${i.spec.ingressClassName}"]`,
    ...i.spec.rules.flatMap(({ host, http }) =>
      http.paths.map(
        (p) =>
          `ingress_class -->|${host}${p.path}| ${idOf("i", p.backend.service.name)}["${p.backend.service.name}"]`,
      ),
    ),
    ...(i.spec.defaultBackend === undefined
      ? []
      : [
          `ingress_class -->|no rule matches| ${idOf("i", i.spec.defaultBackend.service.name)}["${i.spec.defaultBackend.service.name}"]`,
        ]),
  ]);
  const shop = atStep("gateway-api", "canary").objects;
  const gateways = of<GatewayShape>(shop, "Gateway").flatMap((g) =>
    g.spec.listeners.map((l) =>
      box(
        idOf("g", g.metadata.name, l.name),
        `Gateway ${g.metadata.name}, class ${g.spec.gatewayClassName}`,
        `listener ${l.name}: ${l.protocol} ${l.port}`,
      ),
    ),
  );
  const httpRoutes = of<RouteShape>(shop, "HTTPRoute").flatMap(({ metadata, spec }) => {
    const id = idOf("r", metadata.name);
    return [
      box(id, `HTTPRoute ${metadata.name}`),
      ...spec.parentRefs.map(
        (p) => `${idOf("g", p.name, p.sectionName ?? "")} -->|${spec.hostnames.join(" ")}| ${id}`,
      ),
      ...spec.rules.flatMap((rule) =>
        (rule.backendRefs ?? []).map((b) => {
          const when = (rule.matches ?? []).map(
            (m) =>
              `${m.path?.value ?? "/"}${(m.headers ?? []).map((h) => ` ${h.name}: ${h.value}`).join("")}`,
          );
          const weight = b.weight === undefined ? "" : ` ${b.weight} %`;
          return `${id} -->|${when.join(" ")}${weight}| ${idOf("s", b.name)}["${b.name}"]`;
        }),
      ),
    ];
  });
  return [
    diagram("flowchart LR", [
      ...group("ingress", "Ingress: lab ingress-routing, step hosts", ingress),
      ...group("gateway", "Gateway API: lab gateway-api, step canary", [...gateways, ...httpRoutes]),
    ]),
    "",
    "Drawn from the objects that the two labs have at these steps.",
  ].join("\n");
}

const NAMES = { zone: "find", baseDomain: "labs.example.org" };
const PUBLIC = { sourceRanges: ["203.0.113.0/24"] };

/** Name, load balancer, targets: for each controller that an EKS stack may have. */
export function loadBalancers(): string {
  const behind = (controller: string, more: object = {}) =>
    planned("eks", {
      dns: NAMES,
      ingress: { install: true, controller, loadBalancer: PUBLIC, ...more },
    }).ingress;
  const [nginx, envoy] = [behind("ingress-nginx"), behind("gateway")];
  const alb = behind("alb", {
    certificateArns: ["arn:aws:acm:us-west-2:123456789012:certificate/x"],
  })?.controller?.alb;
  if (alb === undefined) throw new Error("no ALB is planned");
  const { spec } = albClassParams("labs", alb) as unknown as {
    spec: { scheme: string; targetType: string; listeners: { port: number; protocol: string }[] };
  };
  const nlbs = [
    { id: "nginx", title: "ingress-nginx", plan: nginx?.controller?.loadBalancer },
    { id: "envoy", title: "Envoy, for a Gateway", plan: envoy?.gateway?.loadBalancer },
  ];
  const ways = nlbs.flatMap(({ id, title, plan }) => [
    box(`nlb_${id}`, "NLB", plan?.scheme ?? "", "TCP 80, TCP 443"),
    `zone --> nlb_${id}`,
    `nlb_${id} -->|${plan?.targetType === "ip" ? "addresses of pods" : "node ports of instances"}| ${id}["${title}"]`,
    `${id} -->|HTTP by host and path| app`,
  ]);
  return [
    diagram("flowchart LR", [
      box("name", nginx?.dns.records.at(-1) ?? ""),
      box("zone", "Route 53 zone", nginx?.dns.zone?.name ?? "", "alias record"),
      "name --> zone",
      ...ways,
      box("alb", "ALB", spec.scheme, ...spec.listeners.map((l) => `${l.protocol} ${l.port}`)),
      "zone --> alb",
      `alb -->|HTTP by host and path, ${spec.targetType === "ip" ? "addresses of pods" : "node ports"}| app["the application's pods"]`,
    ]),
    "",
    "What the planner makes of an `eks` stack with `ingress.controller` ingress-nginx, gateway and alb: one of the three stands.",
  ].join("\n");
}
