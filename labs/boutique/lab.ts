import { placeOf } from "../../routing/ingress-site";
import { abByHeader, byWeight } from "../../routing/canary/canary";
import type { KubeObject } from "../../kube/objects";
import { flow, lookups } from "../flow";
import type { Claim, FlowClaim, Lab, LabContext } from "../model";
import { labUrl, siteOf } from "../ingress";
import { namespace, serviceAccount } from "../workload";
import { calls, closed, frontendPolicies, portOf, servicePolicies, services } from "./policies";
import {
  blue,
  blueGreenRoutes,
  byCookie,
  canaryGone,
  canaryRoutes,
  green,
  idleRequest,
  liveRoutes,
  nsOf,
  shopHost,
  shopRequest,
  sides,
} from "./releases";
import { backServices } from "./services";

const FOO = abByHeader("FOO", "bar");
const foo = (value: string) => ({ headers: { FOO: value } });
/** Both releases are called frontend in the table of calls. */
const FRONTENDS = ["frontend", "frontend-green"];

function workloads(ctx: LabContext): KubeObject[] {
  const ns = nsOf(ctx);
  return [
    namespace(ns, "restricted"),
    serviceAccount("frontend", ns),
    ...backServices(ns),
    ...blue(ctx),
    ...liveRoutes(ctx, "blue"),
  ];
}

function claim(
  ctx: LabContext,
  from: string,
  to: string,
  port: number,
  verdict: "allow" | "deny",
  reason: string,
): FlowClaim {
  const at = (name: string) => (name.includes("/") || name === "internet" ? name : `${nsOf(ctx)}/${name}`);
  return flow(verdict, at(from), at(to), port, reason);
}

const controllerOf = (ctx: LabContext): string => {
  const { namespace, name } = placeOf(siteOf(ctx));
  return `${namespace}/${name}`;
};
const fromController = (
  ctx: LabContext,
  verdict: "allow" | "deny",
  reason: string,
  frontends = FRONTENDS,
): Claim[] =>
  siteOf(ctx).controller.outside === true
    ? []
    : frontends.map((to) => claim(ctx, controllerOf(ctx), to, 8080, verdict, reason));

/** Each call of the shop, with the verdict that it should have. */
function shopCalls(
  ctx: LabContext,
  verdictOf: (from: string) => "allow" | "deny",
  reason: (from: string, to: string) => string,
): Claim[] {
  return calls.flatMap(([from, to, port]) =>
    (from === "frontend" ? FRONTENDS : [from]).map((name) =>
      claim(ctx, name, to, port, verdictOf(from), reason(from, to)),
    ),
  );
}

/** Every pair of services that do not call each other. */
function strangers(ctx: LabContext, verdict: "allow" | "deny", reason: string): Claim[] {
  const known = new Set(calls.map(([from, to]) => `${from} ${to}`));
  const pairs = services.flatMap((from) => services.map((to) => [from, to] as const));
  return pairs
    .filter(([from, to]) => from !== to && !known.has(`${from} ${to}`))
    .map(([from, to]) => claim(ctx, from, to, portOf(to), verdict, reason));
}

const dns = (ctx: LabContext): Claim[] =>
  lookups("allow", `${nsOf(ctx)}/frontend`, "allow-dns lets every pod of the shop ask DNS");

export const boutique: Lab = {
  id: "boutique",
  title: "Online Boutique: a new release, carefully; then a policy for each service",
  summary:
    "A shop of eleven services behind the ingress. Bring a new frontend by canary and by blue and green, then let each service accept its callers and nobody else.",
  namespaces: { shop: "boutique" },
  clusterWide: false,
  needs: { calicoPolicy: true, ingress: true, tls: true },
  workloads,
  links: (ctx) => [{ title: "the shop", url: labUrl(ctx, shopHost(ctx)) }],
  steps: [
    {
      id: "open",
      title: "The shop is open",
      aim: "Reach the shop by its name, and see which pod made the page.",
      expect: (ctx) => [
        shopRequest(ctx, 0, "one route leads to one Service"),
        ...fromController(ctx, "allow", "nothing isolates the frontend", ["frontend"]),
        claim(
          ctx,
          "adservice",
          "redis-cart",
          6379,
          "allow",
          "nothing isolates the carts: advertisements could empty them",
        ),
      ],
    },
    {
      id: "canary-5",
      title: "A canary with 5 %",
      aim: "Run the next release beside the live one and give it one request in twenty.",
      add: (ctx) => [...green(ctx), ...canaryRoutes(ctx, byWeight(5))],
      expect: (ctx) => [shopRequest(ctx, 0.05, "canary-weight 5 of 100")],
    },
    {
      id: "canary-header",
      title: "A canary for those who ask for it",
      aim: "Only requests with the header FOO: bar get the next release: an A/B test, or a preview for testers.",
      add: (ctx) => canaryRoutes(ctx, FOO),
      expect: (ctx) => [
        shopRequest(ctx, 1, "FOO has the canary's value", foo("bar")),
        shopRequest(ctx, 0, "FOO has another value, and no other rule follows", foo("baz")),
        shopRequest(ctx, 0, "with a value of its own the rule does not know the word always", foo("always")),
        shopRequest(ctx, 0, "no header, no canary"),
      ],
    },
    {
      id: "canary-half",
      title: "Half of everybody, and all who ask",
      aim: "Put both rules together and see their order: header first, then weight.",
      add: (ctx) => canaryRoutes(ctx, { ...FOO, ...byWeight(50) }),
      expect: (ctx) => [
        shopRequest(ctx, 1, "the header decides before the weight", foo("bar")),
        shopRequest(ctx, 0.5, "the header does not match, so the weight decides", foo("baz")),
        shopRequest(ctx, 0.5, "canary-weight 50 of 100"),
      ],
    },
    {
      id: "canary-cookie",
      title: "A/B by cookie",
      aim: "A customer who has taken a side keeps it: the cookie beta says always or never, and the weight decides for all others.",
      add: (ctx) => canaryRoutes(ctx, byCookie(ctx)),
      expect: (ctx) => [
        ...sides(ctx),
        shopRequest(ctx, 0.5, "no header is asked for any more, so the weight decides", foo("bar")),
        shopRequest(ctx, 0.5, "no cookie: canary-weight 50 of 100"),
      ],
    },
    {
      id: "promoted",
      title: "Promote it",
      aim: "The next release becomes the live one; the canary goes.",
      add: (ctx) => liveRoutes(ctx, "green"),
      remove: canaryGone,
      expect: (ctx) => [
        shopRequest(ctx, 1, "the route leads to the new release"),
        shopRequest(ctx, 1, "without a canary the header means nothing", foo("bar")),
      ],
    },
    {
      id: "roll-back",
      title: "Blue and green: switch back",
      aim: "Both releases still run. One change of the route takes everybody back, and the idle one has a name of its own.",
      add: (ctx) => blueGreenRoutes(ctx, "blue"),
      expect: (ctx) => [shopRequest(ctx, 0, "blue is live again"), idleRequest(ctx, "green")],
    },
    {
      id: "switch",
      title: "Blue and green: switch again",
      aim: "Green is well, after all: the same change the other way round.",
      add: (ctx) => blueGreenRoutes(ctx, "green"),
      expect: (ctx) => [shopRequest(ctx, 1, "green is live"), idleRequest(ctx, "blue")],
    },
    {
      id: "closed",
      title: "Close everything",
      aim: "No pod of the shop may be reached or reach anything, names apart. The shop is down: that is the start of a policy.",
      add: (ctx) => closed(nsOf(ctx)),
      expect: (ctx) => [
        // On the host network it is let in on its own node, and on no other.
        ...(siteOf(ctx).controller.hostNetwork
          ? []
          : fromController(ctx, "deny", "default-deny isolates the frontend")),
        ...shopCalls(
          ctx,
          () => "deny",
          (from, to) => `default-deny isolates ${from} and ${to}`,
        ),
        ...dns(ctx),
      ],
    },
    {
      id: "frontend",
      title: "Open the frontend",
      aim: "The controller reaches the frontend, and the frontend the seven services that it calls. What lies behind them stays closed.",
      add: (ctx) => frontendPolicies(nsOf(ctx), siteOf(ctx)),
      expect: (ctx) => [
        ...fromController(ctx, "allow", "policy frontend lets the controller in on 8080"),
        ...shopCalls(
          ctx,
          (from) => (from === "frontend" ? "allow" : "deny"),
          (from, to) =>
            from === "frontend"
              ? `frontend may call ${to}, and ${to} accepts it`
              : `${from} may call nobody yet`,
        ),
        ...dns(ctx),
      ],
    },
    {
      id: "each-service",
      title: "A policy for each service",
      aim: "Each service accepts its callers on its port and calls what it needs. Order something: it works; and nothing else does.",
      add: (ctx) => servicePolicies(nsOf(ctx)),
      expect: (ctx) => [
        ...fromController(ctx, "allow", "policy frontend lets the controller in on 8080"),
        ...shopCalls(
          ctx,
          () => "allow",
          (from, to) => `${from} may call ${to}, and ${to} accepts it`,
        ),
        ...strangers(ctx, "deny", "neither side has a rule for it"),
        ...(siteOf(ctx).controller.hostNetwork
          ? []
          : [claim(ctx, "internet", "frontend", 8080, "deny", "only the controller is let in")]),
        claim(ctx, "paymentservice", "internet", 443, "deny", "no service needs the internet"),
        ...dns(ctx),
      ],
    },
  ],
};
