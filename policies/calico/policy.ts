import type { Problem } from "../../kube/problems";
import { failOn } from "../../kube/problems";
import { parseSelector } from "../../packages/reach/src/selector";
import { CALICO_API_VERSION } from "./resource";
import type { GlobalNetworkPolicy, GlobalPolicySpec, NetworkPolicy, PolicySpec, Rule } from "./policy-types";

/** A Calico NetworkPolicy; `types` is written out. @throws ProblemsError for selectors that do not parse, and the like */
export function calicoPolicy(args: { name: string; namespace: string } & PolicySpec): NetworkPolicy {
  const { name, namespace, ...spec } = args;
  failOn(`NetworkPolicy ${namespace}/${name} cannot work.`, checkPolicy(spec, name));
  return {
    apiVersion: CALICO_API_VERSION,
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: withTypes(spec),
  };
}

/** A Calico GlobalNetworkPolicy; `types` is written out. @throws ProblemsError */
export function globalPolicy(args: { name: string } & GlobalPolicySpec): GlobalNetworkPolicy {
  const { name, ...spec } = args;
  failOn(`GlobalNetworkPolicy ${name} cannot work.`, [...checkPolicy(spec, name), ...checkGlobal(spec)]);
  return {
    apiVersion: CALICO_API_VERSION,
    kind: "GlobalNetworkPolicy",
    metadata: { name },
    spec: withTypes(spec),
  };
}

/** Calico's own default (api/pkg/apis/projectcalico/v3): Ingress unless there are only egress rules. Written out for the reader. */
function withTypes<S extends PolicySpec>(spec: S): S {
  if (spec.types !== undefined) return spec;
  const egress = spec.egress !== undefined;
  const types: ("Ingress" | "Egress")[] = spec.ingress !== undefined || !egress ? ["Ingress"] : [];
  if (egress) types.push("Egress");
  return { ...spec, types };
}

function checkPolicy(spec: PolicySpec, name: string): Problem[] {
  const problems: Problem[] = [];
  const select = (path: string, text: string | undefined): void => {
    if (text === undefined) return;
    try {
      parseSelector(text);
    } catch (error) {
      // The API server accepts it in silence.
      problems.push({
        path,
        value: text,
        message: error instanceof Error ? error.message : String(error),
        fix: "mend the selector",
      });
    }
  };
  select("spec.selector", spec.selector);
  select("spec.serviceAccountSelector", spec.serviceAccountSelector);
  select("spec.namespaceSelector", (spec as GlobalPolicySpec).namespaceSelector);
  if (spec.tier !== undefined && spec.tier !== "default" && !name.startsWith(`${spec.tier}.`)) {
    // Needed before 3.32, and still what tells a reader the tier (PR 11232).
    problems.push({
      path: "metadata.name",
      value: name,
      message: `is in tier ${spec.tier}`,
      fix: `name it ${spec.tier}.${name}`,
    });
  }
  for (const direction of ["ingress", "egress"] as const) {
    spec[direction]?.forEach((rule, i) => {
      checkRule(rule, `spec.${direction}[${i}]`, select, problems);
    });
  }
  return problems;
}

function checkRule(
  rule: Rule,
  path: string,
  select: (path: string, text?: string) => void,
  problems: Problem[],
): void {
  for (const side of ["source", "destination"] as const) {
    const entity = rule[side];
    if (entity === undefined) continue;
    select(`${path}.${side}.selector`, entity.selector);
    select(`${path}.${side}.notSelector`, entity.notSelector);
    select(`${path}.${side}.namespaceSelector`, entity.namespaceSelector);
    select(`${path}.${side}.serviceAccounts.selector`, entity.serviceAccounts?.selector);
    const names = entity.ports !== undefined || entity.notPorts !== undefined;
    if (names && !["TCP", "UDP", "SCTP", 6, 17, 132].includes(rule.protocol ?? "")) {
      problems.push({
        path: `${path}.protocol`,
        value: rule.protocol,
        message: "ports need a protocol that has them",
        fix: "set protocol to TCP, UDP or SCTP",
      });
    }
  }
}

function checkGlobal(spec: GlobalPolicySpec): Problem[] {
  const problems: Problem[] = [];
  // Refused by the CRD (CEL) or by validation, one at a time; told here together.
  if (spec.preDNAT === true && spec.applyOnForward !== true)
    problems.push({ path: "spec.preDNAT", message: "needs applyOnForward", fix: "set applyOnForward: true" });
  if (spec.doNotTrack === true && spec.applyOnForward !== true)
    problems.push({
      path: "spec.doNotTrack",
      message: "needs applyOnForward",
      fix: "set applyOnForward: true",
    });
  if (spec.preDNAT === true && spec.doNotTrack === true)
    problems.push({ path: "spec.preDNAT", message: "cannot be with doNotTrack", fix: "keep one of them" });
  if (spec.preDNAT === true && spec.egress !== undefined)
    problems.push({
      path: "spec.egress",
      message: "a preDNAT policy has only ingress rules",
      fix: "move the egress rules to another policy",
    });
  return problems;
}
