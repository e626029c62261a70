import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvironmentRecord } from "../../../classroom/environment-record";
import { causesOf, causeText, withSince, type Standing } from "../../../classroom/standing";
import { lookAt } from "../../../cli/students/look-at-cluster";
import { lookCsv, lookJunit, lookText, type ClassLook } from "../../../cli/students/standing-formats";
import { StandingStore } from "../../../cli/students/standing-store";
import { lookAtClass } from "../../../cli/students/students-verify";
import { runBatch, type Task } from "../../../cli/students/batch";
import { batchInterrupts } from "../../../cli/engine/interrupts";
import { realClock } from "../../../cli/clock";
import { RUN_LABEL } from "../../../cli/verify/core/probe-pod";
import { clusterWith, options as probes, planOf } from "../verify/fake/lab";
import { FakeClock } from "../verify/fake/clock";
import type { FakeCluster } from "../verify/fake/server";

const clusters: FakeCluster[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(clusters.splice(0).map((c) => c.stop()));
  for (const f of folders.splice(0)) rmSync(f, { recursive: true });
});

const record = (id: string): EnvironmentRecord => ({
  class: "net",
  id,
  name: id,
  owner: "me",
  target: "kind",
  lease: { created: 0, expires: 1, hardLimit: 1 },
});
const task: Task = {
  progress: () => undefined,
  cancel: new AbortController().signal,
  kill: new AbortController().signal,
};

/** The stack of a student says step 0; what stands in the cluster is another matter. */
const look = (
  cluster: FakeCluster | undefined,
  id = "ana",
  more: Partial<EnvironmentRecord> = {},
): Promise<Standing> =>
  lookAt(
    `net-${id}`,
    { ...record(id), ...more },
    {
      engine: {
        config: () => Promise.resolve({ target: "kind", labs: { stars: { step: 0 } } }),
        outputs: () =>
          Promise.resolve(cluster === undefined ? {} : { kubeconfig: cluster.kubeconfig().exportConfig() }),
      },
      machine: "here",
      probes: { ...probes, wait: 0 },
      clock: new FakeClock(),
    },
    task,
  );

async function cluster(step: number, change?: Parameters<typeof clusterWith>[1]): Promise<FakeCluster> {
  const made = await clusterWith(planOf("stars", step), change);
  clusters.push(made);
  return made;
}

test("where a student is, by what the cluster does and not by the stack's step; nothing is left in it", async () => {
  const at = await cluster(3);
  const before = at.store.objects.length;
  const { labs, unreachable } = await look(at);
  expect(unreachable).toBeUndefined();
  expect(labs[0]).toMatchObject({ lab: "stars", at: 3, next: 4 });
  expect(labs[0]?.steps.map((s) => s.state)).toEqual(["done", "done", "done", "done", "open"]);
  expect(labs[0]?.steps[4]?.wrong[0]).toMatchObject({
    cause: "missing",
    object: "NetworkPolicy stars/frontend-policy",
  });
  expect(at.store.objects.length).toBe(before);
  expect(at.store.objects.filter((o) => o.metadata.labels?.[RUN_LABEL] !== undefined)).toEqual([]);
});

test("a mistake is told by its cause, and counted over the class", async () => {
  const wrong = await cluster(3, (all) =>
    all.map((o) =>
      o.metadata.name === "backend-policy"
        ? { ...o, spec: { ...(o["spec"] as object), podSelector: { matchLabels: { role: "back-end" } } } }
        : o,
    ),
  );
  const ana = await look(wrong, "ana");
  const bo = await look(await cluster(4), "bo");
  expect(ana.labs[0]?.next).toBe(3);
  expect(causesOf([ana, bo]).map(causeText)).toEqual(["1 of 2 choose by a label that is not there"]);
});

test("who cannot be reached has done nothing wrong, and keeps what was known", async () => {
  const gone = await cluster(3);
  const before = withSince(await look(gone), undefined);
  await gone.stop();
  clusters.length = 0;
  const now = withSince(await look(gone), before);
  expect(now.unreachable).toBeDefined();
  expect(now.labs).toEqual(before.labs);
  expect((await look(undefined)).unreachable).toBe("its cluster is not built yet");
  expect((await look(undefined, "ana", { machine: "there" })).unreachable).toMatch(/is on there/);
  expect(causesOf([now])).toEqual([]);
});

const seen = (student: string, ms: number, over: Partial<Standing> = {}): Standing => ({
  student,
  name: student,
  stack: `net-${student}`,
  looked: Date.now(),
  ms,
  labs: [],
  ...over,
});

test("since when: kept while a step is as it was, new when it changes", () => {
  const at = (looked: number, state: "open" | "done"): Standing =>
    seen("ana", 1, {
      looked,
      labs: [{ lab: "stars", steps: [{ step: 1, id: "deny", state, held: 1, claims: 2, wrong: [] }] }],
    });
  const first = withSince(at(100, "open"), undefined);
  const second = withSince(at(200, "open"), first);
  const third = withSince(at(300, "done"), second);
  expect([first, second, third].map((s) => s.labs[0]?.steps[0]?.since)).toEqual([100, 100, 300]);
});

function store(): StandingStore {
  const folder = mkdtempSync(join(tmpdir(), "standing-"));
  folders.push(folder);
  return new StandingStore(folder);
}
const class_ = (n: number): Map<string, EnvironmentRecord> =>
  new Map(Array.from({ length: n }, (_, i) => [`net-s${i}`, record(`s${i}`)]));

function looking(
  store: StandingStore,
  ms: number,
  asked: string[],
  stopAfter = Infinity,
): Promise<ClassLook> {
  const interrupts = batchInterrupts();
  return lookAtClass(class_(12), store, {
    parallel: 3,
    key: "all",
    fresh: false,
    work: (names, work) =>
      runBatch(names, work, { parallel: 3, timeout: 60_000, clock: realClock, interrupts }),
    look: async (stack, { id }) => {
      if (asked.push(stack) >= stopAfter) interrupts.press();
      await new Promise((r) => setTimeout(r, ms));
      return seen(id, ms);
    },
  });
}

test("a run that is cut off goes on where it was, and a whole one begins again", async () => {
  const kept = store();
  const [first, second, third]: string[][] = [[], [], []];
  const cut = await looking(kept, 5, first!, 4);
  expect(cut.skipped.length).toBe(12 - first!.length);
  const rest = await looking(kept, 5, second!);
  expect(rest.skipped).toEqual([]);
  expect(rest.standings).toHaveLength(12);
  expect([...first!, ...second!].sort()).toEqual([...class_(12).keys()].sort());
  await looking(kept, 5, third!);
  expect(third).toHaveLength(12);
});

test("the time is told beside its bound", async () => {
  const { took, bound } = await looking(store(), 100, []);
  expect(bound).toBeGreaterThanOrEqual(395);
  expect(took / bound).toBeLessThan(1.25);
});

test("table, CSV and JUnit", () => {
  const steps = [
    { step: 0, id: "start", state: "done" as const, held: 2, claims: 2, wrong: [], since: 0 },
    {
      step: 1,
      id: "dns",
      state: "open" as const,
      held: 1,
      claims: 2,
      since: 0,
      wrong: [{ cause: "dns", object: "NetworkPolicy a/b", message: "no rule for DNS" }],
    },
  ];
  const standings = [
    seen("ana", 10, { name: "=Ana", looked: 0, labs: [{ lab: "stars", at: 0, next: 1, steps }] }),
    seen("bo", 10, { looked: 0, unreachable: "no route <there>" }),
  ];
  const found: ClassLook = { standings, skipped: [], parallel: 4, took: 1000, bound: 980 };
  const text = lookText(found, 60_000);
  expect(text).toMatch(/ana \(=Ana\).*stars.*✓ ·.*0 start.*1 of 2 hold; dns: NetworkPolicy a\/b.*1m/);
  expect(text).toMatch(/1 of 1 forgot DNS: ana/);
  expect(text).toMatch(
    /2 students, 1 unreachable; took 1\.0 s, 2\.0 % over the bound of 1\.0 s \(4 at a time\)/,
  );
  expect(lookCsv(found).split("\r\n")[2]).toBe(
    "ana,'=Ana,net-ana,stars,1,dns,open,1,2,dns,1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z,",
  );
  expect(lookCsv(found)).toMatch(/bo,bo,net-bo,,,,unreachable/);
  const junit = lookJunit(found);
  expect(junit).toContain(
    '<testsuites name="labs students verify" tests="3" failures="1" errors="0" skipped="1" time="1.000">',
  );
  expect(junit).toContain('<skipped message="no route &lt;there&gt;">');
});
