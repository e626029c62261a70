import Table from "cli-table3";
import pc from "picocolors";
import type { StackCost } from "../../stacks/stack-cost";

/** `0.2496` → `0.25`; small amounts keep the digits that say something. */
export const usd = (n: number): string => (n === 0 || n >= 0.1 ? n.toFixed(2) : n.toFixed(4));

const atLeast = (unknown: readonly string[]): string => (unknown.length === 0 ? "" : "at least ");

/** What a stack costs, for a terminal. */
export function costText(cost: StackCost): string[] {
  const table = new Table({
    head: ["part", "number", "each", "USD an hour"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "right", "right", "right"],
  });
  for (const { what, count, most, each, why } of cost.parts) {
    table.push([
      what,
      most === undefined ? count : `${count} to ${most}`,
      each === undefined ? "" : each.toFixed(4),
      each === undefined ? `unknown: ${why ?? ""}` : (each * count).toFixed(4),
    ]);
  }
  return [
    pc.bold(pc.underline("Price")),
    `  list prices in ${cost.region}, USD, without tax, discounts, traffic and what load balancers carry`,
    ...table
      .toString()
      .split("\n")
      .map((line) => `  ${line}`),
    cost.hour === 0
      ? `  ${pc.bold("unknown")}: the table has no prices of ${cost.region}`
      : `  ${atLeast(cost.unknown)}${pc.bold(`${usd(cost.hour)} an hour`)}, ${usd(cost.day)} a day, ${usd(cost.month)} a month${cost.most > cost.hour ? `; ${usd(cost.most)} an hour with every group at its most nodes` : ""}`,
    ...(cost.life === undefined
      ? []
      : [
          `  ${atLeast(cost.unknown)}${usd(cost.life.usd)} in the ${Math.round(cost.life.hours)} hours until it expires`,
        ]),
    ...cost.sources.map((s) => `  ${pc.dim(`from ${s}`)}`),
    "",
  ];
}

/** What a class costs: one line, and what is not in it. */
export function classCostText(costs: readonly StackCost[]): string[] {
  if (costs.length === 0) return [];
  const sum = (n: (c: StackCost) => number): number => costs.reduce((s, c) => s + n(c), 0);
  const unknown = [...new Set(costs.flatMap((c) => c.unknown))];
  const regions = [...new Set(costs.map((c) => c.region))].join(", ");
  return [
    `Price: ${atLeast(unknown)}${usd(sum((c) => c.hour))} USD an hour for ${costs.length} on AWS, ${usd(sum((c) => c.life?.usd ?? 0))} until their leases end: list prices in ${regions}, without tax, discounts and traffic (labs plan shows them part by part).`,
    ...(unknown.length === 0 ? [] : [`Not in it, as no price is known here: ${unknown.join("; ")}.`]),
  ];
}
