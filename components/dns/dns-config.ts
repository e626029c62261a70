import { z } from "zod";

const domain = z
  .string()
  .max(200, "at most 200 characters, as labs add theirs in front")
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    "must be a DNS name in lower case, as labs.example.org",
  );

/** Config of names. What goes together is checked by components/dns/plan. */
export const dnsSchema = z.strictObject({
  baseDomain: domain.exactOptional().meta({
    description:
      "Domain under which the labs' names live. If left out on kind: `localhost`, as every name below it is this machine.",
  }),
  zone: z.enum(["none", "find", "create"]).default("none").meta({
    description:
      "Route 53 zone of the base domain: none, one that exists, or a new one (0.50 USD a month; its name servers are an output).",
  }),
  gatewayWeight: z.int().min(0).max(100).exactOptional().meta({
    description:
      "Percent of the names' answers that lead to the Gateway, where it stands beside ingress-nginx (`ingress.controller: both`) and Route 53 has the names; the others lead to ingress-nginx. 0 if left out.",
  }),
  zoneName: domain.exactOptional().meta({
    description: "Name of the zone where it is not the base domain itself but above it.",
  }),
});

export type DnsConfig = z.output<typeof dnsSchema>;
