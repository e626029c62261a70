import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { go, lastLine, moduleFolder } from "./go-modules";

/** A program in a published Go module. */
export interface GoProgram {
  module: string;
  version: string;
  /** Import path of its `main`. */
  main: string;
  /** Modules that its own go.mod replaces by folders that were not published with it, and their published version. */
  staging?: { prefix: string; version: string };
  /** Values of the linker: `package.variable` → text. */
  stamp?: Readonly<Record<string, string>>;
}

/**
 * Builds a program from its published Go module into a file, whole or not at all.
 * @throws CannotRun without Go or where modules cannot be fetched; Error where it does not build
 */
export function buildProgram(program: GoProgram, file: string): void {
  const what = `${program.main.split("/").at(-1) ?? ""} ${program.version}`;
  const source = moduleFolder(program.module, program.version, what);
  mkdirSync(dirname(file), { recursive: true });
  const work = mkdtempSync(`${file}-build-`);
  try {
    writeFileSync(join(work, "go.mod"), goMod(program, readFileSync(join(source, "go.mod"), "utf8")));
    // The sums that the program was released with; those of the published staging modules are added.
    writeFileSync(join(work, "go.sum"), readFileSync(join(source, "go.sum")));
    const stamps = Object.entries(program.stamp ?? {}).map(([k, v]) => `-X ${k}=${v}`);
    const flags = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags", ["-s", "-w", ...stamps].join(" ")];
    const built = go(["build", ...flags, "-o", join(work, "out"), program.main], {
      cwd: work,
      what,
      env: { CGO_ENABLED: "0", GOFLAGS: "" },
    });
    if (built.code !== 0)
      throw new Error(`${what} does not build from its Go module: ${lastLine(built.stderr)}`);
    renameSync(join(work, "out"), file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A module that does nothing but require the program's. */
export function goMod({ module, version, staging }: GoProgram, released: string): string {
  const language = /^go \S+$/m.exec(released)?.[0] ?? "go 1.26";
  const replaced = [...released.matchAll(/^\s*(?:replace )?(\S+) => \.\//gm)].map((m) => m[1] ?? "");
  const lines = replaced
    .filter((m) => staging !== undefined && m.startsWith(staging.prefix))
    .map((m) => `replace ${m} => ${m} ${staging?.version ?? ""}`);
  return ["module labs.invalid/build", language, `require ${module} ${version}`, ...lines, ""].join("\n");
}
