import { UNKNOWN } from "../../packages/reach/src/selector";

/**
 * A guardrail looks at one resource as plain data, so that the same rule runs in the offline plan and, by
 * `--policy-pack`, in the engine. `UNKNOWN` stands where a value is not known before deployment: a rule never
 * crashes on it and never takes it for a good value; it says that it cannot know yet.
 */
export interface Subject {
  type: string;
  name: string;
  urn: string;
  props: Readonly<Record<string, unknown>>;
  /** Properties of the provider; undefined where they are not visible. */
  provider?: Readonly<Record<string, unknown>>;
  /** Place in the graph; undefined where only the resource itself is visible. */
  graph?: Graph;
}

export interface Graph {
  /** URNs of what it depends on, directly. */
  dependencies: readonly string[];
  parent?: string;
  /** URN of the resource that it goes away with; undefined when there is none or it is not visible. */
  deletedWith?: string;
  /** Any resource of the stack. */
  find: (
    urn: string,
  ) => { type: string; name: string; dependencies: readonly string[]; parent?: string } | undefined;
  /** URNs of all resources of a type. */
  ofType: (type: string) => readonly string[];
}

export interface Finding {
  /** Property path. */
  path: string;
  /** What is wrong, in one sentence without a full stop. */
  message: string;
  fix: string;
  /** `unknown`: the value is not known before deployment, so that nothing can be said yet. */
  verdict: "violation" | "unknown";
}

export interface Rule {
  /** Name in reports and in the policy pack: `guardrails/<name>`. */
  name: string;
  /** One sentence: what must hold, and why. */
  description: string;
  check: (subject: Subject) => Finding[];
}

/** A finding about a resource. */
export interface Violation extends Finding {
  rule: string;
  urn: string;
  type: string;
  name: string;
}

export const isUnknown = (value: unknown): boolean => value === UNKNOWN;

/** A value below a path such as `spec.template.spec`; UNKNOWN when any step on the way is. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split(".")) {
    if (isUnknown(here)) return UNKNOWN;
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}

/** A list below a path: `unknown` when the list itself is; a single object counts as a list of one. */
export function list(value: unknown, path: string): unknown[] | "unknown" {
  const found = at(value, path);
  if (isUnknown(found)) return "unknown";
  if (Array.isArray(found)) return found as unknown[];
  return found === undefined || found === null ? [] : [found];
}

export const violation = (path: string, message: string, fix: string): Finding => ({
  path,
  message,
  fix,
  verdict: "violation",
});

/** The value at the path is not known yet; `what` is what cannot be said. */
export const unknown = (path: string, what: string, fix: string): Finding => ({
  path,
  message: `cannot know yet ${what}: the value is not known before deployment`,
  fix,
  verdict: "unknown",
});

/** true and "true" are the same: AWS's launch templates and Kubernetes' parameters take strings. */
export const isTrue = (value: unknown): boolean => value === true || value === "true";

/** The pod spec of a workload with the path to it; undefined for anything else. */
export function podSpec(s: Subject): { path: string; spec: unknown } | undefined {
  const kind = /^kubernetes:[^:]+:(\w+?)(Patch)?$/.exec(s.type)?.[1];
  const path =
    kind === "Pod"
      ? "spec"
      : kind === "CronJob"
        ? "spec.jobTemplate.spec.template.spec"
        : ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"].includes(
              kind ?? "",
            )
          ? "spec.template.spec"
          : undefined;
  return path === undefined ? undefined : { path, spec: at(s.props, path) };
}

/** Containers of a workload, init containers too, each with its path. */
export function containers(s: Subject): { path: string; container: unknown }[] | undefined {
  const pod = podSpec(s);
  if (pod === undefined) return undefined;
  if (isUnknown(pod.spec)) return [{ path: pod.path, container: UNKNOWN }];
  return ["initContainers", "containers"].flatMap((field) => {
    const found = list(pod.spec, field);
    const path = `${pod.path}.${field}`;
    if (found === "unknown") return [{ path, container: UNKNOWN }];
    return found.map((container, i) => ({ path: `${path}[${i}]`, container }));
  });
}

/** Whether a CIDR is the whole internet. */
export const isWorld = (cidr: unknown): boolean => cidr === "0.0.0.0/0" || cidr === "::/0";
