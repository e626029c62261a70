import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const BROWSER = join(__dirname, "browser");
const CACHE = join(__dirname, "..", "..", "node_modules", ".cache", "labs-page");
/** Libraries that go into the page; another version is another bundle. */
const LIBRARIES = ["preact", "@dagrejs/dagre", "esbuild"];

/**
 * The page's program and its styles, each bundled into one text. Bundled once and kept in node_modules/.cache until a source or a
 * library changes, so that a plan does not wait for it.
 */
export async function bundle(): Promise<Bundle> {
  const kept = join(CACHE, `${key()}.json`);
  try {
    return JSON.parse(readFileSync(kept, "utf8")) as Bundle;
  } catch {
    const made = await build();
    keep(kept, JSON.stringify(made));
    return made;
  }
}

export interface Bundle {
  script: string;
  style: string;
}

async function build(): Promise<Bundle> {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: { script: join(BROWSER, "main.tsx"), style: join(BROWSER, "styles", "page.css") },
    outdir: ".",
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    // Named in page.html.
    legalComments: "none",
    logLevel: "error",
  });
  await esbuild.stop();
  const named = (end: string): string => outputFiles.find((f) => f.path.endsWith(end))?.text ?? "";
  return { script: named("script.js"), style: named("style.css") };
}

/** Where the cache cannot be written, the next plan bundles again. */
function keep(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // Another plan may read at this moment: it sees the whole file or none.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, text);
    renameSync(draft, file);
  } catch {
    return;
  }
}

function key(): string {
  const hash = createHash("sha256");
  const sources = [BROWSER, join(BROWSER, "styles"), __dirname].flatMap((folder) =>
    readdirSync(folder)
      .filter((f) => /\.(tsx?|css)$/.test(f))
      .sort()
      .map((f) => join(folder, f)),
  );
  for (const file of sources) hash.update(file).update(readFileSync(file));
  for (const library of LIBRARIES) hash.update(versionOf(library));
  return hash.digest("hex").slice(0, 24);
}

function versionOf(library: string): string {
  return readFileSync(join(__dirname, "..", "..", "node_modules", library, "package.json"), "utf8");
}
