import { globalPolicy } from "../../policies/calico/policy";
import type { GlobalNetworkPolicy } from "../../policies/calico/policy-types";
import { clusterNetworkPolicy, type ClusterNetworkPolicy } from "../../policies/kubernetes/cluster-policy";
import { namespaceNamed, networkPolicy, podsIn, tcp } from "../../policies/kubernetes/policy";
import type { KubeObject } from "../../kube/objects";
import type { LabContext } from "../model";
import { clusterName } from "../workload";

const LAB = "cluster-policy";
export const PORT = 8080;
export const shop = (ctx: LabContext): string => ctx.namespaces["shop"] ?? "cluster-policy-shop";
export const sandbox = (ctx: LabContext): string => ctx.namespaces["sandbox"] ?? "cluster-policy-sandbox";
export const watch = (ctx: LabContext): string => ctx.namespaces["watch"] ?? "cluster-policy-watch";

const named = (ns: string) => ({ matchLabels: namespaceNamed(ns) });
const of = (ctx: LabContext, name: string, spec: Omit<ClusterNetworkPolicy["spec"], "subject">) =>
  clusterNetworkPolicy(clusterName(ctx.instance, LAB, name), {
    ...spec,
    subject: { namespaces: named(shop(ctx)) },
  });
const http = [{ tcp: { destinationPort: { number: PORT } } }];

/** Nobody of the sandbox gets into the shop, whatever the shop's team allows. */
export const noSandbox = (ctx: LabContext): KubeObject =>
  of(ctx, "no-sandbox", {
    tier: "Admin",
    priority: 100,
    ingress: [{ action: "Deny", from: [{ namespaces: named(sandbox(ctx)) }] }],
  });

/** The shop's own: everybody may ask web. */
export const webForAll = (ctx: LabContext): KubeObject =>
  networkPolicy({
    name: "web-for-all",
    namespace: shop(ctx),
    pods: { app: "web" },
    ingress: [
      { from: [sandbox(ctx), watch(ctx)].map((ns) => podsIn(namespaceNamed(ns), {})), ports: [tcp(PORT)] },
    ],
  });

/** What no team has decided is closed. */
export const baseline = (ctx: LabContext): KubeObject =>
  of(ctx, "closed-unless-allowed", {
    tier: "Baseline",
    priority: 0,
    ingress: [{ action: "Deny", from: [{ namespaces: {} }] }],
  });

/** The shop's own: nobody may ask db. */
export const dbForNobody = (ctx: LabContext): KubeObject =>
  networkPolicy({ name: "db-for-nobody", namespace: shop(ctx), pods: { app: "db" }, ingress: [] });

/** Monitoring may always ask, also where a team has closed the door. */
export const monitoring = (ctx: LabContext): KubeObject =>
  of(ctx, "monitoring", {
    tier: "Admin",
    priority: 50,
    ingress: [{ action: "Accept", from: [{ namespaces: named(watch(ctx)) }], protocols: http }],
  });

/** Of the auditor the shop's team decides. */
export const auditor = (ctx: LabContext): KubeObject =>
  of(ctx, "auditor", {
    tier: "Admin",
    priority: 90,
    ingress: [
      {
        action: "Pass",
        from: [
          {
            pods: {
              namespaceSelector: named(sandbox(ctx)),
              podSelector: { matchLabels: { app: "auditor" } },
            },
          },
        ],
      },
    ],
  });

/** Calico's own, in tier default and before the team's: against both who was accepted and who was passed on. */
export const calicos = (ctx: LabContext): GlobalNetworkPolicy =>
  globalPolicy({
    name: clusterName(ctx.instance, LAB, "web-is-closed"),
    order: 10,
    namespaceSelector: `kubernetes.io/metadata.name == "${shop(ctx)}"`,
    selector: 'app == "web"',
    ingress: [{ action: "Deny" }],
    types: ["Ingress"],
  });
