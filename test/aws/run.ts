import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Played } from "./stand-in/aws";
import { CANNOT_RUN, CannotRun } from "../support/cannot-run";
import { pythonWithMoto } from "./stand-in/python";

/** `npm run test:aws`: gets Python's packages, runs the tests, and says who answered the calls. */
async function main(): Promise<number> {
  try {
    await pythonWithMoto((line) => process.stderr.write(`${line}\n`));
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`${error.message}\n`);
    return CANNOT_RUN;
  }
  const folder = mkdtempSync(join(tmpdir(), "aws-rules-"));
  const report = join(folder, "played");
  try {
    const code = await jest({ ...process.env, AWS_STAND_IN_REPORT: report });
    if (existsSync(report)) process.stdout.write(summary(readFileSync(report, "utf8")));
    return code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function jest(env: NodeJS.ProcessEnv): Promise<number> {
  const bin = createRequire(__filename).resolve("jest/bin/jest");
  const config = join(__dirname, "jest.config.cjs");
  const child = spawn(process.execPath, [bin, "--config", config, ...process.argv.slice(2)], {
    stdio: "inherit",
    env,
  });
  // Ctrl-C reaches the child too: it ends, and with it moto.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => {
    child.kill("SIGTERM");
  });
  return new Promise((done) =>
    child.once("close", (code) => {
      done(code ?? 130);
    }),
  );
}

/** What moto answered is AWS's behaviour as others have rebuilt it; what a record answered is only our word. */
function summary(text: string): string {
  const played = text
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line) as Played[]);
  const count = new Map<string, number>();
  for (const p of played) if (p.by === "record") count.set(p.operation, (count.get(p.operation) ?? 0) + 1);
  const moto = played.filter((p) => p.by === "moto");
  const records = [...count].sort(([a], [b]) => a.localeCompare(b)).map(([name, n]) => `${name} (${n})`);
  return [
    `\nAll calls held against AWS's service models: ${played.length}. Answered by moto: ${moto.length}, of ${new Set(moto.map((p) => p.operation)).size} operations.`,
    `Answered by a record, as moto has no such operation: ${records.join(", ")}.\n`,
  ].join("\n");
}

void main().then((code) => {
  process.exitCode = code;
});
