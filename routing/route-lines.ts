import type { KubeObject } from "../kube/objects";
import type { Strategy } from "./canary/canary";
import { CATCH_ALL, readTable, upstreamKey, type Location, type Upstream } from "./nginx/table";

/** One path of one host, and who answers. */
export interface RouteLine {
  url: string;
  type: string;
  to: string;
  rewrite?: string;
  /** Where a canary takes its share. */
  canary?: { to: string; rule: string };
}

/** Routes of a lab, read from its Ingress objects as the controller reads them. */
export function routeLines(objects: readonly KubeObject[], className: string): RouteLine[] {
  const table = readTable(objects, className);
  return [...table.servers].flatMap(([host, server]) =>
    server.locations.flatMap((l) => {
      if (l.upstream === undefined) return [];
      const canary = table.canaries.get(upstreamKey(l.upstream));
      return [
        {
          url: `${server.tls ? "https" : "http"}://${host === CATCH_ALL ? "*" : host}${l.path}`,
          type: l.isDefault ? "default backend" : typeText(l),
          to: upstreamText(l.upstream),
          ...(l.rewrite === undefined ? {} : { rewrite: l.rewrite }),
          ...(canary === undefined
            ? {}
            : { canary: { to: upstreamText(canary.upstream), rule: strategyText(canary.strategy) } }),
        },
      ];
    }),
  );
}

const typeText = (l: Location): string => (l.type === "ImplementationSpecific" ? "Regex" : l.type);
const upstreamText = (u: Upstream): string => `${u.namespace}/${u.service}:${u.port}`;

/** A strategy in nginx's order. */
export function strategyText({ header, cookie, weight }: Strategy): string {
  const rules: string[] = [];
  if (header?.value !== undefined) rules.push(`header ${header.name}: ${header.value}`);
  else if (header?.pattern !== undefined) rules.push(`header ${header.name} like ${header.pattern}`);
  else if (header !== undefined) rules.push(`header ${header.name}: always or never`);
  if (cookie !== undefined) rules.push(`cookie ${cookie.name}`);
  if (weight !== undefined) rules.push(`${weight.weight} of ${Math.max(100, weight.total ?? 100)}`);
  return rules.join(", then ");
}
