import { build, type BuildOptions, type Metafile } from "esbuild";
import { generateDtsBundle } from "dts-bundle-generator";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Builds what the tarball holds: the library for import and require with its types, and the command. */
const here = __dirname;
const dist = join(here, "dist");
const repository = join(here, "../..");
const library = { index: join(here, "src/index.ts"), selector: join(here, "src/selector/index.ts") };

// Everything is bundled: an install fetches nothing else, and the command reads few files at start.
const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  outdir: dist,
  metafile: true,
  legalComments: "none",
  absWorkingDir: repository,
  logLevel: "warning",
} as const satisfies BuildOptions;

async function main(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const esm = await build({
    ...common,
    entryPoints: { ...library, cli: join(here, "src/cli/main.ts") },
    format: "esm",
    splitting: true,
    outExtension: { ".js": ".mjs" },
    // Of bundled CommonJS that asks for Node's own modules.
    banner: {
      js: 'import { createRequire as __r } from "node:module"; const require = __r(import.meta.url);',
    },
  });
  const cjs = await build({
    ...common,
    entryPoints: library,
    format: "cjs",
    outExtension: { ".js": ".cjs" },
  });
  chmodSync(join(dist, "cli.mjs"), 0o755);
  writeTypes();
  writeFileSync(join(dist, "LICENSES.txt"), licences([esm.metafile, cjs.metafile]));
  copyFileSync(join(repository, "docs/reach.md"), join(dist, "reach.md"));
}

/** One call per entry: with several in one call, re-exported types get lost. */
function writeTypes(): void {
  for (const [name, filePath] of Object.entries(library)) {
    const [types = ""] = generateDtsBundle(
      [{ filePath, output: { noBanner: true, exportReferencedTypes: false } }],
      { preferredConfigPath: join(here, "tsconfig.types.json") },
    );
    for (const extension of ["d.mts", "d.cts"]) writeFileSync(join(dist, `${name}.${extension}`), types);
  }
}

/** The licences of the packages that are in the bundles. */
function licences(metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const packages = new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  return [...packages]
    .sort()
    .map(licence)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function licence(name: string): string {
  const folder = join(repository, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    version: string;
    license: string;
  };
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  if (file === undefined || !existsSync(join(folder, file))) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

void main();
