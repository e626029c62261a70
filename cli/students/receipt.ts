import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import type { EnvironmentRecord } from "../../classroom/environment-record";
import type { DownResult } from "./take-down";
import type { Outcome } from "./batch";
import { whenText } from "./moment-text";

/** What a `down` or `reap` did, for the file and for the instructor. */
export interface Receipt {
  at: string;
  machine: string;
  environments: ReceiptEntry[];
  /** Whether nothing of what was asked for is left. */
  clean: boolean;
}

export interface ReceiptEntry {
  stack: string;
  class: string;
  student: string;
  result: "destroyed" | "gone" | "extended" | "left" | "failed" | "skipped";
  /** `type id` of each resource that was destroyed. */
  destroyed: string[];
  /** What interrupted runs had left and was deleted: kind clusters, Docker's networks and containers. */
  cleaned: string[];
  /** What is left, and what to do about it. */
  left: string[];
  reason?: string;
}

export function receiptOf(
  outcomes: readonly Outcome<DownResult>[],
  records: ReadonlyMap<string, EnvironmentRecord>,
  machine: string,
  now: number,
): Receipt {
  const environments = outcomes.map((o): ReceiptEntry => {
    const r = records.get(o.name);
    const base = {
      stack: o.name,
      class: r?.class ?? "",
      student: r?.id ?? "",
      destroyed: [],
      cleaned: [],
      left: [],
    };
    if (o.status !== "done") return { ...base, result: o.status, reason: o.reason };
    const { value } = o;
    if (value.status === "gone") return { ...base, result: "gone" };
    if (value.status === "extended") {
      return { ...base, result: "extended", reason: `lives until ${whenText(value.until, now)}` };
    }
    const { destroyed, cleaned, left } = value;
    const result = left.length === 0 ? "destroyed" : "left";
    const reason = value.goneBefore === true ? { reason: "its kind cluster was not there any more" } : {};
    return { ...base, result, destroyed, cleaned, left, ...reason };
  });
  const clean = environments.every((e) => ["destroyed", "gone", "extended"].includes(e.result));
  return { at: new Date(now).toISOString(), machine, environments, clean };
}

/** Writes the receipt into a file of its own; returns its path. */
export function writeReceipt(receipt: { at: string }, folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(receipt, null, 2)}\n`;
  // Two commands may end at the same moment: none writes over the other's.
  for (let n = 1; ; n++) {
    const name = `${receipt.at.replace(/[:.]/g, "-")}${n === 1 ? "" : `-${n}`}.json`;
    try {
      writeFileSync(join(folder, name), text, { mode: 0o600, flag: "wx" });
      return join(folder, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

export function receiptText(receipt: Receipt, path: string): string {
  const lines = receipt.environments.map((e) => {
    const what =
      e.result === "destroyed"
        ? pc.green(
            `destroyed, ${e.destroyed.length} resources${e.reason === undefined ? "" : `; ${e.reason}`}${e.cleaned.length > 0 ? `, and left of an interrupted run: ${e.cleaned.join(", ")}` : ""}`,
          )
        : e.result === "gone"
          ? pc.dim("was gone already")
          : e.result === "extended"
            ? `was extended: ${e.reason ?? ""}`
            : pc.red(`${e.result}${e.reason === undefined ? "" : `: ${e.reason}`}`);
    return [`${e.stack}: ${what}`, ...e.left.map((l) => pc.red(`  left: ${l}`))].join("\n");
  });
  const end = receipt.clean
    ? pc.green("Nothing is left running.")
    : pc.red("Not everything is gone: run the same command again when the cause is fixed.");
  return `${lines.join("\n")}\n${end}\nReceipt: ${path}\n`;
}
