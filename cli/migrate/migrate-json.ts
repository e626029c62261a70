import type { Migration } from "../../routing/migrate/migrate";
import type { Judged } from "../../routing/migrate/judge";
import type { Answer } from "../../routing/request";

/** Stable: fields are added, never renamed (docs/migrate.md). */
export function migrationJson({ objects, notes, requests }: Migration): string {
  const count = (verdict: Judged["verdict"]) => requests.filter((r) => r.verdict === verdict).length;
  const summary = {
    same: count("same"),
    different: count("different"),
    notConvertible: count("not convertible"),
    unknown: count("unknown"),
  };
  return `${JSON.stringify({ summary, objects, notes, requests: requests.map(row) }, null, 2)}\n`;
}

function row({ request, nginx, gateway, verdict, reason, assumes, answers }: Judged) {
  return {
    ...request,
    scheme: request.scheme ?? "http",
    method: request.method ?? "GET",
    nginx,
    gateway,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(assumes.length === 0 ? {} : { assumes }),
    ...both("redirect_status", answers, (a) => (a.kind === "redirect" ? a.status : undefined)),
    ...both("backend_path", answers, (a) => (a.kind === "backends" ? a.path : undefined)),
    answers,
  };
}

/** A value of either answer, where one has it. */
function both<T>(name: string, { nginx, gateway }: Judged["answers"], of: (answer: Answer) => T | undefined) {
  const values = { nginx: of(nginx), gateway: of(gateway) };
  return values.nginx === undefined && values.gateway === undefined ? {} : { [name]: values };
}
