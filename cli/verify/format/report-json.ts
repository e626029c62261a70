import type { Check, Report } from "../core/check-model";
import { countOf, expectedOf, succeeded, titleOf } from "./report-words";

/** For machines. Fields are only ever added. */
export function reportJson(report: Report): string {
  const { results, ...rest } = report;
  const body = {
    ...rest,
    ok: succeeded(report),
    counts: countOf(report),
    results: results.map(({ check, status, detail, rules }) => ({
      lab: check.lab,
      step: check.step,
      kind: check.kind,
      title: titleOf(check),
      ...ends(check),
      expected: expectedOf(check),
      status,
      detail,
      rules,
    })),
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}

function ends(check: Check): Record<string, unknown> {
  if (check.kind === "flow") {
    const { from, to, protocol, port, http, predicted } = check;
    return { from, to, protocol, port, http, ...(predicted === undefined ? {} : { predicted }) };
  }
  if (check.kind === "container") {
    const { from, to, by, port } = check;
    return { from, to, by, port };
  }
  const { scheme, host, port, path, headers } = check;
  return { scheme, host, port, path, headers };
}
