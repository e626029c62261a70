import Table from "cli-table3";
import pc from "picocolors";
import { CANNOT_RUN } from "../support/cannot-run";
import type { Row } from "./play-guide";

const MARK: Readonly<Record<Row["came"], string>> = {
  "as told": pc.green("✓"),
  otherwise: pc.red("✗"),
  lacks: pc.dim("-"),
};

/** 1 where something differs, CANNOT_RUN where nothing was played. */
export function exitCode(rows: readonly Row[]): number {
  if (rows.some((r) => r.came === "otherwise")) return 1;
  return rows.some((r) => r.came === "as told") ? 0 : CANNOT_RUN;
}

/** A command as it has been played. */
export function line(r: Row): string {
  const text = `${MARK[r.came]} ${r.lab} ${r.step}: ${r.command.replaceAll("\n", " ")}`;
  return r.came === "as told" ? text : `${text}\n    ${r.detail.replaceAll("\n", "\n    ")}`;
}

/** How each guide went, and why commands were not played. */
export function summary(rows: readonly Row[]): string {
  const table = new Table({
    head: ["guide", "as told", "otherwise", "not played"],
    style: { head: [], border: [], compact: true },
  });
  const count = (of: readonly Row[], came: Row["came"]): number => of.filter((r) => r.came === came).length;
  for (const lab of new Set(rows.map((r) => r.lab))) {
    const of = rows.filter((r) => r.lab === lab);
    table.push([lab, count(of, "as told"), count(of, "otherwise"), count(of, "lacks")]);
  }
  const reasons = new Map<string, number>();
  for (const r of rows) if (r.came === "lacks") reasons.set(r.detail, (reasons.get(r.detail) ?? 0) + 1);
  const lines = [...reasons].map(([reason, n]) => `${n} not played: ${reason}`);
  return `${[table.toString(), ...lines].join("\n")}\n`;
}
