import { entryOf } from "../../../cli/verify/ingress-entry";
import type { Inventory } from "../../../cli/verify/core/inventory";
import { CONTROLLER } from "../../../routing/ingress-site";
import { planStack } from "../../../stacks/stack-plan";
import { rawConfig } from "../../support/graph";

const services = [
  { ...CONTROLLER, loadBalancer: ["nginx.elb.amazonaws.com"] },
  { namespace: "labs-gateway", name: "labs", loadBalancer: ["gateway.elb.amazonaws.com"] },
] as unknown as Inventory["services"];
const inventory = { services } as Inventory;
const host = "shop.labs.acme.dev";
const entry = (gatewayWeight: number, gateway?: string) =>
  entryOf(
    planStack(
      "test",
      rawConfig({
        target: "eks",
        owner: "ada",
        expires: "2026-12-01T18:00:00Z",
        labs: { boutique: {} },
        eks: { endpoint: { publicCidrs: ["203.0.113.7/32"] }, nodeGroups: { workers: { min: 4 } } },
        ingress: { controller: "both", loadBalancer: { sourceRanges: ["203.0.113.7/32"] } },
        dns: { baseDomain: "labs.acme.dev", zone: "find", gatewayWeight },
      }),
    ),
    inventory,
    undefined,
  )({ host, port: 443, ...(gateway === undefined ? {} : { gateway }) });

test("names lead to ingress-nginx, the Gateway beside it is asked at its own load balancer", () => {
  expect(entry(0)).toBeUndefined();
  expect(entry(0, "labs-gateway/labs")).toBe("gateway.elb.amazonaws.com");
});

test("names that are shared out may lead to either, so each is asked at its own", () => {
  expect(entry(25)).toBe("nginx.elb.amazonaws.com");
  expect(entry(25, "labs-gateway/labs")).toBe("gateway.elb.amazonaws.com");
});
