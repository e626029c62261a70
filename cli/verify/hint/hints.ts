import { objectKey, objectTitle, type KubeObject } from "../../../kube/objects";
import { ProblemsError } from "../../../kube/problems";
import { checkIntents, type State } from "../../../packages/reach/src";
import type { FlowCheck, Hint, HintCause, Result } from "../core/check-model";
import { differences, type HintFinding } from "./differences";
import { isPolicy, pairUp } from "./object-pairs";

export interface HintInput {
  /** Everything that stands at the step, as the evaluator reads it. */
  step: readonly KubeObject[];
  /** What the cluster has: policies, namespaces, accounts, workloads. */
  live: readonly KubeObject[];
  /** Namespaces of the labs: a policy there that the step has not is a candidate. */
  namespaces: readonly string[];
  results: readonly Result[];
  /** Compiles objects; @throws ProblemsError for what does not parse */
  compile: (objects: readonly KubeObject[]) => State;
}

interface Candidate {
  object: KubeObject;
  findings: HintFinding[];
  /** The cluster's objects with this one as the step has it. */
  fixed: KubeObject[];
}

/**
 * Likely mistakes, the most telling first: each object that differs from the step's is put right by itself, and the
 * evaluator is asked which of the wrong flows come right by that.
 */
export function hints(input: HintInput): Hint[] {
  const failed = input.results.flatMap((r) =>
    r.status === "fail" && r.check.kind === "flow" ? [r.check] : [],
  );
  const now = merged(input);
  const unread = compiled(now, input);
  if ("hints" in unread) return unread.hints;
  const wrongNow = failed.filter((c) => !holdsIn(unread.state, c));
  const found = candidates(input, now).map((c) => {
    const after = compiled(c.fixed, input);
    const fixes = "hints" in after ? [] : wrongNow.filter((f) => holdsIn(after.state, f));
    return { ...c, fixes: fixes.map((m) => m.id) };
  });
  // A cluster-wide policy of somebody else is named only where it is to blame.
  const foreign = ({ object, findings, fixes }: (typeof found)[number]): boolean =>
    object.metadata.namespace === undefined &&
    findings.every((f) => f.cause === "extra") &&
    fixes.length === 0;
  found.sort((a, b) => b.fixes.length - a.fixes.length);
  const likely = found
    .filter((c) => !foreign(c))
    .flatMap(({ object, findings, fixes }) =>
      findings.map((f): Hint => ({ ...f, object: objectTitle(object), fixes })),
    );
  return [...likely, ...unexplained(failed.filter((f) => !wrongNow.includes(f)))];
}

const holdsIn = (state: State, check: FlowCheck): boolean => checkIntents(state, [check])[0]?.holds === true;

function compiled(
  objects: readonly KubeObject[],
  { compile }: HintInput,
): { state: State } | { hints: Hint[] } {
  try {
    return { state: compile(objects) };
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return {
      hints: error.problems.map((p) => ({
        cause: "rule",
        object: p.path,
        message: `${p.message}${p.fix === undefined ? "" : ` (${p.fix})`}`,
        fixes: [],
      })),
    };
  }
}

/** The step's other objects with what the cluster has in their place, and the cluster's policies alone. */
function merged({ step, live }: HintInput): KubeObject[] {
  const found = new Map(step.filter((o) => !isPolicy(o)).map((o) => [objectKey(o), o]));
  for (const o of live) found.set(objectKey(o), o);
  return [...found.values()];
}

function candidates(input: HintInput, now: readonly KubeObject[]): Candidate[] {
  const { step, live, namespaces } = input;
  const without = (...keys: string[]): KubeObject[] => now.filter((o) => !keys.includes(objectKey(o)));
  // Cluster-wide ones of others are nobody's mistake here, unless they bear a name of the step.
  const own = live.filter(
    (o) => isPolicy(o) && (o.metadata.namespace === undefined || namespaces.includes(o.metadata.namespace)),
  );
  const elsewhere = live.filter((o) => isPolicy(o) && !own.includes(o));
  const wanted = step.filter(isPolicy);
  const strayed = elsewhere.filter((o) =>
    wanted.some((w) => w.kind === o.kind && w.metadata.name === o.metadata.name),
  );
  const { pairs, missing, extra } = pairUp(wanted, [...own, ...strayed]);
  return [
    ...pairs.flatMap((p): Candidate[] => {
      const moved = p.step.metadata.namespace !== p.live.metadata.namespace;
      const findings: HintFinding[] = [
        ...(moved
          ? [
              {
                cause: "namespace" as const,
                message: `it stands in namespace ${p.live.metadata.namespace ?? ""}, the step's in ${p.step.metadata.namespace ?? ""}`,
              },
            ]
          : []),
        ...differences(p.step, p.live),
      ];
      return findings.length === 0
        ? []
        : [{ object: p.live, findings, fixed: [...without(objectKey(p.live)), p.step] }];
    }),
    ...missing.map((o): Candidate => ({ object: o, findings: [absent(o)], fixed: [...now, o] })),
    ...extra.map((o): Candidate => ({
      object: o,
      findings: [{ cause: "extra", message: "the step has no such policy" }],
      fixed: without(objectKey(o)),
    })),
    ...labelled(step, live).map(({ object, right, findings }): Candidate => ({
      object,
      findings,
      fixed: [...without(objectKey(object)), right],
    })),
  ];
}

function absent(o: KubeObject): HintFinding {
  const dns =
    JSON.stringify(o["spec"]).includes('"port":53') || /"ports":\[53\b/.test(JSON.stringify(o["spec"]));
  const only = dns && /dns/i.test(o.metadata.name);
  return {
    cause: only ? "dns" : "missing",
    message: `the step has it, and the cluster has not${only ? ": no name resolves without it" : ""}`,
  };
}

/** Labels by which policies choose: of namespaces, service accounts and pods. */
function labelled(
  step: readonly KubeObject[],
  live: readonly KubeObject[],
): { object: KubeObject; right: KubeObject; findings: HintFinding[] }[] {
  const byKey = new Map(live.map((o) => [objectKey(o), o]));
  return step.flatMap((right) => {
    const object = byKey.get(objectKey(right));
    if (object === undefined || isPolicy(right)) return [];
    const [want, have] = [labelsOf(right), labelsOf(object)];
    const findings = Object.entries(want)
      .filter(([k, v]) => have[k] !== v)
      .map(([k, v]): HintFinding => ({
        cause: "label",
        message: `its label ${k} is ${have[k] ?? "not there"}; the step has ${k}=${v}`,
      }));
    return findings.length === 0 ? [] : [{ object, right, findings }];
  });
}

/** Labels of the pods for what makes pods, its own for everything else that policies see. */
function labelsOf(o: KubeObject): Record<string, string> {
  if (["Deployment", "DaemonSet", "StatefulSet"].includes(o.kind)) {
    const spec = o["spec"] as { template?: { metadata?: { labels?: Record<string, string> } } } | undefined;
    return spec?.template?.metadata?.labels ?? {};
  }
  return ["Namespace", "ServiceAccount", "Pod"].includes(o.kind) ? (o.metadata.labels ?? {}) : {};
}

function unexplained(checks: readonly FlowCheck[]): Hint[] {
  if (checks.length === 0) return [];
  const cause: HintCause = "workload";
  return [
    {
      cause,
      object: "the network",
      message:
        "by the cluster's policies and labels these flows should be as expected: look whether Calico runs on each node (kubectl -n calico-system get pods) and whether pods were labelled by hand",
      fixes: checks.map((c) => c.id),
    },
  ];
}
