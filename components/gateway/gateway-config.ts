import { z } from "zod";
import { GATEWAY_NODE_PORTS } from "../node-ports";
import { port } from "../../kube/config-fields";

/** Config of a Gateway. Which combinations fit a target is checked by components/gateway/plan. */
export const gatewaySchema = z.strictObject({
  installedBy: z.enum(["calico", "chart"]).exactOptional().meta({
    description:
      "Who installs Envoy Gateway: Calico's operator (Calico Ingress Gateway), or Envoy Gateway's own chart. If left out: the operator where this stack installs Calico, the API server reaches pods, and they have IPv4 addresses; else the chart.",
  }),
  nodePorts: z
    .strictObject({
      http: port.default(GATEWAY_NODE_PORTS.http).meta({ description: "NodePort of HTTP." }),
      https: port.default(GATEWAY_NODE_PORTS.https).meta({ description: "NodePort of HTTPS." }),
    })
    .prefault({})
    .meta({ description: "Ports with `ingress.expose: node-ports`." }),
});

export type GatewayConfig = z.output<typeof gatewaySchema>;
