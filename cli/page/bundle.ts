import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const BROWSER = join(__dirname, "browser");
const CACHE = join(__dirname, "..", "..", "node_modules", ".cache", "labs-page");
/** Libraries that go into the page; another version is another bundle. */
const LIBRARIES = ["preact", "@dagrejs/dagre", "esbuild"];

/**
 * The page's program, bundled into one script. Bundled once and kept in node_modules/.cache until a source or a
 * library changes, so that a plan does not wait for it.
 */
export async function bundle(): Promise<string> {
  const kept = join(CACHE, `${key()}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const script = await build();
    keep(kept, script);
    return script;
  }
}

async function build(): Promise<string> {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(BROWSER, "main.tsx")],
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
  return outputFiles[0]?.text ?? "";
}

/** Where the cache cannot be written, the next plan bundles again. */
function keep(file: string, script: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // Another plan may read at this moment: it sees the whole file or none.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, script);
    renameSync(draft, file);
  } catch {
    return;
  }
}

function key(): string {
  const hash = createHash("sha256");
  const sources = [BROWSER, __dirname].flatMap((folder) =>
    readdirSync(folder)
      .filter((f) => /\.tsx?$/.test(f))
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
