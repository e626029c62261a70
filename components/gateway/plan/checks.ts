import type { Problem } from "../../../kube/problems";
import type { Refuse } from "../../ingress-settings";
import { addressChecks, loadBalancerChecks, nodePortChecks } from "../../ingress-checks";
import type { GatewayConfig } from "../gateway-config";
import type { GatewaySettings, GatewayFacts, GatewayPlan } from "./types";

/** Combinations that cannot work, each with its reason. */
export function checkGateway(
  config: GatewayConfig,
  settings: GatewaySettings,
  plan: GatewayPlan,
  facts: GatewayFacts,
  calico: boolean,
): Problem[] {
  const found: Problem[] = [];
  const refuseIn =
    (section: string): Refuse =>
    (when, path, value, message, fix) => {
      if (when) found.push({ path: `${section}.${path}`, value, message, fix });
    };
  installerChecks(config, plan, facts, calico, refuseIn("gateway"));
  nodePortChecks(plan.nodePorts, "nodePorts", refuseIn("gateway"));
  // Beside nginx the shared settings are checked with it.
  if (settings.beside) return found;
  const refuse = refuseIn("ingress");
  loadBalancerChecks(plan, facts, refuse);
  addressChecks(settings, plan, refuse);
  refuse(plan.replicas < 1, "replicas", plan.replicas, "is fewer than one", "use 1 or more");
  refuse(
    settings.expose === "host-ports",
    "expose",
    settings.expose,
    "a Gateway's proxies take no ports of their nodes here",
    "leave it out: on kind its node ports are open on your machine as 80 and 443",
  );
  for (const [key, value] of Object.entries(settings.nginxOnly))
    refuse(
      value !== undefined,
      key,
      value,
      "is a setting of ingress-nginx, and a Gateway has none",
      "leave it out",
    );
  return found;
}

function installerChecks(
  config: GatewayConfig,
  plan: GatewayPlan,
  facts: GatewayFacts,
  calico: boolean,
  refuse: Refuse,
): void {
  const wish = config.installedBy;
  refuse(
    wish === "calico" && !calico && facts.owned,
    "installedBy",
    wish,
    "this stack installs no Calico, and its operator is what would install Envoy Gateway",
    "use chart, or set calico.install to true",
  );
  // The operator's Envoy Gateway watches every namespace, so its webhook is called for each pod of the cluster that is
  // bound to a node (gateway-helm 1.8, topology injector); the operator has no switch for it, and no host network.
  refuse(
    plan.by === "calico" && !facts.controlPlaneReachesPods,
    "installedBy",
    "calico",
    "the API server cannot reach pods here: it would wait ten seconds for Envoy Gateway's webhook whenever a pod of the cluster is given a node",
    "use chart, which is installed without that webhook",
  );
  refuse(
    plan.by === "calico" && plan.ipFamily === "IPv6",
    "installedBy",
    "calico",
    "pods have IPv6 addresses only, and Calico's operator has no field for the family of its proxies: they would listen on IPv4",
    "use chart",
  );
}
