import { createServer, type AddressInfo } from "node:net";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allocate } from "../../../cli/students/allocate";
import { SlotClaims } from "../../../cli/students/slot-claims";
import { busySlots, heldSlots } from "../../../cli/students/slots";
import type { Engine, StackState } from "../../../cli/engine/engine";
import type { Machine } from "../../../cli/engine/machine";
import { toTags, type EnvironmentRecord } from "../../../classroom/environment-record";
import { making, shaping } from "../../../components/kind/machine-objects";
import { readClass } from "../../../classroom/class-file";
import { classChecks, environmentConfig } from "../../../stacks/config/class-config";
import { planEnvironments } from "../../../classroom/plan-environments";
import { readRoster } from "../../../classroom/roster";

test("a slot with a port that is taken on this machine is passed over", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      resolve((server.address() as AddressInfo).port);
    }),
  );
  try {
    const cls = readClass(
      { class: "net", allocation: { hostPorts: `${port}-${port + 20}`, portsPerCluster: 5 } },
      "c.yaml",
      classChecks(new Map()),
    );
    const { students } = readRoster(Buffer.from('["ana"]'), "r.json", { className: "net", labs: new Map() });
    const busy = await busySlots(cls, students, new Map());
    expect([...busy]).toContain(0);
    const { planned } = planEnvironments({
      configOf: environmentConfig,
      students,
      cls,
      existing: new Map(),
      machine: "m",
      owner: "me",
      now: 0,
      nodePorts: [30180],
      busySlots: busy,
    });
    expect(planned.get("net-ana")?.record.slot).toBeGreaterThan(0);
    expect(await busySlots(cls, [], new Map())).toEqual(new Set());
  } finally {
    server.close();
  }
});

const record = (id: string, slot: number): EnvironmentRecord => ({
  class: "net",
  id,
  name: id,
  owner: "me",
  target: "kind",
  machine: "m",
  slot,
  apiPort: 20000 + 20 * slot,
  lease: { created: 0, expires: 1, hardLimit: 2 },
});

/** A backend that answers a little later, as a real one does. */
class Backend {
  readonly stacks = new Map<string, { record: EnvironmentRecord; state: StackState }>();
  readonly engine = {
    list: () =>
      later(
        [...this.stacks].map(([name, { state }]) => ({
          name,
          updating: false,
          resources: state.resources.length,
        })),
      ),
    tags: (name: string) => later(toTags(this.stacks.get(name)?.record ?? record("x", 0))),
    state: (name: string) => later(this.stacks.get(name)?.state ?? { resources: [], pending: [] }),
  } as unknown as Engine;

  has(name: string, slot: number, ...makes: ("cluster" | "shape")[]): void {
    const resources = makes.map((what) => ({
      urn: what,
      type: "command:local:Command",
      real: true,
      inputs: { environment: what === "shape" ? shaping(name) : making({ kind: "cluster", name }) },
    }));
    this.stacks.set(name, { record: record(name.slice(4), slot), state: { resources, pending: [] } });
  }
}
const later = <T>(value: T): Promise<T> =>
  new Promise((done) =>
    setTimeout(() => {
      done(value);
    }, 20),
  );

describe("two `students up` at once on one machine", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "labs-slots-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const machine = { name: "m" } as Machine;
  const now = Date.now();
  const cls = readClass(
    { class: "net", allocation: { hostPorts: "21000-21999" } },
    "c.yaml",
    classChecks(new Map()),
  );
  const run = async (
    backend: Backend,
    pid: number,
    ids: string[],
    dead: number[] = [],
  ): Promise<Record<string, number | undefined>> => {
    const { students } = readRoster(Buffer.from(JSON.stringify(ids)), "r.json", {
      className: "net",
      labs: new Map(),
    });
    const claims = new SlotClaims(folder, pid, (p) => !dead.includes(p));
    const session = { engine: backend.engine, machine };
    const { planned, problems } = await allocate(session, cls, students, { owner: "me", now }, claims);
    expect(problems).toEqual([]);
    return Object.fromEntries([...planned].map(([name, p]) => [name, p.record.slot]));
  };

  test("give nobody the ports of another, although the backend knows of neither yet", async () => {
    const backend = new Backend();
    const all = await Promise.all([
      run(backend, 1, ["ana", "bo"]),
      run(backend, 2, ["cy", "di"]),
      run(backend, 3, ["ed"]),
    ]);
    const slots = all.flatMap((a) => Object.values(a));
    expect(new Set(slots).size).toBe(5);
  });

  test("give the same student the same ports, for one of them will be the first", async () => {
    const backend = new Backend();
    const [a, b] = await Promise.all([run(backend, 1, ["ana", "bo"]), run(backend, 2, ["bo", "ana"])]);
    expect(a).toEqual(b);
  });

  test("a claim ends with its run, and with its process", async () => {
    const backend = new Backend();
    const first = new SlotClaims(folder, 1);
    const { "net-ana": slot } = await run(backend, 1, ["ana"]);
    first.release();
    expect(await run(backend, 2, ["bo"])).toEqual({ "net-bo": slot });
    expect(await run(backend, 3, ["cy"], [2])).toEqual({ "net-cy": slot });
    expect(readdirSync(folder)).toEqual(["3.json"]);
  });
});

test("ports that two environments have since an earlier race stay with the one that has a cluster", async () => {
  const backend = new Backend();
  backend.has("net-ana", 0, "shape");
  backend.has("net-bo", 0, "shape", "cluster");
  backend.has("net-cy", 1);
  backend.has("net-di", 2, "shape");
  const found = {
    records: new Map([...backend.stacks].map(([name, s]) => [name, s.record])),
    summaries: new Map((await backend.engine.list()).map((s) => [s.name, s])),
  };
  expect([...(await heldSlots(backend.engine, found, "m"))]).toEqual([
    ["net-bo", 0],
    ["net-di", 2],
  ]);
});
