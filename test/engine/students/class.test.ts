import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { bringUp, type Wanted } from "../../../cli/students/bring-up";
import { takeDown } from "../../../cli/students/take-down";
import { runBatch, type BatchEvent, type Outcome } from "../../../cli/students/batch";
import { batchInterrupts } from "../../../cli/engine/interrupts";
import { realClock } from "../../../cli/clock";
import { thisMachine } from "../../../cli/engine/machine";
import { PulumiEngine } from "../../../cli/engine/pulumi-engine";
import { RunJournal } from "../../../stacks/run-journal";
import type { EngineSession } from "../../../cli/engine/session";
import { allRecords } from "../../../cli/students/environment-records";
import { readClass } from "../../../classroom/class-file";
import { classChecks, environmentConfig } from "../../../stacks/config/class-config";
import { planEnvironments } from "../../../classroom/plan-environments";
import { readRoster } from "../../../classroom/roster";
import { needs } from "../../support/needs";
import { havePulumi, PULUMI } from "../pulumi";

/** The runner against real stacks of a file backend; only kind and Docker are stand-ins. Needs `pulumi` on the PATH. */
const root = resolve(__dirname, "../../..");
const labs = new Map<string, string[]>();
const cls = readClass({ class: "net", ttl: "2h", timeout: "10m" }, "net.yaml", classChecks(labs));

/** A machine: its folder of the project, and its kind clusters. The backend is shared. */
class Desk {
  readonly folder: string;
  readonly kind: string;
  readonly env: NodeJS.ProcessEnv;
  constructor(base: string, name: string) {
    this.folder = join(base, name);
    this.kind = join(base, `${name}-kind`);
    cpSync(join(__dirname, "project"), this.folder, { recursive: true });
    mkdirSync(this.kind, { recursive: true });
    this.env = {
      ...process.env,
      PATH: `${join(__dirname, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
      KIND_STATE: this.kind,
      PULUMI_BACKEND_URL: pathToFileURL(join(base, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "of the test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
  }
  clusters(): string[] {
    return readdirSync(this.kind)
      .filter((f) => f.endsWith(".cluster"))
      .map((f) => f.replace(".cluster", ""))
      .sort();
  }
  log(what: "created" | "deleted"): string[] {
    const path = join(this.kind, what);
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").sort() : [];
  }
  async session(): Promise<EngineSession> {
    const command = await PulumiCommand.get();
    const env = this.env as Record<string, string>;
    const engine = new PulumiEngine({
      command,
      workDir: this.folder,
      project: "k8s-network-labs",
      env,
      logs: join(this.folder, "logs"),
    });
    const journal = new RunJournal(join(this.folder, "running"));
    const noCluster = () => {
      throw new Error("no cluster here is looked into");
    };
    const machine = thisMachine(this.env);
    return { engine, machine, journal, clusterApi: noCluster, awsCli: noCluster, breakLocks: false };
  }
}

async function up(
  desk: Desk,
  ids: string[],
  opts: { interrupts?: ReturnType<typeof batchInterrupts>; onEvent?: (e: BatchEvent<unknown>) => void } = {},
): Promise<Outcome<unknown>[]> {
  const session = await desk.session();
  const { planned, problems } = planEnvironments({
    configOf: environmentConfig,
    students: readRoster(Buffer.from(JSON.stringify(ids)), "r.json", { className: cls.name, labs }).students,
    cls,
    existing: (await allRecords(session.engine)).records,
    machine: session.machine.name,
    owner: "me",
    now: Date.now(),
    nodePorts: [],
  });
  expect(problems).toEqual([]);
  return runBatch(
    [...planned.keys()],
    (name, task) => bringUp(session, name, planned.get(name) as Wanted, task),
    {
      parallel: 2,
      timeout: cls.timeout,
      clock: realClock,
      interrupts: opts.interrupts ?? batchInterrupts(),
      ...(opts.onEvent === undefined ? {} : { onEvent: opts.onEvent }),
    },
  );
}

async function down(desk: Desk): Promise<Outcome<unknown>[]> {
  const session = await desk.session();
  const { records } = await allRecords(session.engine, cls.name);
  return runBatch<unknown>([...records.keys()], (name, task) => takeDown(session, name, {}, task), {
    parallel: 2,
    timeout: cls.timeout,
    clock: realClock,
    interrupts: batchInterrupts(),
  });
}

const statuses = (outcomes: Outcome<unknown>[]): unknown[] =>
  outcomes.map((o) => (o.status === "failed" ? o.reason : o.status));
const until = async (what: () => boolean): Promise<void> => {
  for (let i = 0; !what(); i++) {
    if (i > 600) throw new Error("waited for 30 s");
    await new Promise((r) => setTimeout(r, 50));
  }
};

needs(PULUMI, havePulumi).describe("real stacks of a file backend", () => {
  let base = "";
  let desk: Desk;
  beforeEach(() => {
    mkdirSync(join(root, ".labs"), { recursive: true });
    // Inside the project, so that the program finds its packages.
    base = mkdtempSync(join(root, ".labs/engine-test-"));
    mkdirSync(join(base, "state"));
    desk = new Desk(base, "laptop");
  });
  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });

  test("one fails and says why, the others are up; a second run finishes; another machine lists; down leaves nothing", async () => {
    writeFileSync(join(desk.kind, "fail-net-bo"), "");
    const first = await up(desk, ["ana", "bo", "cy"]);
    expect(statuses(first)).toEqual([
      "done",
      expect.stringContaining("the credentials expired: log in again"),
      "done",
    ]);
    rmSync(join(desk.kind, "fail-net-bo"));
    expect(statuses(await up(desk, ["ana", "bo", "cy"]))).toEqual(["done", "done", "done"]);
    // bo's cluster was continued with, not made anew.
    expect(desk.log("created")).toEqual(["net-ana", "net-bo", "net-cy"]);

    const session = await desk.session();
    expect(await session.engine.outputs("net-ana")).toEqual({ kubeconfig: "kubeconfig of net-ana" });
    const grep = spawnSync("grep", ["-r", "kubeconfig of", join(base, "state"), join(desk.folder, "logs")], {
      encoding: "utf8",
    });
    expect(grep.stdout).toBe("");

    const other = new Desk(base, "desk");
    const there = await (await other.session()).engine.config("net-bo");
    expect(there).toMatchObject({ clusterName: "net-bo", student: { id: "bo" } });
    const { records } = await allRecords((await other.session()).engine);
    expect([...records].map(([name, r]) => [name, r.slot])).toEqual([
      ["net-ana", 0],
      ["net-bo", 1],
      ["net-cy", 2],
    ]);

    expect(statuses(await down(desk))).toEqual(["done", "done", "done"]);
    expect(desk.clusters()).toEqual([]);
    expect(desk.log("deleted")).toEqual(["net-ana", "net-bo", "net-cy"]);
    expect((await allRecords(session.engine)).records.size).toBe(0);
    expect(readdirSync(desk.folder).filter((f) => f.startsWith("Pulumi.net"))).toEqual([]);
  }, 300_000);

  test("another machine with the same backend destroys what is not bound to the first", async () => {
    expect(statuses(await up(desk, ["ana"]))).toEqual(["done"]);
    const other = new Desk(base, "desk");
    const session = await other.session();
    const outcome = await takeDown(
      {
        ...session,
        machine: {
          ...session.machine,
          name: (await desk.session()).machine.name,
          has: () => Promise.resolve([]),
        },
      },
      "net-ana",
      {},
      { progress: () => undefined, cancel: new AbortController().signal, kill: new AbortController().signal },
    );
    expect(outcome).toMatchObject({ status: "destroyed", left: [] });
    expect((await allRecords(session.engine)).records.size).toBe(0);
  }, 300_000);

  test.each([
    ["cancelled", 2],
    ["killed", 3],
  ])(
    "%s while kind makes a cluster: the next run cleans what is left and goes on",
    async (_, presses) => {
      writeFileSync(join(desk.kind, "slow"), "");
      const interrupts = batchInterrupts();
      const run = up(desk, ["ana", "bo", "cy"], { interrupts });
      await until(() => desk.clusters().length === 2);
      for (let i = 0; i < presses; i++) {
        interrupts.press();
        await new Promise((r) => setTimeout(r, 300));
      }
      // A cancelled update waits for what is under way; a killed one does not.
      if (presses === 2) rmSync(join(desk.kind, "slow"));
      const outcomes = await run;
      expect(outcomes.map((o) => o.status)).toEqual(["failed", "failed", "skipped"]);
      rmSync(join(desk.kind, "slow"), { force: true });
      expect(statuses(await up(desk, ["ana", "bo", "cy"]))).toEqual(["done", "done", "done"]);
      expect(desk.clusters()).toEqual(["net-ana", "net-bo", "net-cy"]);
      expect(statuses(await down(desk))).toEqual(["done", "done", "done"]);
      expect(desk.clusters()).toEqual([]);
    },
    300_000,
  );

  test("after a kill, down alone cleans too", async () => {
    writeFileSync(join(desk.kind, "slow"), "");
    const interrupts = batchInterrupts();
    const run = up(desk, ["ana"], { interrupts });
    await until(() => desk.clusters().length === 1);
    for (let i = 0; i < 3; i++) interrupts.press();
    expect((await run).map((o) => o.status)).toEqual(["failed"]);
    const outcomes = await down(desk);
    expect(outcomes).toMatchObject([
      { status: "done", value: { status: "destroyed", cleaned: ["kind cluster net-ana"], left: [] } },
    ]);
    expect(desk.clusters()).toEqual([]);
    expect((await allRecords((await desk.session()).engine)).records.size).toBe(0);
  }, 300_000);
});
