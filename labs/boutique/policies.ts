import { placeOf, type IngressSite } from "../../routing/ingress-site";
import { allowDns, defaultDeny } from "../../policies/baselines";
import { namespaceNamed, networkPolicy, pods, podsIn, tcp } from "../../policies/kubernetes/policy";
import type { KubeObject } from "../../kube/objects";

/** Who calls whom in the shop, at ports of pods. Read from the addresses that each service is given. */
export const calls: readonly (readonly [from: string, to: string, port: number])[] = [
  ["frontend", "adservice", 9555],
  ["frontend", "cartservice", 7070],
  ["frontend", "checkoutservice", 5050],
  ["frontend", "currencyservice", 7000],
  ["frontend", "productcatalogservice", 3550],
  ["frontend", "recommendationservice", 8080],
  ["frontend", "shippingservice", 50051],
  ["checkoutservice", "cartservice", 7070],
  ["checkoutservice", "currencyservice", 7000],
  ["checkoutservice", "emailservice", 8080],
  ["checkoutservice", "paymentservice", 50051],
  ["checkoutservice", "productcatalogservice", 3550],
  ["checkoutservice", "shippingservice", 50051],
  ["recommendationservice", "productcatalogservice", 3550],
  ["cartservice", "redis-cart", 6379],
];

export const services = [...new Set(calls.flatMap(([from, to]) => [from, to]))];
export const portOf = (name: string): number => calls.find(([, to]) => to === name)?.[2] ?? 8080;

/** Nothing in, nothing out but names. */
export const closed = (ns: string): KubeObject[] => [defaultDeny(ns, ["Ingress", "Egress"]), allowDns(ns)];

/** The frontend's own side: in from the controller, out to what it calls; and the other side of its calls. */
export function frontendPolicies(ns: string, site: Pick<IngressSite, "controller">): KubeObject[] {
  const { namespace, labels } = placeOf(site);
  return [
    networkPolicy({
      name: "frontend",
      namespace: ns,
      pods: { app: "frontend" },
      ingress: [
        site.controller.hostNetwork
          ? // The controller then has its node's address, which no selector finds.
            { ports: [tcp(8080)] }
          : {
              from: [podsIn(namespaceNamed(namespace), { ...labels })],
              ports: [tcp(8080)],
            },
      ],
      egress: egressOf("frontend"),
    }),
    ...calls
      .filter(([from]) => from === "frontend")
      .map(([, to, port]) => accept(ns, to, ["frontend"], port)),
  ];
}

/** Every service: in from its callers, out to what it calls, nothing else. Replaces what stood for some. */
export function servicePolicies(ns: string): KubeObject[] {
  return services
    .filter((name) => name !== "frontend")
    .map((name) => {
      const callers = calls.filter(([, to]) => to === name).map(([from]) => from);
      const egress = egressOf(name);
      return accept(ns, name, callers, portOf(name), egress.length === 0 ? undefined : egress);
    });
}

function accept(
  ns: string,
  name: string,
  callers: readonly string[],
  port: number,
  egress?: ReturnType<typeof egressOf>,
): KubeObject {
  return networkPolicy({
    name,
    namespace: ns,
    pods: { app: name },
    ingress: [{ from: callers.map((app) => pods({ app })), ports: [tcp(port)] }],
    ...(egress === undefined ? {} : { egress }),
  });
}

const egressOf = (name: string) =>
  calls
    .filter(([from]) => from === name)
    .map(([, to, port]) => ({ to: [pods({ app: to })], ports: [tcp(port)] }));
