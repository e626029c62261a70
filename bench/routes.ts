/**
 * How long a prediction takes at a Gateway, against the same at ingress-nginx: 500 hosts with a route each are read, and a
 * request to each is answered (goal: under 50 ms). `npm run bench:routes`
 */
import Table from "cli-table3";
import type { KubeObject } from "../kube/objects";
import { gatewayAnswerFrom } from "../routing/gateway/answer";
import { readGateways } from "../routing/gateway/attach";
import { toHttpRoutes } from "../routing/gateway/http-routes";
import { GATEWAY, siteGateway } from "../routing/gateway/site-gateway";
import { answerFrom } from "../routing/nginx/answer";
import { readTable } from "../routing/nginx/table";
import { toIngresses } from "../routing/routes/ingress-objects";
import type { Routes } from "../routing/routes/routes";

const COUNT = Number(process.argv[2] ?? 500);
const ROUNDS = 15;

const services: KubeObject[] = [
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "n" },
    spec: { ports: [{ port: 80 }] },
  },
];
const backend = { service: "web", port: 80 };
const sets = Array.from({ length: COUNT }, (_, i): Routes => ({
  name: `r${i}`,
  namespace: "n",
  hosts: [
    {
      host: `h${i}.example.org`,
      paths: [
        { path: "/", backend },
        { path: "/api", backend },
      ],
    },
  ],
}));
const site = {
  kind: "gateway" as const,
  className: "labs",
  gateway: { ...GATEWAY, hosts: [] },
  baseDomain: "example.org",
  ports: { http: 80, https: 443 },
  controller: { kind: "Deployment" as const, hostNetwork: false, ports: {} },
};
const routes = [
  ...services,
  siteGateway(site, []),
  ...sets.flatMap((s) => toHttpRoutes(s, [], { ...GATEWAY, ports: site.ports }, services)),
];
const ingresses = [...services, ...sets.flatMap((s) => toIngresses(s, { className: "nginx" }))];
const requests = sets.map((_, i) => ({ host: `h${i}.example.org`, path: "/api/x" }));

function median(work: () => string[]): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    const kinds = work();
    if (kinds.some((k) => k !== "backends")) throw new Error("a request got no backend");
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

const nginx = median(() => {
  const table = readTable(ingresses, "nginx");
  return requests.map((r) => answerFrom(table, r).kind);
});
const gateway = median(() => {
  const table = readGateways(routes);
  return requests.map((r) => gatewayAnswerFrom(table, r).kind);
});
const table = new Table({ head: [`${COUNT} routes, ${COUNT} requests`, "ms", "against nginx"] });
table.push(
  ["ingress-nginx (baseline)", nginx.toFixed(1), "1.00"],
  ["Gateway", gateway.toFixed(1), (gateway / nginx).toFixed(2)],
);
console.log(table.toString());
