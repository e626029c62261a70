import type { Problem } from "../../../kube/problems";
import type { EksConfig, NodeGroupConfig } from "../eks-config";

/** Names of Kubernetes, in labels and taints: at most 63 characters, letters and digits at the ends. */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** Kubernetes and EKS set these themselves; EKS refuses a managed group that has others. */
const RESERVED = /(^|\.)(kubernetes\.io|k8s\.io|eks\.amazonaws\.com)$/;
/** EKS takes shorter keys than Kubernetes, and no empty value of a label (service model, labelKey and labelValue). */
const LONGEST = 63;
const MOST_TAINTS = 50;

/** Labels and taints of nodes, as Kubernetes writes them and EKS takes them. */
export function labelProblems(config: EksConfig, path: string): Problem[] {
  return Object.entries(config.nodeGroups).flatMap(([name, group]) =>
    groupProblems(group, `${path}.nodeGroups.${name}`),
  );
}

function groupProblems({ labels, taints }: NodeGroupConfig, path: string): Problem[] {
  const problems = Object.entries(labels).flatMap(([key, value]): Problem[] => {
    const wrong = keyProblem(key) ?? (value === "" ? EMPTY : valueProblem(value));
    return wrong === undefined ? [] : [{ path: `${path}.labels[${JSON.stringify(key)}]`, ...wrong }];
  });
  taints.forEach(({ key, value, effect }, i) => {
    const at = `${path}.taints[${i}]`;
    const wrong = keyProblem(key);
    if (wrong !== undefined) problems.push({ path: `${at}.key`, ...wrong });
    const bad = value === "" ? undefined : valueProblem(value);
    if (bad !== undefined) problems.push({ path: `${at}.value`, ...bad });
    if (taints.findIndex((t) => t.key === key && t.effect === effect) !== i)
      problems.push({
        path: at,
        value: key,
        message: `is there twice with effect ${effect}`,
        fix: "one of the two",
      });
  });
  if (taints.length > MOST_TAINTS)
    problems.push({
      path: `${path}.taints`,
      value: `${taints.length} taints`,
      message: `EKS takes at most ${MOST_TAINTS}`,
      fix: "fewer taints",
    });
  return problems;
}

type Wrong = Omit<Problem, "path">;

const EMPTY: Wrong = { value: "", message: "EKS takes no label without a value", fix: '"true"' };

function keyProblem(key: string): Wrong | undefined {
  const slash = key.indexOf("/");
  const [prefix, name] = slash === -1 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (prefix !== undefined && RESERVED.test(prefix))
    return {
      value: key,
      message: `is under ${prefix}/, which Kubernetes and EKS keep for themselves: EKS refuses the group`,
      fix: `a key of your own, as labs/${name}`,
    };
  if (!NAME.test(name) || (prefix !== undefined && !PREFIX.test(prefix)))
    return {
      value: key,
      message:
        "is no key: letters, digits and - _ . between letters or digits, after an optional DNS name and /",
      fix: asKey(key),
    };
  return key.length > LONGEST
    ? {
        value: key,
        message: `has ${key.length} characters; EKS takes at most ${LONGEST}`,
        fix: "a shorter key",
      }
    : undefined;
}

function valueProblem(value: string): Wrong | undefined {
  if (value.length > LONGEST)
    return {
      value,
      message: `has ${value.length} characters; Kubernetes takes at most ${LONGEST}`,
      fix: "a shorter value",
    };
  return NAME.test(value)
    ? undefined
    : {
        value,
        message: "is no value: letters, digits and - _ . between letters or digits",
        fix: asKey(value),
      };
}

/** The nearest that would do. */
function asKey(text: string): string {
  const near = text
    .normalize("NFKD")
    .replace(/[^-A-Za-z0-9_./]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
    .slice(0, LONGEST);
  return NAME.test(near) ? near : "letters and digits only";
}
