/**
 * `npm run test:gateway`: what Envoy Gateway makes of the routes that labs register, against the answers that are foretold
 * and claimed.
 */
import { answerText } from "../../routing/answer-text";
import { siteGateway } from "../../routing/gateway/site-gateway";
import { gatewayKind } from "../../routing/gateway/objects";
import { labs } from "../../labs/index";
import { gatewaySiteOf } from "../../labs/ingress";
import { withListeners } from "../../labs/gateway-listeners";
import { labAt, type Lab, type LabSelection, type RequestClaim } from "../../labs/model";
import { claimsOf } from "../../labs/prediction/claims";
import { answerRequest, siteFor } from "../../labs/prediction/requests";
import { facts } from "../support/facts";
import { selectionOf } from "../labs/proof";
import { buildEgctl, gatewayClass, removeFolder, tlsSecret, translate } from "./egctl";
import { envoyAnswer } from "./envoy-routes";

beforeAll(buildEgctl, 3_600_000);
afterAll(removeFolder);

/** The lab at a step, behind the Gateway: alone where it can be. */
function atGateway(lab: Lab, step: number): LabSelection {
  const selection = selectionOf(lab, step, facts);
  const gateway = gatewaySiteOf(selection.context);
  const alone = lab.needs.ingressNginx === true ? {} : { ingress: gateway };
  const context = { ...selection.context, ...alone, gateway };
  return { ...selection, context: withListeners({ ...selection, context }) };
}

const steps = labs
  .filter((lab) => lab.needs.ingress === true)
  .flatMap((lab) => lab.steps.map((s, i) => [`${lab.id}, step ${s.id}`, lab, i] as const));

test.each(steps)(
  "%s",
  async (title, lab, step) => {
    const at = atGateway(lab, step);
    const { context } = at;
    const site = gatewaySiteOf(context);
    const objects = labAt(at).objects.filter((o) => ["Service", "Namespace"].includes(o.kind));
    const routed = labAt(at).objects.filter((o) => o.apiVersion.startsWith("gateway.networking.k8s.io/"));
    const gateways = [siteGateway(site, site.gateway?.hosts ?? []), ...gatewayKind(routed, "Gateway")];
    const secrets = gateways.flatMap((g) =>
      (g["spec"] as { listeners: { tls?: { certificateRefs: { name: string }[] } }[] }).listeners.flatMap(
        (l) =>
          (l.tls?.certificateRefs ?? []).map((r) => tlsSecret(`${g.metadata.namespace ?? ""}/${r.name}`)),
      ),
    );
    const all = [siteGateway(site, site.gateway?.hosts ?? []), ...routed, ...objects];
    // egctl stumbles over a class without a Gateway.
    const used = gateways.map((g) => (g["spec"] as { gatewayClassName: string }).gatewayClassName);
    const classes = [...new Set(used)].map(gatewayClass);
    const configs = await translate(title, [...classes, ...secrets, ...all]);
    const claims = claimsOf(at).filter((c): c is RequestClaim => c.kind === "request");
    for (const claim of claims) {
      const { gateway, kind } = siteFor(context, claim);
      if (kind !== "gateway" || gateway === undefined) continue;
      const own = configs.filter((c) => c.name.startsWith(`${gateway.namespace}/${gateway.name}/`));
      const foretold = answerText(answerRequest(labAt(at).objects, context, claim).answer);
      expect([claim.path, envoyAnswer(own, all, claim)]).toEqual([claim.path, foretold]);
    }
  },
  60_000,
);
