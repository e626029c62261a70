import type { KubeObject } from "../../kube/objects";
import { makesSecret, uncovered } from "../secrets";
import { differences } from "../nginx/prove";
import { bareHost, type Answer, type ClaimedRequest } from "../request";
import { gatewayAnswerFrom } from "./answer";
import { readGateways, type GatewayTable } from "./attach";
import { bySpecificity, takes } from "./hostnames";
import { keyOf, GROUP } from "./objects";
import { GATEWAY } from "./site-gateway";

/**
 * What the routes of one Gateway give for a claimed request, and where that differs from the claim.
 * @param gateway `namespace/name`
 */
export function proveAtGateway(
  objects: readonly KubeObject[],
  gateway: string,
  claim: ClaimedRequest,
): { answer: Answer; problems: string[] } {
  const others = (o: KubeObject): boolean =>
    o.kind === "Gateway" && o.apiVersion.startsWith(`${GROUP}/`) && keyOf(o) !== gateway;
  const table = readGateways(objects.filter((o) => !others(o)));
  const answer = gatewayAnswerFrom(table, claim);
  return { answer, problems: [...differences(claim, answer), ...certificateProblems(table, objects, claim)] };
}

/** HTTPS without a Secret that anything makes: the listener is not programmed. The stack's own Gateway has its own. */
function certificateProblems(
  { listeners }: GatewayTable,
  objects: readonly KubeObject[],
  { host, scheme }: ClaimedRequest,
): string[] {
  if (scheme !== "https") return [];
  const listener = listeners
    .filter((l) => l.spec.protocol === "HTTPS" && takes(l.spec.hostname, bareHost(host)))
    .sort((a, b) => bySpecificity(a.spec.hostname ?? null, b.spec.hostname ?? null))[0];
  if (listener === undefined || listener.gateway === `${GATEWAY.namespace}/${GATEWAY.name}`) return [];
  const own = listener.gateway.split("/")[0] ?? "";
  return (listener.spec.tls?.certificateRefs ?? []).flatMap(({ name, namespace = own }) =>
    makesSecret(objects, namespace, name)
      ? uncovered(objects, namespace, name, [bareHost(host)]).map(
          (h) =>
            `shows a certificate that does not stand for ${h}: Secret ${namespace}/${name} is made for other names`,
        )
      : [`the listener ${listener.spec.name} has no certificate: nothing makes Secret ${namespace}/${name}`],
  );
}
