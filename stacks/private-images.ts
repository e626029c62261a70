import { LBC_IMAGE } from "../components/eks/plan/load-balancer-plan";
import { registryOf, type Mirrors } from "../components/mirrors";
import type { CalicoPlan } from "../components/calico/plan/calico-plan";
import type { EksPlan } from "../components/eks/plan/eks-plan";
import type { KubeObject } from "../kube/objects";
import type { Problem } from "../kube/problems";
import { labAt, type LabSelection } from "../labs/model";
import type { IngressPlan } from "./ingress-plan";

export interface ImageUsers {
  calico: CalicoPlan;
  ingress?: IngressPlan;
  labs: readonly LabSelection[];
  mirrors: Mirrors;
}

/**
 * Images that a network without the internet does not get: all but those of add-ons, which EKS keeps in ECR. Charts are
 * fetched by the machine that runs `up`, not by the cluster.
 */
export function privateImages(
  plan: ImageUsers,
  { place, loadBalancer }: EksPlan,
): { problems: Problem[]; notes: string[] } {
  const users = new Map<string, Set<string>>();
  for (const [image, user] of images(plan, loadBalancer.controller === "aws-lbc")) {
    const registry = registryOf(image);
    users.set(registry, (users.get(registry) ?? new Set()).add(user));
  }
  const ecr = `.dkr.ecr.${place.region}.amazonaws.com`;
  const account = place.account === "*" ? "<account>" : place.account;
  const without = [...users].filter(
    ([registry]) => plan.mirrors.images[registry] === undefined && !registry.endsWith(ecr),
  );
  const elsewhere = Object.values(plan.mirrors.images).filter((to) => !registryOf(`${to}/x`).endsWith(ecr));
  return {
    problems:
      without.length === 0
        ? []
        : [
            {
              path: "mirrors.images",
              value: plan.mirrors.images,
              message: `nodes of a private network reach no registry but ECR in ${place.region}, and nothing is said of ${without
                .map(([registry, by]) => `${registry} (${[...by].join(", ")})`)
                .join(", ")}`,
              fix:
                without
                  .map(([registry]) => `${registry}: ${account}${ecr}/${registry.split(".")[0] ?? registry}`)
                  .join("; ") +
                " (copy the images there first: a pull-through cache needs a way out for the first pull)",
            },
          ],
    notes:
      elsewhere.length === 0
        ? []
        : [`the VPC must reach the registries that mirrors.images names: ${elsewhere.join(", ")}`],
  };
}

function images({ calico, ingress, labs }: ImageUsers, balancers: boolean): [image: string, user: string][] {
  return [
    ...(calico.install ? [["quay.io/x", "Calico"] as [string, string]] : []),
    ...(balancers ? [[LBC_IMAGE, "the load balancer controller"] as [string, string]] : []),
    ...(ingress?.gateway?.by === "chart"
      ? [["docker.io/envoyproxy/gateway", "Envoy Gateway"] as [string, string]]
      : []),
    ...(ingress?.controller === undefined || ingress.controller.alb !== undefined
      ? []
      : [[ingress.controller.image?.repository ?? "registry.k8s.io/x", "ingress-nginx"] as [string, string]]),
    ...(ingress !== undefined && "webhook" in ingress.tls
      ? [["quay.io/x", "cert-manager"] as [string, string]]
      : []),
    // A later step may bring more.
    ...labs.flatMap((l) =>
      l.lab.steps.flatMap((_, step) =>
        labAt({ ...l, step }).objects.flatMap((o) =>
          imagesOf(o).map((image): [string, string] => [image, l.instance]),
        ),
      ),
    ),
  ];
}

function imagesOf(o: KubeObject): string[] {
  const spec = o["spec"] as ({ template?: { spec?: Containers } } & Containers) | undefined;
  const pod = spec?.template?.spec ?? spec;
  return [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map((c) => c.image);
}

interface Containers {
  containers?: { image: string }[];
  initContainers?: { image: string }[];
}
