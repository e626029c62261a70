import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { format, resolveConfig } from "prettier";

const root = resolve(__dirname, "../..");

/**
 * Writes pages that are made from the project itself, formatted as the rest of it; with `--check` compares instead.
 * @param pages path in the project → text
 * @param source what they are made from, and the command that does it
 */
export function generate(
  pages: Readonly<Record<string, string>>,
  source: { from: string; command: string },
): void {
  written(pages, source).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

async function written(
  pages: Readonly<Record<string, string>>,
  { from, command }: { from: string; command: string },
): Promise<void> {
  const old: string[] = [];
  for (const [name, page] of Object.entries(pages)) {
    const filepath = join(root, name);
    const text = await format(page, { ...(await resolveConfig(filepath)), filepath });
    if (process.argv.includes("--check")) {
      if (contentOf(filepath) !== text) old.push(name);
      continue;
    }
    mkdirSync(dirname(filepath), { recursive: true });
    writeFileSync(filepath, text);
    process.stdout.write(`${name} written\n`);
  }
  if (old.length > 0) throw new Error(`${old.join(", ")}: not what ${from} says; run ${command}`);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
