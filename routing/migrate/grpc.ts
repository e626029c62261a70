import type { RouteRule } from "../gateway/objects";
import type { Server } from "../nginx/model";
import type { NginxTable } from "../nginx/table";
import type { Unit } from "./path-matches";
import { rulesOf } from "./rules";

/**
 * GRPCRoute rules for a host whose every path leads to gRPC; undefined for other hosts, which keep to HTTPRoutes: the two
 * kinds may not share a hostname.
 */
export function grpcRules(
  table: NginxTable,
  server: Server,
  units: readonly Unit[],
  guarded: (unit: Unit) => boolean,
): Map<Unit, RouteRule[]> | undefined {
  const served = units.filter((u) => u.location.upstream !== undefined);
  const out = new Map<Unit, RouteRule[]>();
  for (const unit of served) {
    const { settings } = unit.location;
    const method = methodOf(unit);
    const plain =
      settings.redirect === undefined && settings.cors === undefined && settings.appRoot === undefined;
    if (!/^GRPCS?$/.test(settings.protocol) || !plain || method === undefined || unit.rewrite !== undefined)
      return undefined;
    const rules = rulesOf(table, server, unit, "https", guarded(unit)).map((rule) => {
      // A GRPCRoute has no timeouts.
      const { timeouts: _timeouts, matches, ...rest } = rule;
      return {
        ...rest,
        ...matchesOf(
          matches?.map(({ headers }) => ({ ...method, ...(headers === undefined ? {} : { headers }) })),
        ),
      };
    });
    out.set(unit, rules);
  }
  return out.size === 0 ? undefined : out;
}

const matchesOf = (matches: object[] | undefined): { matches?: object[] } => {
  const told = (matches ?? []).filter((m) => Object.keys(m).length > 0);
  return told.length === 0 ? {} : { matches: told };
};

/** `/` every method; `/pkg.Service` one service; `/pkg.Service/Method` one method. */
function methodOf({ path }: Unit): { method?: { service: string; method?: string } } | undefined {
  if (path.type === "RegularExpression") return undefined;
  if (path.type === "PathPrefix" && path.value === "/") return {};
  const [service = "", method, ...more] = path.value.split("/").slice(1);
  if (service === "" || more.length > 0) return undefined;
  if (path.type === "PathPrefix") return method === undefined ? { method: { service } } : undefined;
  return method === undefined ? undefined : { method: { service, method } };
}
