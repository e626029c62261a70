/**
 * The evaluator beside another program on the same worlds, which are made here by seed: answers compared, processor time
 * of whole processes. Neither builds nor fetches the other program.
 * Worlds that the other program refuses are counted. `--worlds`, `--seed` and `--size 500x200` (workloads and policies)
 * choose others; `--plain-ports` writes numbers for ports by name, which older analysers refuse.
 *
 *   npm run bench:compare -- --peer np-guard=/path/to/netpolicy   random clusters, then large ones
 *   npm run bench:compare -- --peer calico=/path/to/program       random clusters, by the protocol of compare/decisions.ts
 */
import Table from "cli-table3";
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { KubeObject } from "../kube/objects";
import { load } from "../packages/reach/src";
import { clusters } from "../test/packages/reach/arbitrary";
import { compareDecisions } from "./compare/decisions";
import { builtReach, reachList } from "./compare/here";
import { npGuard } from "./compare/np-guard";
import { asList, differences } from "./compare/open-flows";
import { workloads } from "./reach/worlds";

interface Row {
  readonly title: string;
  readonly cells: number;
  readonly different: readonly string[];
  /** Why the other program took none of it, for each such world. */
  readonly refused: readonly string[];
  readonly hereSeconds: number;
  readonly peerSeconds: number;
}

const { values } = parseArgs({
  options: {
    peer: { type: "string" },
    worlds: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    "plain-ports": { type: "boolean", default: false },
    size: { type: "string", multiple: true, default: ["100x100", "500x200"] },
  },
});
const [peer = "", path = ""] = values.peer?.split(/=(.*)/s) ?? [];
if (!["np-guard", "calico"].includes(peer) || path === "") {
  process.stderr.write("Name the other program: --peer np-guard=<path> or --peer calico=<path>.\n");
  process.exit(1);
}
const program = resolve(process.env["INIT_CWD"] ?? ".", path);
const sampled = fc.sample(clusters(peer === "calico" ? "both" : "kubernetes"), {
  seed: Number(values.seed),
  numRuns: Number(values.worlds),
});

const rows = peer === "calico" ? [decided()] : listed();
const table = new Table({
  head: ["worlds", "refused by the peer", "cells", "different", "here", "peer", "ratio"],
  style: { head: [], border: [] },
});
for (const { title, cells, different, refused, hereSeconds, peerSeconds } of rows)
  table.push([
    title,
    refused.length,
    cells,
    different.length,
    `${hereSeconds.toFixed(1)} s`,
    `${peerSeconds.toFixed(1)} s`,
    `${(peerSeconds / hereSeconds).toFixed(1)}×`,
  ]);
process.stdout.write(`${table.toString()}\nSeconds of processor time.\n`);
const different = rows.flatMap((row) => row.different);
for (const reason of new Set(rows.flatMap((row) => row.refused)))
  process.stdout.write(`refused: ${reason}\n`);
for (const line of different.slice(0, 20)) process.stdout.write(`${line}\n`);
if (different.length > 0) process.exitCode = 1;

function decided(): Row {
  const found = compareDecisions(
    program,
    sampled.map((c) => [...c.others, ...c.pods, ...c.policies]),
  );
  return { title: `${sampled.length} random clusters`, refused: [], ...found };
}

function listed(): Row[] {
  const reach = builtReach();
  const random = sampled
    .map((c) => [...c.others, ...c.pods.map(withoutAddress), ...c.policies])
    .map((objects) => listing(reach, "", objects));
  const sum = (of: (row: Row) => number): number => random.reduce((total, row) => total + of(row), 0);
  const sizes = values.size.map((size) => {
    const [count = 0, policies = 0] = size.split("x").map(Number);
    const world = workloads(count, policies);
    return listing(reach, world.title, world.objects);
  });
  const together: Row = {
    title: `${random.length} random clusters`,
    cells: sum((row) => row.cells),
    different: random.flatMap((row, i) => row.different.map((line) => `world ${i}: ${line}`)),
    refused: random.flatMap((row) => row.refused),
    hereSeconds: sum((row) => row.hereSeconds),
    peerSeconds: sum((row) => row.peerSeconds),
  };
  return [together, ...sizes];
}

/** It takes pods for reachable by no network, whatever address they have. */
function withoutAddress({ status: _, ...pod }: KubeObject): KubeObject {
  return pod;
}

function listing(reach: string, title: string, objects: readonly KubeObject[]): Row {
  const folder = mkdtempSync(join(tmpdir(), "reach-compare-"));
  try {
    const text = asList(objects);
    writeFileSync(
      join(folder, "all.json"),
      values["plain-ports"] ? text.replace(/"port":"[a-z]+"/g, '"port":8000') : text,
    );
    const here = reachList(
      reach,
      folder,
      load([...objects]).outside.map(({ name }) => name),
    );
    const there = npGuard(program, folder);
    if ("refused" in there)
      return { title, cells: 0, different: [], refused: [there.refused], hereSeconds: 0, peerSeconds: 0 };
    return {
      title,
      refused: [],
      ...differences(here.flows, there.flows),
      hereSeconds: here.cpuSeconds,
      peerSeconds: there.cpuSeconds,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
