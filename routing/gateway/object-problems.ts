import type { KubeObject } from "../../kube/objects";
import type { Problem } from "../../kube/problems";
import { makesSecret, uncovered } from "../secrets";
import { shapeProblems, type Fields, type Shape } from "../object-shape";
import { hostProblem } from "../routes/object-names";
import { readGateways, type GatewayTable } from "./attach";
import { entriesOf } from "./precedence";
import { GROUP, keyOf, type GatewaySpec, type RouteSpec } from "./objects";

const REF: Fields = { group: "text", kind: "text", "name!": "text", namespace: "text" };
const PARENT: Shape = { fields: { ...REF, sectionName: "text", port: "number" } };
const BACKEND: Shape = { fields: { ...REF, port: "number", weight: "number", filters: "any" } };
const HEADER: Shape = {
  fields: { type: { oneOf: ["Exact", "RegularExpression"] }, "name!": "text", "value!": "text" },
};
const MODIFIER: Shape = {
  fields: {
    "type!": { oneOf: ["ReplaceFullPath", "ReplacePrefixMatch"] },
    replaceFullPath: "text",
    replacePrefixMatch: "text",
  },
};
const FILTER: Shape = {
  fields: {
    "type!": {
      oneOf: [
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestMirror",
        "RequestRedirect",
        "URLRewrite",
        "CORS",
        "ExtensionRef",
      ],
    },
    requestRedirect: {
      fields: { scheme: "text", hostname: "text", port: "number", path: MODIFIER, statusCode: "number" },
    },
    urlRewrite: { fields: { hostname: "text", path: MODIFIER } },
    requestMirror: { fields: { "backendRef!": BACKEND, percent: "number", fraction: "any" } },
    requestHeaderModifier: "any",
    responseHeaderModifier: "any",
    cors: "any",
    extensionRef: "any",
  },
};
const ROUTE: Fields = {
  parentRefs: { list: PARENT },
  hostnames: { list: "text" },
  rules: {
    list: {
      fields: {
        name: "text",
        matches: {
          list: {
            fields: {
              path: {
                fields: { type: { oneOf: ["Exact", "PathPrefix", "RegularExpression"] }, value: "text" },
              },
              headers: { list: HEADER },
              queryParams: { list: HEADER },
              method: "text",
            },
          },
        },
        filters: { list: FILTER },
        backendRefs: { list: BACKEND },
        timeouts: { fields: { request: "text", backendRequest: "text" } },
        retry: "any",
        sessionPersistence: "any",
      },
    },
  },
};
const GATEWAY: Fields = {
  "gatewayClassName!": "text",
  "listeners!": {
    list: {
      fields: {
        "name!": "text",
        hostname: "text",
        "port!": "number",
        "protocol!": { oneOf: ["HTTP", "HTTPS", "TLS", "TCP", "UDP"] },
        tls: {
          fields: {
            mode: { oneOf: ["Terminate", "Passthrough"] },
            certificateRefs: { list: { fields: REF } },
            options: "any",
          },
        },
        allowedRoutes: {
          fields: {
            namespaces: {
              fields: { from: { oneOf: ["All", "Same", "Selector", "None"] }, selector: "any" },
            },
            kinds: { list: { fields: { group: "text", "kind!": "text" } } },
          },
        },
      },
    },
  },
  addresses: "any",
  infrastructure: "any",
  allowedListeners: "any",
  tls: "any",
};
const GRANT: Fields = {
  "from!": { list: { fields: { "group!": "text", "kind!": "text", "namespace!": "text" } } },
  "to!": { list: { fields: { "group!": "text", "kind!": "text", name: "text" } } },
};
const SHAPES: Readonly<Record<string, { fields: Fields; versions: readonly string[] } | undefined>> = {
  Gateway: { fields: GATEWAY, versions: ["v1"] },
  HTTPRoute: { fields: ROUTE, versions: ["v1"] },
  ReferenceGrant: { fields: GRANT, versions: ["v1beta1", "v1"] },
};

export const isGatewayObject = (o: KubeObject): boolean => o.apiVersion.startsWith(`${GROUP}/`);

/** What the API server refuses, or drops with a warning, of a Gateway API object. `at` names it: `file: Kind ns/name`. */
export function gatewayObjectProblems(o: KubeObject, at: string): Problem[] {
  const shape = SHAPES[o.kind];
  if (shape === undefined) return [];
  const version = o.apiVersion.slice(GROUP.length + 1);
  if (!shape.versions.includes(version))
    return [
      {
        path: `${at}: apiVersion`,
        value: o.apiVersion,
        message: `no ${o.kind} of this version is served by today's CRDs`,
        fix: `${GROUP}/${shape.versions[0] ?? ""}`,
      },
    ];
  const { apiVersion: _v, kind: _k, metadata: _m, spec, status: _s, ...strange } = o;
  const extra = shapeProblems(strange, { fields: { spec: "any" } }, at).map((p) => ({
    ...p,
    path: p.path.replace(`${at}.`, `${at}: `),
  }));
  if (spec === undefined) return [...extra, { path: at, message: "lacks spec", fix: "add spec" }];
  const problems = [...extra, ...shapeProblems(spec, { fields: shape.fields }, `${at}: spec`)];
  return problems.length > 0 || o.kind === "ReferenceGrant" ? problems : valueProblems(o, at);
}

function valueProblems(o: KubeObject, at: string): Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, value: unknown, message: string, fix: string) =>
    problems.push({ path: `${at}: spec.${path}`, value, message, fix });
  const host = (path: string, name: string | undefined) => {
    const broken = name === undefined ? undefined : hostProblem(name);
    if (broken !== undefined) say(path, name, broken, "shop.example.org, without scheme and port");
  };
  if (o.kind === "Gateway") {
    const { listeners = [] } = (o["spec"] ?? {}) as Partial<GatewaySpec>;
    for (const [i, l] of listeners.entries()) {
      host(`listeners[${i}].hostname`, l.hostname);
      if (listeners.findIndex((other) => other.name === l.name) !== i)
        say(`listeners[${i}].name`, l.name, "is the name of another listener", "a name of its own");
      if (l.protocol === "HTTPS" && l.tls?.certificateRefs === undefined && l.tls?.mode !== "Passthrough")
        say(`listeners[${i}].tls`, l.tls, "HTTPS needs a certificate", "certificateRefs: [{ name: … }]");
      if (l.protocol === "HTTP" && l.tls !== undefined)
        say(`listeners[${i}].tls`, undefined, "a listener for HTTP has no TLS", "protocol: HTTPS");
    }
    return problems;
  }
  const { hostnames = [], rules = [] } = (o["spec"] ?? {}) as RouteSpec;
  for (const [i, name] of hostnames.entries()) host(`hostnames[${i}]`, name);
  for (const [i, rule] of rules.entries()) {
    for (const [j, { path }] of (rule.matches ?? []).entries())
      if (path?.type !== "RegularExpression" && path?.value !== undefined && !path.value.startsWith("/"))
        say(`rules[${i}].matches[${j}].path.value`, path.value, "begins with no '/'", `/${path.value}`);
    const redirects = rule.filters?.some((f) => f.type === "RequestRedirect") === true;
    if (redirects && (rule.backendRefs ?? []).length > 0)
      say(`rules[${i}]`, undefined, "a redirect leads to no backend", "remove backendRefs, or the redirect");
    for (const [j, ref] of (rule.backendRefs ?? []).entries())
      if ((ref.kind ?? "Service") === "Service" && ref.port === undefined)
        say(`rules[${i}].backendRefs[${j}].port`, undefined, "a Service is named with its port", "port: 80");
  }
  return problems;
}

/** What a cluster takes without a word, and nobody meant: most of it stands in the object's status. */
export function gatewayRemarks(
  o: KubeObject,
  all: readonly KubeObject[],
  { classes, namespaces }: { classes: readonly string[]; namespaces: readonly string[] },
): string[] {
  const { namespace } = o.metadata;
  if (namespace === undefined) return ["has no namespace: it goes to default, which is none of this lab's"];
  if (!namespaces.includes(namespace))
    return [`is in namespace ${namespace}, which is none of this lab's: ${namespaces.join(", ")}`];
  if (o.kind === "Gateway") return gatewayRemarksOf(o, all, classes);
  const served = all.filter(
    (g) =>
      g.kind !== "Gateway" ||
      classes.includes((g["spec"] as Partial<GatewaySpec> | undefined)?.gatewayClassName ?? ""),
  );
  const table = readGateways(served);
  const told = table.conditions.filter((c) => c.object === `${o.kind} ${keyOf(o)}`);
  return [
    ...new Set([
      ...told.map((c) => `${c.type} is False, ${c.reason}: ${c.message}`),
      ...shadows(table, keyOf(o)),
    ]),
  ];
}

/** Matches that another route has just so, and that comes first: by age, then by name. */
function shadows({ listeners }: GatewayTable, key: string): string[] {
  return listeners.flatMap(({ spec, routes }) =>
    [...routes].flatMap(([host, attached]) => {
      const seen = new Map<string, string>();
      return entriesOf(attached).flatMap(({ route, path, match }) => {
        const same = JSON.stringify([path, match.headers, match.queryParams, match.method]);
        const first = seen.get(same);
        seen.set(same, first ?? route.key);
        return first === undefined || first === route.key || route.key !== key
          ? []
          : [
              `never answers ${host ?? "any host"}${path.value} at listener ${spec.name}: route ${first} has the same match and comes first, by age or by name`,
            ];
      });
    }),
  );
}

function gatewayRemarksOf(o: KubeObject, all: readonly KubeObject[], classes: readonly string[]): string[] {
  const { gatewayClassName = "", listeners = [] } = (o["spec"] ?? {}) as Partial<GatewaySpec>;
  const own = o.metadata.namespace ?? "default";
  const told = readGateways(all).conditions.filter((c) => c.object.startsWith(`Gateway ${keyOf(o)},`));
  return [
    ...(classes.includes(gatewayClassName)
      ? []
      : [`is of class ${gatewayClassName}, which nobody serves here: ${classes.join(" or ") || "none"}`]),
    ...told.map((c) => `${c.type} is False, ${c.reason}: ${c.message}`),
    ...listeners.flatMap((l) =>
      (l.tls?.certificateRefs ?? []).flatMap(({ name, namespace = own }) => {
        const from = `takes the certificate of listener ${l.name} from Secret ${namespace}/${name}, which`;
        if (namespace !== own) return [];
        if (!makesSecret(all, namespace, name)) return [`${from} nothing makes`];
        const others = uncovered(all, namespace, name, l.hostname === undefined ? [] : [l.hostname]);
        return others.length > 0 ? [`${from} is made for other names than ${l.hostname ?? ""}`] : [];
      }),
    ),
  ];
}
