/**
 * `npm run test:apiserver [-- --kubernetes 1.36] [jest's arguments]`: for each version set a real kube-apiserver with
 * the CRDs that its clusters have, then the tests. Exit code 69 where this machine cannot have the server.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join, resolve } from "node:path";
import { versionSets, type VersionSet } from "../../components/versions";
import { findBinaries } from "../support/apiserver/binaries";
import { Client } from "../support/apiserver/client";
import { crdsOf } from "../support/apiserver/crds";
import { installCrds } from "../support/apiserver/install-crds";
import { CANNOT_RUN, CannotRun } from "../support/cannot-run";
import { SERVERS, type Servers } from "../support/apiserver/running";
import { ApiServer } from "../support/apiserver/server";

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const started: ApiServer[] = [];
let tests: ChildProcess | undefined;

async function main(argv: readonly string[]): Promise<number> {
  const at = argv.indexOf("--kubernetes");
  const only = at === -1 ? undefined : argv[at + 1];
  const sets = versionSets.filter((s) => only === undefined || s.kubernetes === only);
  if (sets.length === 0)
    throw new Error(
      `no version set ${only ?? ""}; there are ${versionSets.map((s) => s.kubernetes).join(", ")}`,
    );
  const servers: Record<string, Servers[string]> = {};
  // All have started or failed before anything else happens: what has started must be stopped.
  const settled = await Promise.allSettled(
    sets.map(async (set) => void (servers[set.kubernetes] = await serverFor(set))),
  );
  for (const s of settled) if (s.status === "rejected") throw s.reason as Error;
  return jest(at === -1 ? argv : [...argv.slice(0, at), ...argv.slice(at + 2)], servers);
}

async function serverFor(set: VersionSet): Promise<Servers[string]> {
  const binaries = findBinaries(set, say);
  const crds = await crdsOf(set);
  const began = Date.now();
  const server = await ApiServer.start(binaries);
  started.push(server);
  await installCrds(new Client(server.address), crds);
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  say(
    `kube-apiserver ${binaries.version} from ${binaries.from}, with ${crds.length} objects of CRDs: ${seconds} s`,
  );
  return { address: server.address, binaries };
}

function jest(args: readonly string[], servers: Servers): Promise<number> {
  const bin = resolve(__dirname, "../../node_modules/jest/bin/jest.js");
  const child = (tests = spawn(process.execPath, [bin, "-c", join(__dirname, "jest.config.cjs"), ...args], {
    stdio: "inherit",
    env: { ...process.env, [SERVERS]: JSON.stringify(servers) },
  }));
  return new Promise((done) =>
    child.once("exit", (code) => {
      done(code ?? 130);
    }),
  );
}

async function stop(): Promise<void> {
  await Promise.all(started.splice(0).map((s) => s.stop()));
}

// The servers' keepers end with this process, however it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => {
    tests?.kill(signal);
    say("stopped");
    void stop().finally(() => process.exit(130));
  });

main(process.argv.slice(2))
  .catch((error: unknown) => {
    say(`test:apiserver: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof CannotRun ? CANNOT_RUN : 1;
  })
  .then(async (code) => {
    await stop();
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    throw error;
  });
