import type { Problem } from "../kube/problems";
import type { RawConfig } from "./config/load-config";
import type { Config } from "./config/stack-config";
import { controllerOf, hasGateway } from "./ingress-plan";

/** Weave Net stands in Calico's place. */
export const withoutCalico = (config: Config): Config =>
  hasWeave(config) ? { ...config, calico: { ...config.calico, install: false } } : config;

const hasWeave = ({ target, kind }: Config): boolean => target === "kind" && kind.cni === "weave";

/** Sections of another target are mistakes: they would change nothing, in silence. */
export function checkSections(project: string, config: Config, raw: RawConfig, problems: Problem[]): void {
  for (const section of ["kind", "existing", "eks", "ec2"] as const) {
    if (config.target !== section && `${project}:${section}` in raw) {
      problems.push({
        path: section,
        message: `is for target ${section}, and the target is ${config.target}`,
        fix: `remove ${section}, or set target to ${section}`,
      });
    }
  }
  if (hasWeave(config) && `${project}:calico` in raw)
    problems.push({
      path: "calico",
      message: "is for Calico, and kind.cni is weave",
      fix: "remove calico, or kind.cni",
    });
  const controller = controllerOf(config);
  if (`${project}:gateway` in raw && !hasGateway(controller))
    problems.push({
      path: "gateway",
      message: `is for a Gateway, and routes are served by ${controller}`,
      fix: "remove it, or set ingress.controller to gateway or both",
    });
  if (config.target === "existing" && config.existing === undefined) {
    problems.push({
      path: "existing.context",
      message: "is missing: it names your cluster",
      fix: "pulumi config set --path existing.context <context of your kubeconfig>",
    });
  }
}
