import type { KubeObject } from "../../kube/objects";
import type { BackendRef, RouteRule } from "../../routing/gateway/objects";
import { branches } from "../../routing/gateway/canary-branches";
import { echo } from "../echo";
import { closed as shut, lookups, open } from "../flow";
import { CURL, CURL_USER } from "../images";
import { gatewaySiteOf, request } from "../ingress";
import type { Claim, Lab, LabContext } from "../model";
import { deployment, namespace, service } from "../workload";
import { booksHost, grant, infraNs, invitation, payNs, route, shopNs, teams, web, webKey } from "./gateway";
import { closed, opened } from "./policies";

const clientNs = (ctx: LabContext): string => ctx.namespaces["client"] ?? "gateway-client";

function app(ns: string, name: string): KubeObject[] {
  return [
    echo({ name, namespace: ns }),
    service({
      name,
      namespace: ns,
      selector: { app: name },
      ports: [{ name: "http", port: 80, targetPort: 8080 }],
    }),
  ];
}

const workloads = (ctx: LabContext): KubeObject[] => [
  namespace(infraNs(ctx), "restricted"),
  namespace(shopNs(ctx), "restricted", invitation),
  namespace(payNs(ctx), "restricted"),
  namespace(clientNs(ctx), "restricted"),
  ...teams(ctx),
  ...app(shopNs(ctx), "books"),
  ...app(shopNs(ctx), "books-next"),
  ...app(payNs(ctx), "pay"),
  deployment({
    name: "client",
    namespace: clientNs(ctx),
    image: CURL,
    labels: { app: "client" },
    command: ["sleep", "infinity"],
    user: CURL_USER,
  }),
];

const to = (name: string, more: Partial<BackendRef> = {}): BackendRef => ({ name, port: 80, ...more });
const prefix = (value: string) => ({ type: "PathPrefix" as const, value });

/** Everything to books. */
const books: RouteRule = { matches: [{ path: prefix("/") }], backendRefs: [to("books")] };
/** /pay to another team's Service. */
const pay = (ctx: LabContext): RouteRule => ({
  matches: [{ path: prefix("/pay") }],
  backendRefs: [to("pay", { namespace: payNs(ctx) })],
});
/** The next release for who asks for it, and for one request in ten. */
const canary: RouteRule[] = branches(
  { header: { name: "release", value: "next" }, weight: { weight: 10 } },
  [to("books")],
  [to("books-next")],
).map(({ headers, backendRefs }) => ({
  matches: [{ path: prefix("/"), ...(headers.length === 0 ? {} : { headers }) }],
  backendRefs,
}));
const redirect: RouteRule = {
  filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 308 } }],
};

type Ask = Partial<Parameters<typeof request>[1]> & { reason: string };

/** A request at the lab's own Gateway. */
const ask = (ctx: LabContext, args: Ask): Claim =>
  request(ctx, { host: booksHost(ctx), path: "/", scheme: "http", gateway: webKey(ctx), ...args });

const answered = (ctx: LabContext, name: string, more: Omit<Ask, "backends">): Claim =>
  ask(ctx, {
    backends: { [`${name === "pay" ? payNs(ctx) : shopNs(ctx)}/${name}`]: 1 },
    ...more,
  });

const secure = { scheme: "https" } as const;

const canaryClaims = (ctx: LabContext): Claim[] => [
  ask(ctx, {
    ...secure,
    backends: { [`${shopNs(ctx)}/books`]: 0.9, [`${shopNs(ctx)}/books-next`]: 0.1 },
    reason: "weights 90 and 10",
  }),
  answered(ctx, "books-next", {
    ...secure,
    headers: { release: "next" },
    reason: "a rule with a header is more specific than one without",
  }),
];

const proxy = (ctx: LabContext): string => webKey(ctx);
const control = (ctx: LabContext): string => {
  const { namespace: ns = "", name = "" } = gatewaySiteOf(ctx).controller.control ?? {};
  return `${ns}/${name}`;
};
const client = (ctx: LabContext): string => `${clientNs(ctx)}/client`;

export const gatewayApi: Lab = {
  id: "gateway-api",
  title: "Gateway API: one Gateway, many teams",
  summary:
    "A platform team makes a Gateway, a shop hangs its routes on it, and a third team lets them lead to its Service. Read what a rejected route says, add HTTPS and a canary, and keep it working under a default deny.",
  namespaces: {
    infra: "gateway-infra",
    shop: "gateway-shop",
    pay: "gateway-pay",
    client: "gateway-client",
  },
  clusterWide: false,
  needs: { ingress: true, gateway: true, issuer: true, tls: true, calicoPolicy: true },
  workloads,
  steps: [
    {
      id: "classes",
      title: "A class, and no Gateway of yours",
      aim: "Find who serves Gateways here, and who of the three teams may write what.",
      expect: (ctx) => [
        ask(ctx, {
          gateway: `${gatewaySiteOf(ctx).gateway?.namespace ?? ""}/${gatewaySiteOf(ctx).gateway?.name ?? ""}`,
          status: 404,
          reason: "the stack's Gateway is there, and no route names this host",
        }),
      ],
    },
    {
      id: "gateway",
      title: "A Gateway",
      aim: "The platform team makes a Gateway with one listener. Its proxies come to its own namespace.",
      add: (ctx) => web(ctx, { routes: "Same" }),
      expect: (ctx) => [
        ask(ctx, { status: 404, reason: "a listener without routes answers by itself" }),
        open(client(ctx), proxy(ctx), 10080, "nothing isolates the proxies; port 80 is 10080 in the pod"),
        open(proxy(ctx), `${shopNs(ctx)}/books`, 8080, "nothing isolates books"),
      ],
    },
    {
      id: "rejected",
      title: "A route that nobody takes",
      aim: "The shop writes an HTTPRoute. Read in its status why it does nothing.",
      add: (ctx) => [route(ctx, "books", ["http"], [books])],
      expect: (ctx) => [
        ask(ctx, {
          status: 404,
          reason: "the listener takes routes of its own namespace only: NotAllowedByListeners",
        }),
      ],
    },
    {
      id: "invited",
      title: "The shop is invited",
      aim: "The platform team opens the listener to namespaces with a label.",
      add: (ctx) => web(ctx, { routes: "Invited" }),
      expect: (ctx) => [
        answered(ctx, "books", { reason: "the shop's namespace carries the label" }),
        answered(ctx, "books", { path: "/pay", reason: "the prefix / takes every path" }),
      ],
    },
    {
      id: "other-namespace",
      title: "To a Service of another team",
      aim: "The shop leads /pay to a Service that is not its own, and nobody has agreed.",
      add: (ctx) => [route(ctx, "books", ["http"], [books, pay(ctx)])],
      expect: (ctx) => [
        answered(ctx, "books", { reason: "the other rule is not touched" }),
        ask(ctx, {
          path: "/pay",
          status: 500,
          reason: "no ReferenceGrant lets routes of the shop lead to pay: RefNotPermitted",
        }),
      ],
    },
    {
      id: "granted",
      title: "The owner agrees",
      aim: "The owner of pay lets routes of the shop lead to it, and to nothing else.",
      add: (ctx) => [grant(ctx)],
      expect: (ctx) => [
        answered(ctx, "books", { reason: "everything but /pay" }),
        answered(ctx, "pay", {
          path: "/pay/now",
          reason: "the ReferenceGrant in pay's namespace names the shop",
        }),
      ],
    },
    {
      id: "https",
      title: "HTTPS",
      aim: "The platform team adds a listener with a certificate; the shop moves its route there and sends plain HTTP to it.",
      add: (ctx) => [
        ...web(ctx, { routes: "Invited", https: true }),
        route(ctx, "books", ["https"], [books, pay(ctx)]),
        route(ctx, "books-to-https", ["http"], [redirect]),
      ],
      expect: (ctx) => [
        answered(ctx, "books", { ...secure, reason: "the route hangs on the listener for HTTPS" }),
        ask(ctx, {
          path: "/pay",
          status: 308,
          location: `https://${booksHost(ctx)}/pay`,
          reason: "on the listener for HTTP there is only the redirect",
        }),
      ],
    },
    {
      id: "canary",
      title: "A canary",
      aim: "One request in ten, and everybody who asks for it by a header, gets the next release.",
      add: (ctx) => [route(ctx, "books", ["https"], [...canary, pay(ctx)])],
      expect: canaryClaims,
    },
    {
      id: "closed",
      title: "A default deny",
      aim: "Isolate all three namespaces. The proxies are pods like others: they reach nothing, not even their own controller.",
      add: closed,
      expect: (ctx) => [
        shut(client(ctx), proxy(ctx), 10443, "default-deny isolates the proxies"),
        shut(proxy(ctx), `${shopNs(ctx)}/books`, 8080, "default-deny isolates both"),
        shut(proxy(ctx), `${payNs(ctx)}/pay`, 8080, "default-deny isolates both"),
        shut(
          proxy(ctx),
          control(ctx),
          18000,
          "without it the proxies keep their last configuration, and new ones get none",
        ),
        ...lookups("allow", proxy(ctx), "allow-dns lets every pod ask for names"),
      ],
    },
    {
      id: "opened",
      title: "What a Gateway needs",
      aim: "Let the proxies take requests, fetch their configuration and reach what the routes lead to, and let nobody else in.",
      add: opened,
      expect: (ctx) => [
        ...canaryClaims(ctx),
        open(client(ctx), proxy(ctx), 10443, "policy proxies takes requests from everywhere"),
        shut(client(ctx), proxy(ctx), 19001, "metrics are nobody's business"),
        open(proxy(ctx), control(ctx), 18000, "policy proxies lets them fetch their configuration"),
        open(proxy(ctx), `${shopNs(ctx)}/books`, 8080, "books accepts the proxies"),
        open(proxy(ctx), `${shopNs(ctx)}/books-next`, 8080, "books-next accepts the proxies"),
        open(proxy(ctx), `${payNs(ctx)}/pay`, 8080, "pay accepts the proxies"),
        shut(client(ctx), `${shopNs(ctx)}/books`, 8080, "only the proxies are let in"),
        shut(`${shopNs(ctx)}/books`, `${payNs(ctx)}/pay`, 8080, "only the proxies are let in"),
        ...lookups("allow", proxy(ctx), "allow-dns lets every pod ask for names"),
      ],
    },
  ],
};
