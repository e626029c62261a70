/**
 * A process of its own that keeps etcd and kube-apiserver: it starts them, says when they answer, and ends them and
 * deletes their folder when its standard input closes, that is when whoever asked for them ends, however that happens.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { KeeperTask, KeeperWord, Program } from "./keeper-task";

const children: ChildProcess[] = [];
let folder: string | undefined;
let ending = false;

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  const task = JSON.parse(line) as KeeperTask;
  folder = task.folder;
  start(task).catch((error: unknown) => {
    tell({ failed: error instanceof Error ? error.message : String(error) });
    void end();
  });
});
lines.on("close", () => void end());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end());
process.stdout.on("error", () => undefined);

function tell(word: KeeperWord): void {
  process.stdout.write(`${JSON.stringify(word)}\n`);
}

async function start({ folder, etcd, apiserver, startSeconds }: KeeperTask): Promise<void> {
  const until = Date.now() + startSeconds * 1000;
  await answers(run(etcd, folder), etcd, folder, until);
  await answers(run(apiserver, folder), apiserver, folder, until);
  tell({ ready: true });
}

function run({ name, file, args }: Program, folder: string): ChildProcess {
  const log = openSync(join(folder, `${name}.log`), "a");
  const child = spawn(file, args, { cwd: folder, env: environment(), stdio: ["ignore", log, log] });
  children.push(child);
  child.on("exit", (code, signal) => {
    if (ending) return;
    tell({ failed: `${name} ended (${signal ?? code ?? "?"}): ${complaint(folder, name)}` });
    void end();
  });
  child.on("error", (error) => {
    tell({ failed: `${name} cannot be started: ${error.message}` });
    void end();
  });
  return child;
}

/** Without the machine's proxies: nothing that these programs do may leave it. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([k]) => !/_proxy$/i.test(k)));
}

async function answers(child: ChildProcess, program: Program, folder: string, until: number): Promise<void> {
  for (;;) {
    if (ending) await new Promise(() => undefined);
    if (await healthy(program.health)) return;
    if (Date.now() > until)
      throw new Error(
        `${program.name} does not answer at ${program.health}: ${complaint(folder, program.name)}`,
      );
    if (child.exitCode !== null) await new Promise(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function healthy(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    // The certificate is the one that the server makes at its start.
    const options = { timeout: 2000, rejectUnauthorized: false };
    const asked = (url.startsWith("https:") ? https : http).get(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => {
      resolve(false);
    });
  });
}

/** The line of a log that says why, as far as one can tell. */
function complaint(folder: string, name: string): string {
  const log = readFileSync(join(folder, `${name}.log`), "utf8")
    .trim()
    .split("\n");
  const telling = log.filter((l) => /address already in use|"level":"(fatal|error)"|^E\d|error:/i.test(l));
  const inUse = telling.find((l) => l.includes("address already in use"));
  const line = inUse ?? telling.at(-1) ?? log.at(-1) ?? "";
  return (/"error":"([^"]+)"/.exec(line)?.[1] ?? line).trim().slice(0, 300) || "it says nothing";
}

/** The API server first: without etcd it would wait. */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  for (const child of [...children].reverse()) await stopped(child);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 2000);
    child.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
