import type { KubeObject } from "../kube/objects";
import type { Strategy } from "./canary/canary";
import type { Location } from "./nginx/model";
import { CATCH_ALL, canaryOf, readTable, upstreamText } from "./nginx/table";

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
      const canary = canaryOf(table, l.upstream);
      const { rewrite } = l.settings;
      return [
        {
          url: `${server.tls ? "https" : "http"}://${host === CATCH_ALL ? "*" : host}${l.path}`,
          type: l.isDefault ? "default backend" : typeText(l),
          to: upstreamText(l.upstream),
          ...(rewrite === undefined ? {} : { rewrite }),
          ...(canary === undefined
            ? {}
            : { canary: { to: upstreamText(canary.upstream), rule: strategyText(canary.strategy) } }),
        },
      ];
    }),
  );
}

const typeText = (l: Location): string => (l.settings.regex ? "Regex" : l.type);

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
