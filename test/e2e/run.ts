import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { cniModes } from "../../components/aws/plan/network-request";
import { runOnEks, table, type EksRun, type Ran } from "./eks-run";

/** `npm run e2e -- eks`: a real cluster on a real account, paid for by whoever owns the credentials. */
const root = resolve(__dirname, "../..");

function run(command: readonly string[], input?: string): Promise<Ran> {
  const [file = "", ...args] = command;
  return new Promise((done) => {
    const child = spawn(file, args, { cwd: root, env: { ...process.env, NO_COLOR: "1" } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      process.stderr.write(chunk);
    });
    child.on("error", (error) => {
      done({ code: 127, stdout, stderr: error.message });
    });
    child.on("close", (code) => {
      done({ code: code ?? 1, stdout, stderr });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}

async function eks(
  options: Omit<EksRun, "address" | "owner" | "emptyBackend"> & { address?: string },
): Promise<void> {
  const address = options.address ?? (await (await fetch("https://checkip.amazonaws.com")).text()).trim();
  const emptyBackend = `file://${mkdtempSync(join(tmpdir(), "labs-e2e-"))}`;
  const owner = process.env["GITHUB_ACTOR"] ?? userInfo().username;
  const given: EksRun = { ...options, address, owner, emptyBackend };
  const rows = await runOnEks(given, {
    run,
    write: (file, text) => {
      writeFileSync(join(root, file), text);
    },
    remove: (file) => {
      rmSync(join(root, file), { force: true });
    },
    say: (line) => void process.stderr.write(`${line}\n`),
    now: Date.now,
    sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
  });
  const text = table(given, rows);
  process.stdout.write(text);
  const summary = process.env["GITHUB_STEP_SUMMARY"];
  if (summary !== undefined) appendFileSync(summary, text);
  if (rows.some((r) => r.result !== "right")) process.exitCode = 1;
}

const program = new Command("e2e").description("the project on real infrastructure");
program
  .command("eks")
  .description("an EKS stack from up to sweep, on the account of your credentials: it costs money")
  .addOption(new Option("--cni <cni>", "where pods get addresses").choices([...cniModes]).default("aws"))
  .option("--region <region>", "region", "us-west-2")
  .requiredOption("--budget <usd>", "most that it may cost, in USD at list prices", Number)
  .option("--lifetime <minutes>", "until everything is to be gone", Number, 180)
  .option("--address <address>", "address of this machine on the internet; AWS is asked if left out")
  .action(eks);
void program.parseAsync();
