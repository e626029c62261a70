import {
  at,
  isUnknown,
  unknown,
  violation,
  type Finding,
  type Graph,
  type Rule,
  type Subject,
} from "../rule";

/** Releases that make and delete load balancers for Services. */
const CONTROLLERS = /aws-load-balancer-controller/;

/**
 * A load balancer lives outside the state. It goes only if its Service is deleted while its controller still runs:
 * so the Service waits for the controller, and does not simply go away with the cluster.
 */
export const loadBalancerContract: Rule = {
  name: "load-balancer-contract",
  description:
    "Services with a load balancer are deleted before their controller, never along with the cluster.",
  check: (s) => {
    if (!balances(s)) return [];
    const fix = "make it through the components here: dependsOn the controller, and no deletedWith";
    const type = at(s.props, s.type === SERVICE ? "spec.type" : "values.controller.service.type");
    if (isUnknown(type)) return [unknown("spec.type", "whether it is a load balancer", fix)];
    // Without a graph (a single resource is looked at) the order cannot be seen: the stack's own check does it.
    return s.graph === undefined ? [] : [...together(s.graph, fix), ...order(s, s.graph, fix)];
  },
};

const SERVICE = "kubernetes:core/v1:Service";

function balances(s: Subject): boolean {
  if (s.type === SERVICE) {
    const type = at(s.props, "spec.type");
    return type === "LoadBalancer" || isUnknown(type);
  }
  // A chart's Service is deleted with its Release.
  return (
    s.type === "kubernetes:helm.sh/v3:Release" &&
    at(s.props, "values.controller.service.type") === "LoadBalancer"
  );
}

function together(graph: Graph, fix: string): Finding[] {
  if (graph.deletedWith === undefined) return [];
  return [
    violation(
      "deletedWith",
      "nobody deletes its load balancer: it goes away along with the cluster, without a call to its controller",
      fix,
    ),
  ];
}

function order(s: Subject, graph: Graph, fix: string): Finding[] {
  const controllers = graph
    .ofType("kubernetes:helm.sh/v3:Release")
    .filter((urn) => CONTROLLERS.test(graph.find(urn)?.name ?? ""));
  if (controllers.length === 0 || controllers.includes(s.urn)) return [];
  const seen = new Set<string>();
  const queue = [s.urn];
  for (let urn = queue.pop(); urn !== undefined; urn = queue.pop()) {
    if (controllers.includes(urn)) return [];
    if (seen.has(urn)) continue;
    seen.add(urn);
    const found =
      urn === s.urn ? { dependencies: graph.dependencies, parent: graph.parent } : graph.find(urn);
    queue.push(...(found?.dependencies ?? []));
  }
  return [
    violation(
      "dependsOn",
      "it does not wait for the controller that makes its load balancer, so that it may be deleted after it",
      fix,
    ),
  ];
}
