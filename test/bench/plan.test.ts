import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sameProgram from "../../bench/plan/same-program";
import { runOffline } from "../../stacks/offline/run-offline";
import { readStackFile } from "../../stacks/offline/stack-file";
import { stack as program } from "../../stacks/program";
import type { Registered } from "../../stacks/offline/registration";

const identity = (r: Registered): unknown[] => [r.urn, r.custom, r.provider, r.parent, r.inputs];

test("the baseline of bench:plan registers the very same resources", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const { stack, raw } = readStackFile("kind");
  const { resources } = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
  process.env["BENCH_RESOURCES"] = join(folder, "resources.json");
  writeFileSync(process.env["BENCH_RESOURCES"], JSON.stringify(resources));
  const same = await runOffline({ stack, raw }, sameProgram);
  rmSync(folder, { recursive: true });
  const order = (list: Registered[]): unknown[] => list.map(identity).sort();
  expect(order(same.resources)).toEqual(order(resources));
});
