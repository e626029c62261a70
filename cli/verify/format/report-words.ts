import { intentTitle } from "../../../packages/reach/src";
import { word } from "../core/compare-flow";
import type { Check, Report, Status } from "../core/check-model";

/** What is checked, in one line. */
export function titleOf(check: Check): string {
  if (check.kind === "flow") return intentTitle(check);
  return check.id.slice(check.lab.length + 2);
}

/** What should be seen. */
export function expectedOf(check: Check): string {
  if (check.kind !== "request") return word(check.verdict);
  const shares = Object.entries(check.backends ?? {}).map(([name, share]) =>
    share === 1 ? name : `${name} ${Math.round(share * 1000) / 10} %`,
  );
  const status = [check.status, check.location].filter((x) => x !== undefined).join(" ");
  return [...(status === "" ? [] : [status]), ...shares].join(", ");
}

export function countOf({ results }: Pick<Report, "results">): Record<Status, number> {
  const count: Record<Status, number> = { pass: 0, fail: 0, error: 0, skip: 0 };
  for (const r of results) count[r.status]++;
  return count;
}

/** Nothing wrong, and something was looked at. A run that could try nothing proves nothing. */
export function succeeded(report: Pick<Report, "results">): boolean {
  const { pass, fail, error } = countOf(report);
  return fail === 0 && error === 0 && (pass > 0 || report.results.length === 0);
}
