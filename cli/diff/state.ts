import { objectKey } from "../../labs/model";
import type { KubeObject } from "../../kube/objects";
import { API_SERVER, CORE_DNS, ingressNginx, load, readObjects, type State } from "../../packages/reach/src";
import type { PlanJson, PlanOfVersion } from "./base";

/**
 * A plan as the evaluator reads it: the objects that its program registers, and what stands around them. An early
 * version does not tell that; then the controller is what its chart's values say, and nodes are those of `other`.
 */
export function stateOf({ plan, folder }: PlanOfVersion, other?: PlanJson["around"]): State {
  const isPatch = ({ origin }: { origin?: string }): boolean => /-patch\.yaml/.test(origin ?? "");
  const objects = readObjects([folder]);
  const around = (plan.around?.objects ?? guess(plan, other?.objects ?? [])).map((object) => ({ object }));
  // A patch sets fields of an object that something else owns; where that is registered too, it is read whole.
  const registered = [...objects.filter(isPatch), ...objects.filter((o) => !isPatch(o))];
  const all = new Map([...around, ...registered].map((o) => [objectKey(o.object), o]));
  return load([...all.values()], { podCidrs: (plan.around ?? other)?.podCidrs ?? [] });
}

function guess(plan: PlanJson, other: readonly KubeObject[]): KubeObject[] {
  const controllers = plan.charts
    .filter((c) => /ingress-nginx/.test(c.chart))
    .map(({ values, namespace }) => {
      const { controller } = (values ?? {}) as { controller?: { hostNetwork?: unknown } };
      return ingressNginx({
        hostNetwork: controller?.hostNetwork === true,
        ...(namespace === undefined ? {} : { namespace }),
      });
    });
  const nodes = other.filter((o) => ["Node", "HostEndpoint"].includes(o.kind));
  return [...CORE_DNS, ...API_SERVER, ...controllers, ...nodes];
}
