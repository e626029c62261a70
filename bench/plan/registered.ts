import { writeFileSync } from "node:fs";
import { runOffline } from "../../stacks/offline/run-offline";
import { readStackFile } from "../../stacks/offline/stack-file";
import { stack as program } from "../../stacks/program";

/** Writes every resource that a stack registers, in their order, for the baseline that registers the same. */
async function main(name: string, file: string): Promise<void> {
  const { stack, raw } = readStackFile(name);
  const { resources } = await runOffline({ stack, raw }, () => program({ stack, raw, offline: true }));
  writeFileSync(file, JSON.stringify(resources));
}

void main(process.argv[2] ?? "", process.argv[3] ?? "");
