import * as pulumi from "@pulumi/pulumi";
import { labAt, type LabSelection } from "../../labs/model";
import { studentBounds } from "../../labs/student-bounds";
import { ownsLoadBalancer } from "../../kube/load-balancers";
import type { KubeObject } from "../../kube/objects";
import { afterLoadBalancers, goesWith, onCluster, type Cluster } from "../cluster";
import { readCanary } from "../../routing/canary/annotations";
import { logicalName, registerObject, registerPatch } from "../kubernetes/objects";
import type { Mirrors } from "../mirrors";

export interface LabArgs {
  cluster: Cluster;
  selection: LabSelection;
  mirrors: Mirrors;
  wait: boolean;
  /** Whose environment it is: a student's namespaces have a quota. */
  forStudent: boolean;
  /** Names of components whose place this one may take: of an object that both have, theirs becomes this one's. */
  predecessors: readonly string[];
  /** What must stand before: the pod network, and what answers when policies are written. */
  after: pulumi.Resource[];
}

/** A lab at its step: namespaces, then workloads, then policies and patches. */
export class LabResources extends pulumi.ComponentResource {
  constructor(name: string, args: LabArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("labs:lab:LabResources", name, {}, onCluster(args.cluster, opts));
    const { cluster, selection, mirrors, wait, after, predecessors, forStudent } = args;
    const { objects: own, patches } = labAt(selection);
    const objects = forStudent ? [...own, ...studentBounds(own)] : own;
    const made = new Made(after);
    for (const o of objects) {
      const place = { parent: this, aliases: predecessors.map((p) => ({ name: logicalName(p, o) })) };
      const balanced = ownsLoadBalancer(o, cluster.facts);
      const opts = balanced
        ? { ...place, dependsOn: [...made.needed(o), ...afterLoadBalancers(cluster).dependsOn] }
        : { ...place, dependsOn: made.needed(o), ...goesWith(cluster) };
      made.add(o, registerObject(logicalName(name, o), o, { mirrors, wait: wait || balanced }, opts));
    }
    for (const o of patches) {
      registerPatch(logicalName(`${name}-patch`, o), o, {
        parent: this,
        dependsOn: after,
        ...goesWith(cluster),
      });
    }
    this.registerOutputs({ step: selection.step });
  }
}

const isCanary = (o: KubeObject): boolean =>
  o.kind === "Ingress" && readCanary(o.metadata.annotations) !== undefined;

const runsPods = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"]);
const mounted = new Set(["ServiceAccount", "ConfigMap", "Secret"]);

/** What was made so far, and what of it an object needs. */
class Made {
  private readonly namespaces = new Map<string, pulumi.Resource>();
  private readonly mounted = new Map<string, pulumi.Resource[]>();
  /** Routes before their canaries: the controller drops a canary whose route it does not know. */
  private readonly routes = new Map<string, pulumi.Resource[]>();
  /**
   * Tiers before policies, address pools before the namespaces that ask for them; and what networks pods before all that
   * needs addresses: at deletion, a pod that is left when its network is gone does not end.
   */
  private readonly clusterWide: pulumi.Resource[] = [];

  constructor(private readonly after: readonly pulumi.Resource[]) {}

  add(o: KubeObject, resource: pulumi.Resource): void {
    const { name, namespace } = o.metadata;
    if (o.kind === "Namespace") this.namespaces.set(name, resource);
    else if (["Tier", "IPPool", "Installation"].includes(o.kind)) this.clusterWide.push(resource);
    else if (o.kind === "Ingress" && namespace !== undefined)
      this.routes.set(namespace, [...(this.routes.get(namespace) ?? []), resource]);
    else if (mounted.has(o.kind) && namespace !== undefined)
      this.mounted.set(namespace, [...(this.mounted.get(namespace) ?? []), resource]);
  }

  needed(o: KubeObject): pulumi.Resource[] {
    const { namespace } = o.metadata;
    const own = namespace === undefined ? undefined : this.namespaces.get(namespace);
    const volumes =
      namespace !== undefined && runsPods.has(o.kind) ? (this.mounted.get(namespace) ?? []) : [];
    const routes = namespace !== undefined && isCanary(o) ? (this.routes.get(namespace) ?? []) : [];
    return [...this.after, ...this.clusterWide, ...(own === undefined ? [] : [own]), ...volumes, ...routes];
  }
}
