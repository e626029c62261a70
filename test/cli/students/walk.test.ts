import fc from "fast-check";
import { bringUp } from "../../../cli/students/bring-up";
import { takeDown } from "../../../cli/students/take-down";
import { runBatch, type Outcome } from "../../../cli/students/batch";
import { batchInterrupts } from "../../../cli/engine/interrupts";
import { resetEnvironment } from "../../../cli/students/students-reset";
import { allRecords } from "../../../cli/students/environment-records";
import { fromTags } from "../../../classroom/environment-record";
import { readClass } from "../../../classroom/class-file";
import { classChecks, environmentConfig } from "../../../stacks/config/class-config";
import { planEnvironments } from "../../../classroom/plan-environments";
import { readRoster } from "../../../classroom/roster";
import { FakeEngine, start } from "./fake-engine";
import { World, type Dice, type Fate } from "./fake-world";
import { VirtualClock } from "./virtual-clock";

/**
 * The batch runner walked at random: ups, downs and reaps of parts of a class, each interrupted or crashed at any
 * moment, with operations that fail, hang, or lose their credentials; then one undisturbed `up`, and one `down`.
 */
const MINUTE = 60_000;
const IDS = ["ana", "bo", "cy", "di", "ed"];
const labs = new Map([["stars", ["start", "deny"]]]);
const cls = readClass(
  { class: "net", labs: ["stars"], ttl: "2h", hardLimit: "1d", timeout: "30m" },
  "net.yaml",
  classChecks(labs),
);

type Disturbance =
  | { kind: "none" }
  | { kind: "interrupt"; after: number; presses: number }
  | { kind: "crash"; after: number; orphans: boolean };
/** Machines that share the backend: a kind cluster is on one of them. */
type Where = "laptop" | "desk";
type Command =
  | {
      kind: "up" | "down" | "rebuild";
      ids: string[];
      parallel: number;
      where: Where;
      disturbance: Disturbance;
    }
  | { kind: "reap"; parallel: number; where: Where; disturbance: Disturbance }
  | { kind: "wait"; minutes: number };

const FATES: Fate[] = [
  "works",
  "works",
  "works",
  "fails early",
  "fails midway",
  "fails dirty",
  "hangs",
  "hangs deaf",
  "credentials expire",
];

/** Dice from a list of numbers that fast-check can shrink: zeros are an undisturbed world. */
function dice(numbers: readonly number[]): Dice & { calm: boolean } {
  let i = 0;
  const roll = (): number => numbers[i++ % numbers.length] ?? 0;
  const d = {
    calm: false,
    fate: (): Fate => (d.calm ? "works" : (FATES[roll() % FATES.length] ?? "works")),
    duration: (op: "up" | "destroy" | "call"): number => (op === "call" ? 1000 : (1 + (roll() % 5)) * MINUTE),
  };
  return d;
}

class Session {
  readonly clock = new VirtualClock();
  readonly world: World;
  readonly dice: ReturnType<typeof dice>;

  constructor(numbers: readonly number[]) {
    this.dice = dice(numbers);
    this.world = new World(this.clock, this.dice);
  }

  /** Until when each environment may live, by the tags. */
  leases(): Map<string, number> {
    return new Map(
      [...this.world.stacks].map(([name, { tags }]) => [name, Date.parse(tags["labs:expires"] ?? "")]),
    );
  }

  /** One run of the cli, to its end or its crash. */
  async run(command: Exclude<Command, { kind: "wait" }>): Promise<Outcome<unknown>[] | undefined> {
    const { world, clock } = this;
    const { session, engine, machine, pid } = start(world, command.where);
    const interrupts = batchInterrupts();
    const opts = { parallel: command.parallel, timeout: cls.timeout, clock, interrupts };
    const work = async (): Promise<Outcome<unknown>[]> => {
      if (command.kind === "up") {
        const roster = readRoster(Buffer.from(JSON.stringify(command.ids)), "r.json", {
          className: cls.name,
          labs,
        });
        const { planned, problems } = planEnvironments({
          configOf: environmentConfig,
          students: roster.students,
          cls,
          existing: (await allRecords(engine)).records,
          machine: machine.name,
          owner: "me",
          now: clock.now(),
          nodePorts: [],
        });
        // An environment at its hard limit is refused: reap or down must come first.
        for (const p of problems) expect(p.message).toContain("hard limit");
        return runBatch(
          [...planned.keys()],
          (name, task) => {
            const p = planned.get(name);
            return p === undefined ? Promise.reject(new Error(name)) : bringUp(session, name, p, task);
          },
          opts,
        );
      }
      const { records } = await allRecords(engine);
      const names = [...records.keys()].filter(
        (n) => command.kind === "reap" || command.ids.includes(n.slice(4)),
      );
      if (command.kind === "rebuild") {
        const target = { step: 0 };
        return runBatch<unknown>(
          names,
          (name, task) => {
            const record = records.get(name);
            return record === undefined
              ? Promise.reject(new Error(name))
              : resetEnvironment(session, name, record, target, true, task);
          },
          opts,
        );
      }
      const reap = command.kind === "reap" ? { expiredAt: () => clock.now() } : {};
      return runBatch<unknown>(names, (name, task) => takeDown(session, name, reap, task), opts);
    };
    const { disturbance } = command;
    if (disturbance.kind === "interrupt") {
      void (async () => {
        for (let i = 0; i < disturbance.presses; i++) {
          await clock.sleep(disturbance.after * 10_000 + 1);
          interrupts.press();
        }
      })();
    }
    if (disturbance.kind !== "crash") return clock.run(work());
    const deadline = clock.now() + disturbance.after * 10_000;
    const outcome = await clock.run(work(), () => clock.now() >= deadline);
    world.crash(pid, disturbance.orphans);
    return outcome;
  }
}

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: "none" as const }) },
  fc.record({
    kind: fc.constant("interrupt" as const),
    after: fc.nat(120),
    presses: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant("crash" as const), after: fc.nat(120), orphans: fc.boolean() }),
);
const ids = fc.subarray(IDS, { minLength: 1 });
const parallel = fc.integer({ min: 1, max: 3 });
const where = fc.oneof(
  { weight: 3, arbitrary: fc.constant("laptop" as const) },
  fc.constant("desk" as const),
);
const some = { ids, parallel, where, disturbance };
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("up" as const), ...some }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("down" as const), ...some }) },
  fc.record({ kind: fc.constant("rebuild" as const), ...some }),
  fc.record({ kind: fc.constant("reap" as const), parallel, where, disturbance }),
  fc.record({ kind: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 600 }) }),
);
const MACHINES = ["laptop", "desk"] as const;

/** What a command says of an environment that is on another machine. */
const isElsewhere = (o: Outcome<unknown>): boolean =>
  o.status === "failed" && /is on (laptop|desk): run the command there/.test(o.reason);

test("whatever happens: no student lost, none destroyed twice, none left running after down", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 6 }),
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }),
      async (commands, numbers) => {
        const s = new Session(numbers);
        for (const c of commands) {
          if (c.kind === "wait") await s.clock.run(s.clock.sleep(c.minutes * MINUTE));
          else {
            const leases = s.leases();
            const before = s.world.destroys.length;
            const outcomes = await s.run(c);
            if (c.kind === "reap") {
              for (const name of s.world.destroys.slice(before))
                expect(leases.get(name)).toBeLessThanOrEqual(s.clock.now());
            }
            if (outcomes !== undefined && c.kind === "up")
              expect(outcomes.map((o) => o.name)).toHaveLength(new Set(c.ids).size);
          }
          expect(s.world.violations).toEqual([]);
          // Whatever runs can be found: by the state, by a pending operation, or by the port that its tags name.
          for (const [machine, { clusters }] of s.world.sites) {
            for (const cluster of clusters.keys())
              expect(fromTags(s.world.stacks.get(cluster)?.tags ?? {})).toMatchObject({
                class: "net",
                machine,
              });
          }
        }
        // Orphans come to their end or are stopped by hand, what expired meanwhile is reaped, and then nothing disturbs any more.
        s.dice.calm = true;
        await s.clock.run(s.clock.sleep(12 * 60 * MINUTE));
        s.world.orphans.clear();
        const calm = { parallel: 3, disturbance: { kind: "none" } } as const;
        const names = IDS.map((id) => `net-${id}`);
        /** Done once, on the machine that an environment is on; refused on the other. */
        const onEach = async (kind: "up" | "down" | "reap"): Promise<Outcome<unknown>[]> => {
          const done: Outcome<unknown>[] = [];
          for (const on of MACHINES) {
            const outcomes = (await s.run({ kind, ids: IDS, where: on, ...calm })) ?? [];
            expect(outcomes.filter((o) => o.status !== "done" && !isElsewhere(o))).toEqual([]);
            done.push(...outcomes.filter((o) => o.status === "done"));
          }
          return done;
        };
        await onEach("reap");
        const up = await onEach("up");
        expect(up.map((o) => o.name).sort()).toEqual(names);
        expect(s.world.everywhere()).toEqual(names);
        const before = s.world.destroys.length;
        const down = await onEach("down");
        expect(
          down.filter((o) => o.status === "done" && (o.value as { left: string[] }).left.length > 0),
        ).toEqual([]);
        expect(s.world.destroys.slice(before).sort()).toEqual(names);
        expect(s.world.everywhere()).toEqual([]);
        expect([...s.world.stacks.keys()]).toEqual([]);
        expect(s.world.violations).toEqual([]);
      },
    ),
    { numRuns: Number(process.env["WALKS"] ?? 150), endOnFailure: false },
  );
}, 120_000);

test("the walk can fail: a runner that forgets to look at pending operations is caught", async () => {
  const s = new Session([0]);
  const { engine, pid } = start(s.world);
  void engine
    .create("net-x")
    .then(() => engine.setConfig("net-x", { kind: { apiServerPort: 1 } }))
    .then(() =>
      engine.up("net-x", {
        onProgress: () => undefined,
        cancel: new AbortController().signal,
        kill: new AbortController().signal,
      }),
    );
  await s.clock.run(s.clock.sleep(30_000));
  s.world.crash(pid, false);
  await s.clock.run(s.clock.sleep(5 * MINUTE));
  const next = new FakeEngine(s.world, 999);
  await s.clock.run(next.cancel("net-x"));
  await s.clock.run(next.remove("net-x"));
  expect(s.world.violations).toEqual(["forgot net-x, whose cluster runs"]);
});
