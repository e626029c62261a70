import type { KubeObject } from "../kube/objects";
import type { Problem } from "../kube/problems";
import { Services } from "./services";
import { makesSecret, uncovered } from "./secrets";
import { shapeProblems, type Fields, type Shape } from "./object-shape";
import { hostProblem } from "./routes/object-names";

const BACKEND: Shape = {
  fields: {
    service: { fields: { "name!": "text", "port!": { fields: { number: "number", name: "text" } } } },
    resource: { fields: { apiGroup: "text", "kind!": "text", "name!": "text" } },
  },
};
const SPEC: Fields = {
  ingressClassName: "text",
  defaultBackend: BACKEND,
  rules: {
    list: {
      fields: {
        host: "text",
        http: {
          fields: {
            "paths!": {
              list: {
                fields: {
                  path: "text",
                  "pathType!": { oneOf: ["Prefix", "Exact", "ImplementationSpecific"] },
                  "backend!": BACKEND,
                },
              },
            },
          },
        },
      },
    },
  },
  tls: { list: { fields: { hosts: { list: "text" }, secretName: "text" } } },
};

interface Spec {
  rules?: { host?: string; http?: { paths?: { path?: string; backend?: RawBackend }[] } }[];
  defaultBackend?: RawBackend;
  tls?: { hosts?: string[]; secretName?: string }[];
}
interface RawBackend {
  service?: { name: string; port: { number?: number; name?: string } };
}

/** What the API server refuses, or drops with a warning, of an Ingress. `at` names it: `file: Ingress ns/name`. */
export function ingressProblems(o: KubeObject, at: string): Problem[] {
  if (o.apiVersion !== "networking.k8s.io/v1")
    return [
      {
        path: `${at}: apiVersion`,
        value: o.apiVersion,
        message: "no API server since Kubernetes 1.22 takes this",
        fix: "networking.k8s.io/v1, with pathType, and backend.service.name and .port.number",
      },
    ];
  const { apiVersion: _v, kind: _k, metadata: _m, spec, status: _s, ...strange } = o;
  const extra = shapeProblems(strange, { fields: { spec: "any" } }, at).map((p) => ({
    ...p,
    path: p.path.replace(`${at}.`, `${at}: `),
  }));
  if (spec === undefined) return [...extra, { path: at, message: "lacks spec", fix: "add spec with rules" }];
  const problems = shapeProblems(spec, { fields: SPEC }, `${at}: spec`);
  if (extra.length + problems.length > 0) return [...extra, ...problems.map(portHint)];
  return valueProblems(spec as Spec, at);
}

/** `port: 80` is the most common of all. */
const portHint = (p: Problem): Problem =>
  p.path.endsWith(".port") && (typeof p.value === "number" || typeof p.value === "string")
    ? {
        ...p,
        message: "must say whether it is a number or a name",
        fix: typeof p.value === "number" ? `port: { number: ${p.value} }` : `port: { name: ${p.value} }`,
      }
    : p;

function valueProblems(spec: Spec, at: string): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, value: unknown, message: string, fix: string) =>
    problems.push({ path: `${at}: spec.${path}`, value, message, fix });
  const backend = (b: RawBackend | undefined, path: string) => {
    const { port } = b?.service ?? {};
    if (port !== undefined && (port.number === undefined) === (port.name === undefined))
      say(`${path}.service.port`, port, "needs a number or a name, and not both", "number: 80");
  };
  if ((spec.rules ?? []).length === 0 && spec.defaultBackend === undefined)
    say(
      "rules",
      undefined,
      "is empty, and there is no defaultBackend: one of the two must be there",
      "add a rule",
    );
  backend(spec.defaultBackend, "defaultBackend");
  for (const [i, rule] of (spec.rules ?? []).entries()) {
    const broken = rule.host === undefined ? undefined : hostProblem(rule.host);
    if (broken !== undefined)
      say(`rules[${i}].host`, rule.host, broken, "shop.example.org, without scheme and port");
    for (const [j, p] of (rule.http?.paths ?? []).entries()) {
      const where = `rules[${i}].http.paths[${j}]`;
      if (p.path !== undefined && !p.path.startsWith("/"))
        say(`${where}.path`, p.path, "begins with no '/'", `/${p.path}`);
      backend(p.backend, `${where}.backend`);
    }
  }
  return problems;
}

/** What a cluster takes without a word, and nobody meant. */
export function ingressRemarks(
  o: KubeObject,
  all: readonly KubeObject[],
  { className, namespaces }: { className: string; namespaces: readonly string[] },
): string[] {
  const { namespace } = o.metadata;
  if (namespace === undefined) return ["has no namespace: it goes to default, where this lab has no Service"];
  if (!namespaces.includes(namespace))
    return [`is in namespace ${namespace}, which is none of this lab's: ${namespaces.join(", ")}`];
  const spec: Spec & { ingressClassName?: string } = o["spec"] ?? {};
  const remarks: string[] = [];
  const annotated = o.metadata.annotations?.["kubernetes.io/ingress.class"];
  const named = spec.ingressClassName ?? annotated;
  if (named !== className)
    remarks.push(
      named === undefined
        ? `names no class, so nobody serves it: ingressClassName: ${className}`
        : `is of class ${named}, which nobody serves here: ingressClassName: ${className}`,
    );
  const services = new Services(all);
  const backends = [
    spec.defaultBackend,
    ...(spec.rules ?? []).flatMap((r) => (r.http?.paths ?? []).map((p) => p.backend)),
  ];
  const told = new Set<string>();
  for (const { service } of backends.flatMap((b) => (b === undefined ? [] : [b]))) {
    if (service === undefined) continue;
    const key = `${namespace}/${service.name}`;
    const port = service.port.number ?? service.port.name ?? "";
    if (!services.has(namespace, service.name)) {
      const elsewhere = all.find((s) => s.kind === "Service" && s.metadata.name === service.name)?.metadata
        .namespace;
      told.add(
        `leads to Service ${key}, which is not there${elsewhere === undefined ? "" : `: it is in ${elsewhere}, and an Ingress reaches only Services beside it`}`,
      );
    } else if (services.portOf(namespace, service.name, port) === undefined)
      told.add(
        `leads to port ${port} of Service ${key}, which has ${services.portsText(namespace, service.name)}`,
      );
  }
  for (const { secretName, hosts = [] } of spec.tls ?? []) {
    if (secretName === undefined) continue;
    if (!makesSecret(all, namespace, secretName))
      told.add(`takes its certificate from Secret ${namespace}/${secretName}, which nothing makes`);
    for (const host of uncovered(all, namespace, secretName, hosts))
      told.add(
        `takes the certificate of ${host} from Secret ${namespace}/${secretName}, which is made for other names`,
      );
  }
  return [...remarks, ...told];
}
