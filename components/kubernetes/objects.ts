import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubeObject } from "../../kube/objects";
import { mirroredImage, type Mirrors } from "../mirrors";

type ResourceClass = new (
  name: string,
  args: never,
  opts?: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

/** Kinds with a type token of their own; all others are custom resources. */
const builtIn: Readonly<Record<string, ResourceClass | undefined>> = {
  "v1/Namespace": k8s.core.v1.Namespace,
  "v1/ServiceAccount": k8s.core.v1.ServiceAccount,
  "v1/Service": k8s.core.v1.Service,
  "v1/ConfigMap": k8s.core.v1.ConfigMap,
  "v1/Secret": k8s.core.v1.Secret,
  "v1/Pod": k8s.core.v1.Pod,
  "v1/LimitRange": k8s.core.v1.LimitRange,
  "v1/ResourceQuota": k8s.core.v1.ResourceQuota,
  "apps/v1/Deployment": k8s.apps.v1.Deployment,
  "apps/v1/StatefulSet": k8s.apps.v1.StatefulSet,
  "apps/v1/DaemonSet": k8s.apps.v1.DaemonSet,
  "batch/v1/Job": k8s.batch.v1.Job,
  "batch/v1/CronJob": k8s.batch.v1.CronJob,
  "networking.k8s.io/v1/NetworkPolicy": k8s.networking.v1.NetworkPolicy,
  "networking.k8s.io/v1/Ingress": k8s.networking.v1.Ingress,
  "networking.k8s.io/v1/IngressClass": k8s.networking.v1.IngressClass,
  "rbac.authorization.k8s.io/v1/Role": k8s.rbac.v1.Role,
  "rbac.authorization.k8s.io/v1/RoleBinding": k8s.rbac.v1.RoleBinding,
  "rbac.authorization.k8s.io/v1/ClusterRole": k8s.rbac.v1.ClusterRole,
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": k8s.rbac.v1.ClusterRoleBinding,
  "storage.k8s.io/v1/StorageClass": k8s.storage.v1.StorageClass,
  "policy/v1/PodDisruptionBudget": k8s.policy.v1.PodDisruptionBudget,
};

export interface ObjectSettings {
  mirrors: Mirrors;
  /** false: do not wait until the object is ready. */
  wait: boolean;
}

/** Registers a plain object as the resource of its kind. */
export function registerObject(
  name: string,
  object: KubeObject,
  settings: ObjectSettings,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const args = prepare(object, settings);
  const Kind = builtIn[`${object.apiVersion}/${object.kind}`];
  if (Kind !== undefined) return new Kind(name, args as never, opts);
  return new k8s.apiextensions.CustomResource(name, args, opts);
}

/**
 * Sets fields on an object that something else owns: applied server-side with a field manager of its own; deletion
 * gives the fields back and leaves the object. Forced, as the operator may hold the field with its default.
 */
export function registerPatch(
  name: string,
  object: KubeObject,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const { annotations, ...metadata } = object.metadata;
  return new k8s.apiextensions.CustomResourcePatch(
    name,
    {
      ...object,
      metadata: { ...metadata, annotations: { ...annotations, "pulumi.com/patchForce": "true" } },
    },
    opts,
  );
}

/** Logical name of an object in a component: kind, namespace, name; never a position. */
export function logicalName(prefix: string, object: KubeObject): string {
  const { name, namespace } = object.metadata;
  // Kubernetes and Calico both have a NetworkPolicy, and one namespace may hold both under one name.
  const twin =
    object.kind === "NetworkPolicy" && object.apiVersion.startsWith("projectcalico.org/") ? "calico-" : "";
  return [
    prefix,
    twin + object.kind.toLowerCase(),
    ...(namespace === undefined ? [] : [namespace]),
    name,
  ].join("-");
}

function prepare(object: KubeObject, settings: ObjectSettings): KubeObject {
  const mirrored =
    Object.keys(settings.mirrors.images).length === 0
      ? object
      : (replaceImages(object, settings.mirrors) as KubeObject);
  const marks = {
    // Only what may never be ready: the mark also skips waiting at deletion, which namespaces need.
    ...(!settings.wait && becomesReady.has(object.kind) ? { "pulumi.com/skipAwait": "true" } : {}),
    // The default waits for the garbage collector to look for dependents; these kinds own nothing.
    ...(ownsObjects.has(object.kind) ? {} : { "pulumi.com/deletionPropagationPolicy": "background" }),
  };
  if (Object.keys(marks).length === 0) return mirrored;
  const { metadata } = mirrored;
  return { ...mirrored, metadata: { ...metadata, annotations: { ...metadata.annotations, ...marks } } };
}

const becomesReady = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "Pod",
  "Service",
  "Ingress",
  "ResourceQuota",
]);

/**
 * Not among them: Calico's Installation and APIServer. Foreground deletion would wait for what they own, and the
 * operator frees that only when its own finalizer is the last one left: each would wait for the other (seen with the
 * real operator; tigera/operator core_controller.go).
 */
const ownsObjects = new Set([
  "Namespace",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "Service",
]);

/** Every `image` of a list of containers, wherever a pod template stands in the object. */
function replaceImages(value: unknown, mirrors: Mirrors, inContainers = false): unknown {
  if (Array.isArray(value)) return value.map((v: unknown) => replaceImages(v, mirrors, inContainers));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => {
      if (inContainers && key === "image" && typeof v === "string") return [key, mirroredImage(v, mirrors)];
      return [
        key,
        replaceImages(v, mirrors, ["containers", "initContainers", "ephemeralContainers"].includes(key)),
      ];
    }),
  );
}
