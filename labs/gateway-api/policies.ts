import type { KubeObject } from "../../kube/objects";
import { allowDns, defaultDeny } from "../../policies/baselines";
import { namespaceNamed, networkPolicy, podsIn, tcp } from "../../policies/kubernetes/policy";
import { proxyLabels } from "../../routing/gateway/site-gateway";
import { gatewaySiteOf } from "../ingress";
import type { LabContext } from "../model";
import { infraNs, payNs, shopNs, WEB } from "./gateway";

const proxies = (ctx: LabContext): Record<string, string> =>
  proxyLabels({ namespace: infraNs(ctx), name: WEB });

/** Nothing in or out of the three namespaces but names: the proxies are pods of one of them. */
export const closed = (ctx: LabContext): KubeObject[] =>
  [infraNs(ctx), shopNs(ctx), payNs(ctx)].flatMap((ns) => [
    defaultDeny(ns, ["Ingress", "Egress"]),
    allowDns(ns),
  ]);

/** What the proxies need: requests from everywhere, their configuration, and what the routes lead to. */
export function opened(ctx: LabContext): KubeObject[] {
  const control = gatewaySiteOf(ctx).controller.control;
  const backend = (ns: string, app: string) => podsIn(namespaceNamed(ns), { app });
  const accepts = (namespace: string, app: string): KubeObject =>
    networkPolicy({
      name: app,
      namespace,
      pods: { app },
      ingress: [{ from: [podsIn(namespaceNamed(infraNs(ctx)), proxies(ctx))], ports: [tcp(8080)] }],
    });
  return [
    networkPolicy({
      name: "proxies",
      namespace: infraNs(ctx),
      pods: proxies(ctx),
      ingress: [{ ports: [tcp(10080), tcp(10443)] }],
      egress: [
        ...(control === undefined
          ? []
          : [
              {
                to: [podsIn(namespaceNamed(control.namespace), { "control-plane": "envoy-gateway" })],
                ports: [tcp(18000)],
              },
            ]),
        {
          to: [backend(shopNs(ctx), "books"), backend(shopNs(ctx), "books-next"), backend(payNs(ctx), "pay")],
          ports: [tcp(8080)],
        },
      ],
    }),
    accepts(shopNs(ctx), "books"),
    accepts(shopNs(ctx), "books-next"),
    accepts(payNs(ctx), "pay"),
  ];
}
