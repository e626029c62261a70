import type { KubeObject } from "../../kube/objects";
import { echo } from "../echo";
import { BUSYBOX } from "../images";
import { open } from "../flow";
import { refTo, type Lab, type LabContext, type Step } from "../model";
import { deployment, namespace, NOBODY, service, serviceAccount } from "../workload";
import { calicoRecipes } from "./calico-recipes";
import { egressRecipes } from "./egress-recipes";
import { ingressRecipes } from "./ingress-recipes";
import type { Places, Recipe } from "./recipe";

export const recipes: readonly Recipe[] = [...ingressRecipes, ...egressRecipes, ...calicoRecipes];

export function placesOf(ctx: LabContext): Places {
  const shop = ctx.namespaces["shop"] ?? "shop";
  const neighbours = ctx.namespaces["neighbours"] ?? "neighbours";
  const monitoring = ctx.namespaces["monitoring"] ?? "monitoring";
  return {
    shop,
    neighbours,
    monitoring,
    web: `${shop}/web`,
    api: `${shop}/api`,
    db: `${shop}/db`,
    exporter: `${shop}/exporter`,
    old: `${shop}/old`,
    client: `${neighbours}/client`,
    batch: `${neighbours}/batch`,
    prometheus: `${monitoring}/prometheus`,
    apiServer: ctx.facts.nodes?.some((n) => n.controlPlane) === true,
  };
}

const caller = (ns: string, app: string): KubeObject =>
  deployment({
    name: app,
    namespace: ns,
    image: BUSYBOX,
    labels: { app },
    command: ["sleep", "infinity"],
    requests: { cpu: "10m", memory: "16Mi" },
    user: NOBODY,
  });

function workloads(ctx: LabContext): KubeObject[] {
  const { shop, neighbours, monitoring } = placesOf(ctx);
  const first = ctx.instance === "policy-recipes";
  return [
    ...[shop, neighbours, monitoring].map((name) => namespace(name, "restricted")),
    serviceAccount("api", shop),
    echo({ name: "web", namespace: shop, portName: "http" }),
    echo({ name: "api", namespace: shop, serviceAccount: "api" }),
    echo({ name: "db", namespace: shop, port: 5432 }),
    echo({ name: "exporter", namespace: shop, port: 9090 }),
    echo({ name: "old", namespace: shop, labels: { quarantine: "yes" } }),
    service({
      name: "web",
      namespace: shop,
      selector: { app: "web" },
      type: "NodePort",
      // A copy of the lab cannot have the same node port; the API server then chooses one.
      ports: [{ name: "http", port: 80, targetPort: 8080, ...(first ? { nodePort: 30081 } : {}) }],
    }),
    service({ name: "api", namespace: shop, selector: { app: "api" }, ports: [{ port: 8080 }] }),
    service({ name: "db", namespace: shop, selector: { app: "db" }, ports: [{ port: 5432 }] }),
    ...["client", "batch"].map((app) => caller(neighbours, app)),
    caller(monitoring, "prometheus"),
  ];
}

/** Each recipe stands alone: the one before it is taken away. */
const step = (recipe: Recipe, before: Recipe | undefined): Step => ({
  id: recipe.id,
  title: recipe.title,
  aim: recipe.aim,
  add: (ctx) => [recipe.policy(placesOf(ctx))],
  ...(before === undefined ? {} : { remove: (ctx) => [refTo(before.policy(placesOf(ctx)))] }),
  expect: (ctx) => recipe.claims(placesOf(ctx)),
});

export const policyRecipes: Lab = {
  id: "policy-recipes",
  title: "Policy recipes: fifteen tasks, fifteen policies, and the mistake beside each",
  summary:
    "One small shop and fifteen independent tasks that come up in every cluster. Each is one policy; the page beside it shows the mistake that people make.",
  namespaces: { shop: "shop", neighbours: "neighbours", monitoring: "monitoring" },
  clusterWide: false,
  needs: { calicoPolicy: true },
  workloads,
  steps: [
    {
      id: "open",
      title: "Everything is open",
      aim: "Look around: who is there, and who reaches whom while no policy stands.",
      expect: (ctx) => {
        const at = placesOf(ctx);
        return [
          open(at.client, at.web, 8080, "nothing isolates web"),
          open(at.web, at.db, 5432, "nothing isolates db"),
          open(at.prometheus, at.exporter, 9090, "nothing isolates exporter"),
        ];
      },
    },
    ...recipes.map((recipe, i) => step(recipe, recipes[i - 1])),
  ],
};
