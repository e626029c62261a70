import type { KubeConfig } from "@kubernetes/client-node";
import { proxyLabels } from "../../routing/gateway/site-gateway";
import { core } from "../cluster/api-paths";
import type { ClusterApi } from "../cluster/api-client";
import { livePod, tolerant } from "./cluster/find-inventory";
import { forwardPort, type ForwardedPort } from "./cluster/forward-port";
import type { RequestCheck } from "./core/check-model";
import type { Entry } from "./run-requests";

/** Ports of the proxies: those of a listener below 1024 are 10000 more (Envoy Gateway). */
const PORTS = { http: 10080, https: 10443 } as const;

/**
 * Ways to Gateways that only the cluster reaches: ports of this machine that lead to a proxy of each. One without a ready
 * proxy has none, and its checks say so.
 */
export async function openGatewayEntries(
  checks: readonly RequestCheck[],
  api: ClusterApi,
  kubeconfig: KubeConfig,
  signal?: AbortSignal,
): Promise<{ entry: (check: RequestCheck) => Entry | undefined; close: () => Promise<void> }> {
  const opened: ForwardedPort[] = [];
  const ways = new Map<string, { http: number; https: number }>();
  for (const key of new Set(checks.flatMap((c) => (c.inside === true ? (c.gateway ?? []) : [])))) {
    const [namespace = "", name = ""] = key.split("/");
    const labels = Object.entries(proxyLabels({ namespace, name }));
    const pods = (await tolerant(api.list(core(namespace, "pods"), {}, signal))).map(livePod);
    const pod = pods.find((p) => p.ready && labels.every(([k, v]) => p.labels[k] === v));
    if (pod === undefined) continue;
    const [http, https] = await Promise.all(
      [PORTS.http, PORTS.https].map((port) => forwardPort(kubeconfig, { namespace, pod: pod.name, port })),
    );
    if (http === undefined || https === undefined) continue;
    opened.push(http, https);
    ways.set(key, { http: http.port, https: https.port });
  }
  return {
    entry: ({ gateway, inside, scheme }) => {
      if (inside !== true) return undefined;
      const way = ways.get(gateway ?? "");
      return way === undefined
        ? { why: `Gateway ${gateway ?? ""} has no proxy that is ready` }
        : { host: "127.0.0.1", port: way[scheme] };
    },
    close: async () => {
      await Promise.all(opened.map((o) => o.close()));
    },
  };
}
