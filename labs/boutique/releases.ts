import type { Canary, Strategy } from "../../routing/canary/canary";
import { byWeight, liveBackend } from "../../routing/canary/canary";
import type { Routes } from "../../routing/routes/routes";
import type { KubeObject } from "../../kube/objects";
import type { Claim, LabContext, ObjectRef, RequestClaim } from "../model";
import { labHost, request, routed, siteOf } from "../ingress";
import { frontend } from "./services";

export const nsOf = (ctx: LabContext): string => ctx.namespaces["shop"] ?? "boutique";
export const shopHost = (ctx: LabContext): string => labHost(ctx, "boutique", "shop");
const nextHost = (ctx: LabContext): string => labHost(ctx, "boutique", "shop-next");

/** Blue is the release that the shop starts with, green the one that comes. */
const BLUE = { service: "frontend", port: 80 };
const GREEN = { service: "frontend-green", port: 80 };
const CANARY = "shop-canary";

export const blue = (ctx: LabContext): KubeObject[] => frontend(nsOf(ctx), BLUE.service, "blue");
export const green = (ctx: LabContext): KubeObject[] => frontend(nsOf(ctx), GREEN.service, "green");

function shop(ctx: LabContext, live: "blue" | "green", idleVisible = false): Routes {
  const backend = liveBackend({ blue: BLUE, green: GREEN, live });
  const idle = live === "blue" ? GREEN : BLUE;
  return {
    name: "shop",
    namespace: nsOf(ctx),
    hosts: [
      { host: shopHost(ctx), paths: [{ path: "/", backend }] },
      ...(idleVisible ? [{ host: nextHost(ctx), paths: [{ path: "/", backend: idle }] }] : []),
    ],
  };
}

const both = (ctx: LabContext): KubeObject[] => [...blue(ctx), ...green(ctx)];

/** The shop with one release live, and nothing beside it. */
export const liveRoutes = (ctx: LabContext, live: "blue" | "green"): KubeObject[] =>
  routed(ctx, both(ctx), shop(ctx, live));

/** One live, the other at a name of its own. */
export const blueGreenRoutes = (ctx: LabContext, live: "blue" | "green"): KubeObject[] =>
  routed(ctx, both(ctx), shop(ctx, live, true));

/** Blue live, some of its requests to green. */
export function canaryRoutes(ctx: LabContext, strategy: Strategy): KubeObject[] {
  const canary: Canary = {
    name: CANARY,
    namespace: nsOf(ctx),
    host: shopHost(ctx),
    path: "/",
    primary: BLUE,
    canary: GREEN,
    strategy,
  };
  return routed(ctx, both(ctx), shop(ctx, "blue"), [canary]);
}

/** On an ALB the canary is part of its route's Ingress. */
export const canaryGone = (ctx: LabContext): ObjectRef[] =>
  siteOf(ctx).kind === "alb" ? [] : [{ kind: "Ingress", namespace: nsOf(ctx), name: CANARY }];

/** A request to the shop, and the share that green gets of it. */
export function shopRequest(
  ctx: LabContext,
  toGreen: number,
  reason: string,
  sent: Pick<RequestClaim, "headers" | "cookies"> = {},
): Claim {
  const ns = nsOf(ctx);
  const backends = { [`${ns}/frontend`]: 1 - toGreen, [`${ns}/frontend-green`]: toGreen };
  return request(ctx, {
    host: shopHost(ctx),
    path: "/",
    ...sent,
    backends: Object.fromEntries(Object.entries(backends).filter(([, share]) => share > 0)),
    status: 200,
    reason,
  });
}

const beta = (value: string) => ({ cookies: { beta: value } });

/** An ALB's rules know no single cookie: there the weight is left. */
export const byCookie = (ctx: LabContext): Strategy => ({
  ...(siteOf(ctx).kind === "alb" ? {} : { cookie: { name: "beta" } }),
  ...byWeight(50),
});

/** Who has taken a side keeps it; nginx and the Gateway only read the cookie, and never set it. */
export const sides = (ctx: LabContext): Claim[] =>
  siteOf(ctx).kind === "alb"
    ? []
    : [
        shopRequest(ctx, 1, "beta=always leads to the canary, whatever the weight", beta("always")),
        shopRequest(ctx, 0, "beta=never leads away from it, whatever the weight", beta("never")),
        shopRequest(ctx, 0.5, "always and never are all that the rule knows", beta("yes")),
      ];

/** The idle release at its own name. */
export const idleRequest = (ctx: LabContext, idle: "blue" | "green"): Claim =>
  request(ctx, {
    host: nextHost(ctx),
    path: "/",
    backends: { [`${nsOf(ctx)}/${idle === "blue" ? "frontend" : "frontend-green"}`]: 1 },
    reason: "the idle release has a name of its own, to be tried before the switch",
  });
