import Table from "cli-table3";
import pc from "picocolors";
import { formatDuration } from "../../classroom/lease";
import type { Found, Remains, SweepResult } from "./found";

/** What is left, by cluster, for people. */
export function remainsText(all: readonly Remains[], now: number): string {
  if (all.length === 0) return "Nothing of this project is left over.\n";
  const table = new Table({
    head: ["cluster", "stack", "owner", "age", "USD an hour", "what"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "left", "right", "right", "left"],
  });
  for (const r of all) {
    const [first = "", ...more] = counts(r.found);
    table.push([
      r.cluster,
      r.stack ?? "",
      r.owner ?? "",
      r.made === undefined ? "" : age(now - Date.parse(r.made)),
      r.usd === 0 ? "" : r.usd.toFixed(3),
      first,
    ]);
    table.push(...more.map((line) => ["", "", "", "", "", line]));
  }
  const usd = all.reduce((sum, r) => sum + r.usd, 0);
  return [
    "Left over: it carries this project's tags, and no stack of this backend knows it.",
    table.toString(),
    ...(usd === 0
      ? []
      : [
          `At list prices ${pc.bold(`${usd.toFixed(2)} USD an hour`)} (control planes, instances, gateways, load balancers, addresses, volumes).`,
        ]),
    "Delete it: npm run labs -- sweep --delete <cluster>",
    "",
  ].join("\n");
}

/** `3 subnet: a, b, c` */
function counts(found: readonly Found[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, id } of found) kinds.set(kind, [...(kinds.get(kind) ?? []), short(id)]);
  return [...kinds].map(([kind, ids]) => `${kind}: ${ids.join(", ")}`.slice(0, 100));
}

/** The telling part of an ARN. */
const short = (id: string): string => (id.startsWith("arn:") ? (id.split("/").at(-2) ?? id) : id);

const age = (ms: number): string => formatDuration(Math.max(60_000, Math.floor(ms / 60_000) * 60_000));

export function deletedText({ deleted, left }: SweepResult, path: string): string {
  const lines = left.map(({ found, why }) => pc.red(`left: ${found.kind} ${found.id}: ${why}`));
  const end =
    left.length === 0
      ? pc.green(`${deleted.length} deleted; nothing is left.`)
      : pc.red(`${deleted.length} deleted, ${left.length} left: run it again when the cause is gone.`);
  return [...lines, end, `Receipt: ${path}`, ""].join("\n");
}
