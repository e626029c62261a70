import { siteGateway } from "../../routing/gateway/site-gateway";
import { gatewayKind } from "../../routing/gateway/objects";
import type { KubeObject } from "../../kube/objects";
import { labs } from "../../labs/index";
import { gatewaySiteOf } from "../../labs/ingress";
import { withListeners } from "../../labs/gateway-listeners";
import { labAt, type Lab, type LabSelection } from "../../labs/model";
import { facts } from "../support/facts";
import { selectionOf } from "../labs/proof";
import { gatewayClass, tlsSecret } from "./egctl";

/** The lab at a step, behind the Gateway: alone where it can be. */
export function atGateway(lab: Lab, step: number): LabSelection {
  const selection = selectionOf(lab, step, facts);
  const gateway = gatewaySiteOf(selection.context);
  const alone = lab.needs.ingressNginx === true ? {} : { ingress: gateway };
  const context = { ...selection.context, ...alone, gateway };
  return { ...selection, context: withListeners({ ...selection, context }) };
}

export const steps = labs
  .filter((lab) => lab.needs.ingress === true)
  .flatMap((lab) => lab.steps.map((s, i) => [`${lab.id}, step ${s.id}`, lab, i] as const));

/** What egctl needs of a lab at a step, and the lab's own part of it. */
export function givenAt(at: LabSelection): { all: KubeObject[]; given: object[] } {
  const site = gatewaySiteOf(at.context);
  const own = siteGateway(site, site.gateway?.hosts ?? []);
  const { objects } = labAt(at);
  const routed = objects.filter((o) => o.apiVersion.startsWith("gateway.networking.k8s.io/"));
  const gateways = [own, ...gatewayKind(routed, "Gateway")];
  const secrets = gateways.flatMap((g) =>
    (g["spec"] as { listeners: { tls?: { certificateRefs: { name: string }[] } }[] }).listeners.flatMap((l) =>
      (l.tls?.certificateRefs ?? []).map((r) => tlsSecret(`${g.metadata.namespace ?? ""}/${r.name}`)),
    ),
  );
  // egctl stumbles over a class without a Gateway.
  const used = gateways.map((g) => (g["spec"] as { gatewayClassName: string }).gatewayClassName);
  const all = [own, ...routed, ...objects.filter((o) => ["Service", "Namespace"].includes(o.kind))];
  return { all, given: [...[...new Set(used)].map(gatewayClass), ...secrets, ...all] };
}
