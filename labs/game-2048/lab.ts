import type { ClusterFacts } from "../../kube/cluster-facts";
import type { KubeObject } from "../../kube/objects";
import type { Lab, LabContext } from "../model";
import { defaultScheme } from "../../routing/ingress-site";
import { labHost, labUrl, request, routed, siteOf } from "../ingress";
import { deployment, namespace, service } from "../workload";

/** Image, port, labels and names: AWS Load Balancer Controller, docs/examples/2048. */
const LABELS = { "app.kubernetes.io/name": "app-2048" };
const nsOf = (ctx: LabContext): string => ctx.namespaces["game"] ?? "game-2048";
const host = (ctx: LabContext): string => labHost(ctx, "game-2048", "game-2048");

function workloads(ctx: LabContext): KubeObject[] {
  const ns = nsOf(ctx);
  return [
    namespace(ns, "baseline"),
    deployment({
      name: "deployment-2048",
      namespace: ns,
      // Upstream publishes no other tag: the one image of the labs that can change under you.
      image: "public.ecr.aws/l6m2t8p7/docker-2048:latest",
      labels: LABELS,
      port: 80,
      replicas: 2,
      ...(mixed(ctx.facts) ? { pod: { nodeSelector: { "kubernetes.io/arch": "amd64" } } } : {}),
    }),
    service({ name: "service-2048", namespace: ns, selector: LABELS, ports: [{ name: "http", port: 80 }] }),
  ];
}

const route = (ctx: LabContext): KubeObject[] =>
  routed(ctx, workloads(ctx), {
    name: "game-2048",
    namespace: nsOf(ctx),
    hosts: [{ host: host(ctx), paths: [{ path: "/", backend: { service: "service-2048", port: 80 } }] }],
  });

/** Where some nodes cannot run the image. */
const mixed = ({ architectures = [] }: ClusterFacts): boolean =>
  architectures.includes("amd64") && architectures.includes("arm64");

/** Only where the nodes are known to be otherwise. */
function amd64Only(facts: ClusterFacts): { reason: string; fix: string } | undefined {
  const known = facts.architectures;
  if (known === undefined || known.includes("amd64")) return undefined;
  return {
    reason: "its image is built for amd64 only, and the nodes are arm64",
    fix: "add a node group with amd64 instances",
  };
}

export const game2048: Lab = {
  id: "game-2048",
  title: "2048: an application at a name of its own",
  summary:
    "A game that runs in the cluster and cannot be played. Give it a name under the base domain, a route, and a certificate.",
  namespaces: { game: "game-2048" },
  clusterWide: false,
  needs: { ingress: true, tls: true, other: amd64Only },
  workloads,
  links: (ctx) => [{ title: "the game", url: labUrl(ctx, host(ctx)) }],
  steps: [
    {
      id: "inside",
      title: "It runs, and nobody can play",
      aim: "See that the name leads to the ingress controller, which knows no such host: its own 404 is not the game's.",
      expect: (ctx) => [
        request(ctx, {
          host: host(ctx),
          path: "/",
          // An ALB redirects plain HTTP for every host, known or not.
          scheme: siteOf(ctx).kind === "alb" ? defaultScheme(siteOf(ctx)) : "http",
          status: 404,
          reason: "no route names this host",
        }),
      ],
    },
    {
      id: "outside",
      title: "Play it",
      aim: "Write a route that leads its name to its Service, and play over HTTPS.",
      add: route,
      expect: (ctx) => [
        request(ctx, {
          host: host(ctx),
          path: "/",
          backends: { [`${nsOf(ctx)}/service-2048`]: 1 },
          status: 200,
          reason: "the route leads the host to service-2048",
        }),
      ],
    },
  ],
};
