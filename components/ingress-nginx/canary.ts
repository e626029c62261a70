import * as pulumi from "@pulumi/pulumi";
import { failOn } from "../../kube/problems";
import { goesWith, onCluster, type Cluster } from "../cluster";
import { logicalName, registerObject } from "../kubernetes/objects";
import type { Mirrors } from "../mirrors";
import { canaryIngress } from "../../routing/canary/annotations";
import type { Canary } from "../../routing/canary/canary";
import { checkCanaries } from "../../routing/canary/check-canaries";
import { toIngresses } from "../../routing/routes/ingress-objects";
import type { Routes } from "../../routing/routes/routes";
import { checkRoutes } from "../../routing/routes/check-routes";

export interface CanaryReleaseArgs {
  cluster: Cluster;
  /** Class of the controller. */
  className: string;
  /** The primary's routes. */
  routes: Routes;
  /** At most one for each route; none: the primary gets everything. */
  canaries: readonly Canary[];
  mirrors: Mirrors;
  wait: boolean;
  /** The controller, and the Services. */
  after: pulumi.Resource[];
}

/**
 * A primary and its canaries. Blue and green needs no canary: the routes' backend is the live one
 * (`liveBackend`), and the switch is an update of one Ingress in place.
 */
export class CanaryRelease extends pulumi.ComponentResource {
  constructor(name: string, args: CanaryReleaseArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { cluster, className, routes, canaries, mirrors, wait, after } = args;
    failOn(`The routes of ${name} cannot work; nothing was changed.`, [
      ...checkRoutes([routes]),
      ...checkCanaries(canaries, [routes]),
    ]);
    super("labs:ingress:CanaryRelease", name, {}, onCluster(cluster, opts));
    const settings = { mirrors, wait };
    const register = (object: Parameters<typeof registerObject>[1], dependsOn: pulumi.Resource[]) =>
      registerObject(logicalName(name, object), object, settings, {
        parent: this,
        dependsOn,
        ...goesWith(cluster),
      });
    const primary = toIngresses(routes, { className }).map((o) => register(o, after));
    // The controller drops a canary whose route it does not know yet.
    for (const canary of canaries) register(canaryIngress(canary, { className }), [...after, ...primary]);
    this.registerOutputs({});
  }
}
